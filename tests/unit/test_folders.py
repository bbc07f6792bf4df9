"""watcher.folders: which folders are listed, and when."""

import errno
import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from watcher import folders as module
from watcher.folders import Folders


class Listener:
    """Notes what the folders tell."""

    def __init__(self, root: Path, *, heard: bool = True, recursive: bool = True) -> None:
        self.watched, self.gone, self.refused = list[bytes](), list[bytes](), list[bytes]()
        self.folders = Folders(
            os.fsencode(root), recursive=recursive, rescan_seconds=5, full_scan_seconds=300,
            on_folder=lambda path: self.watched.append(path) or heard,
            on_folder_gone=self.gone.append,
            on_refused=lambda folder, why, now: self.refused.append(folder),
            on_listing=lambda folder: None,
        )  # fmt: skip

    def listed(self, now: float) -> list[bytes]:
        self.folders.rescan(now)
        return sorted(self.folders.files(now))


def old(*paths: Path) -> None:
    """Let folders look unchanged for long."""
    for path in paths:
        os.utime(path, (1_000_000_000, 1_000_000_000))


def test_all_files_of_the_tree_are_listed_once(tmp_path: Path) -> None:
    """Subfolders are watched, then listed; hidden ones are not entered."""
    for name in ("1.png", "a/2.png", "a/b/3.png", ".work/4.png", "a/.hidden/5.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    listener = Listener(tmp_path)
    assert [b"1.png", b"a/2.png", b"a/b/3.png"] == listener.listed(0)
    assert [os.fsencode(tmp_path / name) for name in ("a", "a/b")] == listener.watched


def test_without_recursion_subfolders_are_left_alone(tmp_path: Path) -> None:
    """recursive: false lists the inbox itself only."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "2.png").touch()
    listener = Listener(tmp_path, recursive=False)
    listener.folders.add(b"a")
    assert ([], []) == (listener.listed(0), listener.watched)


def test_a_folder_that_did_not_change_is_not_listed_again(tmp_path: Path) -> None:
    """A rescan costs a stat; a new modification time, and the full scan, list the folder."""
    (tmp_path / "1.png").touch()
    old(tmp_path)
    listener = Listener(tmp_path)
    assert [b"1.png"] == listener.listed(0)
    assert [] == listener.listed(5)
    os.utime(tmp_path, (1_000_000_009, 1_000_000_009))
    assert [b"1.png"] == listener.listed(10)
    assert [] == listener.listed(15)
    assert [b"1.png"] == listener.listed(311)


def test_a_folder_that_changed_just_now_is_listed_once_more(tmp_path: Path) -> None:
    """Its clock has a grain: a second change may leave no trace in the modification time."""
    (tmp_path / "1.png").touch()
    listener = Listener(tmp_path)
    assert ([b"1.png"], [b"1.png"]) == (listener.listed(0), listener.listed(5))


def test_a_folder_without_events_is_listed_every_time(tmp_path: Path) -> None:
    """NFS and the watch limit: the rescan finds what no event tells."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.png").touch()
    old(tmp_path / "a", tmp_path)
    listener = Listener(tmp_path, heard=False)
    assert ([b"a/1.png"], [b"a/1.png"]) == (listener.listed(0), listener.listed(5))


def test_rescans_come_in_their_time(tmp_path: Path) -> None:
    """Between two rescans nothing is looked at."""
    listener = Listener(tmp_path)
    listener.listed(0)
    (tmp_path / "1.png").touch()
    assert [] == listener.listed(4.9)
    assert [b"1.png"] == listener.listed(5)


def test_a_listing_that_was_left_goes_on(tmp_path: Path) -> None:
    """Taking one file at a time finds every file once."""
    for number in range(10):
        (tmp_path / f"{number}.png").touch()
    folders = Listener(tmp_path).folders
    found = []
    while not folders.swept:
        found += [file for file in [next(folders.files(0), None)] if file]
    assert [b"%d.png" % number for number in range(10)] == sorted(found)


