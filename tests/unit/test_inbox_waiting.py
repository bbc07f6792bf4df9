"""watcher.inbox: how long files are waited for, how many are taken at once, and when to look again."""

import os
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from fakes import PNG, drop, names

from watcher import folders, looking
from watcher.inbox import MOST_HINTS, Inbox
from watcher.records import Found, Identity


def test_half_a_picture_waits_for_its_end(inbox: Inbox, tmp_path: Path) -> None:
    """A stalled copy is not taken before it settles; with the last byte it is taken at once."""
    path = drop(inbox, tmp_path, "7.png", PNG[:50])
    assert [] == inbox.ready(0.0, 10)
    assert {b"7.png": "still being written, or has no end mark"} == {f: w.why for f, w in inbox.waiting.items()}
    path.write_bytes(PNG)
    inbox.hint(os.fsencode(path))
    assert [b"7.png"] == names(inbox.ready(0.5, 10))
    assert {} == inbox.waiting


def test_half_a_picture_that_does_not_change_is_taken_after_a_while(inbox: Inbox, tmp_path: Path) -> None:
    """settle_seconds after the last change seen, not after the first."""
    path = drop(inbox, tmp_path, "7.png", PNG[:50])
    inbox.ready(0.0, 10)
    path.write_bytes(PNG[:60])
    assert [] == inbox.ready(2.0, 10)
    assert [] == inbox.ready(3.9, 10)
    assert [b"7.png"] == names(inbox.ready(4.0, 10))


def test_an_empty_file_waits_like_any_that_is_not_whole(inbox: Inbox, tmp_path: Path) -> None:
    """Many programs create first and write later."""
    drop(inbox, tmp_path, "7.png", b"")
    assert [] == inbox.ready(0.0, 10)
    assert [b"7.png"] == names(inbox.ready(2.0, 10))


def test_a_preallocated_file_waits(inbox: Inbox, tmp_path: Path) -> None:
    """Full size, zeros at the end: the end mark is missing."""
    drop(inbox, tmp_path, "7.png", PNG[:50] + b"\0" * (len(PNG) - 50))
    assert [] == inbox.ready(0.0, 10)


@pytest.mark.parametrize("mtime", [-1_000_000_000, 0, 4_000_000_000])
def test_old_and_future_modification_times_do_not_matter(inbox: Inbox, tmp_path: Path, mtime: int) -> None:
    """Only whether it changes counts, by a clock that nobody sets."""
    os.utime(drop(inbox, tmp_path, "7.pgm", b"P5 1 1 255\n."), (mtime, mtime))
    assert [] == inbox.ready(0.0, 10)
    assert [b"7.pgm"] == names(inbox.ready(2.0, 10))


def test_hints_from_elsewhere_are_passed_over(inbox: Inbox, tmp_path: Path) -> None:
    """Paths outside the inbox, and files that are gone."""
    for path in (b"/etc/passwd", os.fsencode(tmp_path) + b"-other/7.png", os.fsencode(tmp_path / "gone.png")):
        inbox.hint(path)
    assert [] == inbox.ready(0.0, 10)
    assert inbox.drained


def test_lost_hints_are_made_up_for_by_a_scan(inbox: Inbox, tmp_path: Path) -> None:
    """More events than are kept: every known folder is listed again."""
    inbox.ready(0.0, 10)
    (tmp_path / "7.png").write_bytes(PNG)
    for number in range(MOST_HINTS + 1):
        inbox.hint(b"/elsewhere/%d" % number)
    assert not inbox.drained
    assert [b"7.png"] == names(inbox.ready(0.1, 10))


def test_a_turn_takes_no_more_than_it_may(inbox: Inbox, tmp_path: Path) -> None:
    """The rest comes in the next turns, each file once; then the inbox is drained."""
    for number in range(7):
        drop(inbox, tmp_path, f"{number}.png")
        (tmp_path / f"a{number}.png").write_bytes(PNG)
    found = []
    for turn in range(6):
        assert turn == 0 or not inbox.drained or len(found) == 14
        ready = inbox.ready(0.1 * turn, 3)
        for one in ready:
            (tmp_path / os.fsdecode(one.file)).unlink()
        assert len(ready) <= 3
        found += names(ready)
    assert 14 == len(found) == len(set(found))
    assert inbox.drained