@pytest.mark.parametrize("replace", [lambda path: None, lambda path: path.touch()])
def test_a_folder_that_is_gone_is_forgotten(tmp_path: Path, replace: Callable[[Path], None]) -> None:
    """Deleted, or a file now: its watch is given up, and the rest is listed."""
    (tmp_path / "a").mkdir()
    listener = Listener(tmp_path)
    listener.listed(0)
    (tmp_path / "a").rmdir()
    replace(tmp_path / "a")
    listener.listed(5)
    assert ([os.fsencode(tmp_path / "a")], False) == (listener.gone, b"a" in listener.folders)


def test_a_folder_that_became_a_link_is_forgotten(tmp_path: Path) -> None:
    """What lies behind the link is not in the inbox, and is not listed."""
    (tmp_path / "in" / "a").mkdir(parents=True)
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "7.png").touch()
    listener = Listener(tmp_path / "in")
    listener.listed(0)
    (tmp_path / "in" / "a").rmdir()
    (tmp_path / "in" / "a").symlink_to(tmp_path / "private")
    assert [b"a"] == listener.listed(5)
    assert b"a" not in listener.folders


def test_an_inbox_may_be_reached_by_a_link(tmp_path: Path) -> None:
    """The inbox itself is what the config names, link or not."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "7.png").touch()
    (tmp_path / "in").symlink_to("real")
    assert [b"7.png"] == Listener(tmp_path / "in").listed(0)


def test_an_inbox_that_is_gone_raises_until_it_is_back(tmp_path: Path) -> None:
    """No inbox is not the same as an empty one."""
    listener = Listener(tmp_path / "in")
    with pytest.raises(FileNotFoundError):
        listener.listed(0)
    with pytest.raises(FileNotFoundError):
        listener.listed(5)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "1.png").touch()
    assert [b"1.png"] == listener.listed(10)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EMFILE])
def test_a_folder_that_may_not_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """The others go on."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "1.png").touch()
    real = module.folder_beneath

    def refused(root: bytes, folder: bytes):
        if folder == b"a":
            raise OSError(number, os.strerror(number))
        return real(root, folder)

    monkeypatch.setattr(module, "folder_beneath", refused)
    listener = Listener(tmp_path)
    assert ([b"b/1.png"], [b"a"]) == (listener.listed(0), listener.refused)


def test_a_failing_disk_is_no_single_folders_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is raised, so that all work pauses."""
    (tmp_path / "a").mkdir()

    def failing(*_: bytes):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(module, "folder_beneath", failing)
    with pytest.raises(OSError, match="Input/output"):
        Listener(tmp_path).listed(0)


def test_after_a_fault_of_the_observer_all_is_watched_and_listed_again(tmp_path: Path) -> None:
    """list_all with watch; without it, folders are only listed."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.png").touch()
    old(tmp_path / "a", tmp_path)
    listener = Listener(tmp_path)
    listener.listed(0)
    before = len(listener.watched)
    listener.folders.list_all(watch=False)
    assert ([b"a/1.png"], before) == (listener.listed(1), len(listener.watched))
    listener.folders.list_all(watch=True)
    assert ([b"a/1.png"], before + 2) == (listener.listed(2), len(listener.watched))


def test_files_come_as_they_lie_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By inode, more and more at a time: a disk at rest reads them far faster so than in the order of a hash."""
    monkeypatch.setattr(module, "_FIRST_SORTED", 10)
    monkeypatch.setattr(module, "_MOST_SORTED", 40)
    for number in range(120):
        (tmp_path / f"{number * 7919 % 1000}.png").touch()
    folders = Listener(tmp_path).folders
    folders.rescan(0)
    inodes = [(tmp_path / os.fsdecode(name)).stat().st_ino for name in folders.files(0)]
    assert 120 == len(set(inodes))
    for begin, end in pairwise((0, 10, 30, 70, 110, 120)):
        assert inodes[begin:end] == sorted(inodes[begin:end])