def test_what_could_not_be_taken_is_tried_with_growing_patience(inbox: Inbox, tmp_path: Path) -> None:
    """After seconds at first, in the end every 300; the first time is remembered; gone, it is forgotten."""
    path = drop(inbox, tmp_path, "7.png")
    now, waits = 0.0, []
    for _ in range(7):
        (found,) = inbox.ready(now, 10)
        inbox.leave(found, "cannot be moved", now)
        due = inbox.waiting[b"7.png"].due
        waits.append(due - now)
        inbox.hint(os.fsencode(path))
        assert [] == inbox.ready(due - 0.1, 10)
        now = due
    assert [1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 300.0] == waits
    assert (0.0, 7) == (inbox.waiting[b"7.png"].since, inbox.waiting[b"7.png"].failures)
    path.unlink()
    inbox.ready(now, 10)
    assert {} == inbox.waiting


def test_a_file_that_may_not_be_opened_waits_with_the_reason(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is not claimed; the others are. However often it is tried, it is said once."""
    drop(inbox, tmp_path, "closed.png")
    drop(inbox, tmp_path, "open.png")
    real = looking.opened

    def refuse(folder: int, name: bytes, identity: Identity) -> int:
        if b"closed" in name:
            raise PermissionError(13, "Permission denied")
        return real(folder, name, identity)

    monkeypatch.setattr(looking, "opened", refuse)
    assert [b"open.png"] == names(inbox.ready(0.0, 10))
    assert "cannot be opened: Permission denied" == inbox.waiting[b"closed.png"].why
    (tmp_path / "open.png").unlink()
    for now in (1.0, 3.0, 8.0):
        assert [] == inbox.ready(now, 10)
    assert 4 == inbox.waiting[b"closed.png"].failures
    assert ["closed.png: cannot be opened: Permission denied; it is tried again"] == caplog.messages


@pytest.mark.parametrize(("number", "everybodys"), [(5, False), (107, True), (116, True)])
def test_a_bad_sector_is_one_files_trouble_and_a_lost_share_everybodys(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, everybodys: bool
) -> None:
    """EIO keeps one file waiting, and the others are read; ENOTCONN and ESTALE are for the loop to pause."""
    drop(inbox, tmp_path, "bad.png")

    def fail(*_: object) -> bool:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(looking, "is_whole", fail)
    if everybodys:
        with pytest.raises(OSError, match=os.strerror(number)):
            inbox.ready(0.0, 10)
    else:
        assert [] == inbox.ready(0.0, 10)
        assert "Input/output error" in inbox.waiting[b"bad.png"].why


def test_a_file_that_was_refused_first_settles_like_any_other(inbox: Inbox, tmp_path: Path) -> None:
    """That it could not be opened is no sign that it is whole."""
    path = drop(inbox, tmp_path, "half.png", PNG[:-20])
    inbox.leave(Found(b"half.png", Identity.of(path.stat())), "cannot be opened", 0.0)
    assert [] == inbox.ready(1.5, 10)
    assert 2.0 == inbox.waiting[b"half.png"].due
    assert [b"half.png"] == names(inbox.ready(2.0, 10))


def test_a_folder_that_is_refused_is_listed_with_why_and_said_once(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is tried again at each rescan; once it may be listed, it is listed no more as refused."""
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "7.png").write_bytes(PNG)
    real = folders.folder_beneath

    def refuse(root: bytes, folder: bytes) -> AbstractContextManager[int]:
        if folder:
            raise PermissionError(13, "Permission denied")
        return real(root, folder)

    monkeypatch.setattr(folders, "folder_beneath", refuse)
    for now in (0.0, 5.0, 10.0):
        assert [] == inbox.ready(now, 10)
    assert "folder cannot be listed: Permission denied" == inbox.waiting[b"theirs"].why
    assert ["theirs: folder cannot be listed: Permission denied; it is tried again"] == caplog.messages
    monkeypatch.setattr(folders, "folder_beneath", real)
    assert [b"theirs/7.png"] == names(inbox.ready(15.0, 10))
    assert {} == inbox.waiting


def test_another_folder_at_the_same_place_is_watched_anew(tmp_path: Path) -> None:
    """A watch stays with the folder that was moved away, or that another one is mounted over."""
    told: list[tuple[str, bytes]] = []
    inbox = Inbox(
        os.fsencode(tmp_path),
        on_folder=lambda path: not told.append(("watch", path)),
        on_folder_gone=lambda path: told.append(("forget", path)),
    )
    drop(inbox, tmp_path, "sub/1.png")
    inbox.ready(0.0, 10)
    (tmp_path / "sub").rename(tmp_path / ".away")
    (tmp_path / "sub").mkdir()
    told.clear()
    inbox.ready(5.0, 10)
    sub = os.fsencode(tmp_path / "sub")
    assert [("forget", sub), ("watch", sub)] == told


def test_patience_is_the_time_until_something_is_due(inbox: Inbox, tmp_path: Path) -> None:
    """A hint: now. A file that settles: then. Nothing: the next rescan."""
    inbox.ready(0.0, 10)
    assert 5.0 == inbox.patience(0.0)
    drop(inbox, tmp_path, "7.pgm", b"P5 1 1 255\n.")
    assert 0.0 == inbox.patience(1.0)
    inbox.ready(1.0, 10)
    assert 1.5 == inbox.patience(1.5)


def test_an_inbox_that_is_gone_is_an_error(inbox: Inbox, tmp_path: Path) -> None:
    """An unmounted disk does not look like an empty inbox."""
    tmp_path.rmdir()
    with pytest.raises(FileNotFoundError):
        inbox.ready(0.0, 10)


@pytest.mark.parametrize("other", ["link", "fifo", "folder"])
def test_what_is_no_picture_any_more_is_waited_for_no_more(tmp_path: Path, other: str) -> None:
    """Else there would always be something due, and the loop would never rest."""
    inbox = Inbox(os.fsencode(tmp_path), settle_seconds=2.0, rescan_seconds=5.0, recursive=False)
    path = drop(inbox, tmp_path, "7.png", PNG[:50])
    inbox.ready(0.0, 10)
    assert [b"7.png"] == list(inbox.waiting)
    path.unlink()
    {"link": lambda: path.symlink_to("/etc/passwd"), "fifo": lambda: os.mkfifo(path), "folder": path.mkdir}[other]()
    assert [] == inbox.ready(3.0, 10)
    assert ({}, [b"7.png"]) == (inbox.waiting, list(inbox.ignored))
    assert inbox.patience(3.0) > 0


def test_a_folder_swapped_for_a_link_is_waited_for_no_more(inbox: Inbox, tmp_path: Path) -> None:
    """What is seen through the link is not in the inbox."""
    path = drop(inbox, tmp_path, "sub/7.png", PNG[:50])
    inbox.ready(0.0, 10)
    assert [b"sub/7.png"] == list(inbox.waiting)
    path.parent.rename(tmp_path.with_name("elsewhere"))
    path.parent.symlink_to(tmp_path.with_name("elsewhere"))
    inbox.ready(3.0, 10)
    assert {} == inbox.waiting


def test_a_refused_folder_with_a_temporary_name_is_forgotten_with_it(inbox: Inbox, tmp_path: Path) -> None:
    """Its name says nothing once it is gone."""
    (tmp_path / "scan.tmp").mkdir()
    inbox.ready(0.0, 10)
    inbox._refused(b"scan.tmp", "Permission denied", 0.0)
    (tmp_path / "scan.tmp").rmdir()
    for now in (10.0, 20.0):
        inbox.ready(now, 10)
    assert {} == inbox.waiting
