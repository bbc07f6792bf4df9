"""watcher.inbox: what is ready, what waits, what is ignored, and why."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import PNG, drop, names

from watcher import wholeness
from watcher.inbox import Inbox
from watcher.looking import MOST_LISTED
from watcher.records import Found, Identity
from watcher.run import count_candidates


def test_a_whole_picture_is_ready_at_once(inbox: Inbox, tmp_path: Path) -> None:
    """The end mark is there: nobody waits. Its identity is that of the file."""
    path = drop(inbox, tmp_path, "7.png")
    assert [Found(b"7.png", Identity.of(path.stat()))] == inbox.ready(0.0, 10)


def test_files_are_found_without_any_event(inbox: Inbox, tmp_path: Path) -> None:
    """What was there at the start, also in subfolders."""
    for name in ("1.png", "a/b/2.PNG"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(PNG)
    assert [b"1.png", b"a/b/2.PNG"] == names(inbox.ready(0.0, 10))


@pytest.mark.parametrize(
    "name", ["7.JPG", "7.jpeg", "7.tif", "7.pgm", "7.heic", "7.pdf", b"\xff.png", "=1 b.png", "\n.png", "7~2.png"]
)
def test_names_of_every_kind_are_taken(inbox: Inbox, tmp_path: Path, name: str | bytes) -> None:
    """Known suffixes in any case, documents too (they get a row with a hint), any bytes before them."""
    drop(inbox, tmp_path, name, b"x")
    inbox.ready(0.0, 10)
    assert [os.fsencode(name)] == names(inbox.ready(2.0, 10))


@pytest.mark.parametrize(
    "name", ["x.png.part", "x.PNG.TMP", "x.png~", "x.png.crdownload", "x.png.filepart", ".x.png", ".work", "x.partial"]
)
def test_temporary_and_hidden_names_are_left_without_a_word(inbox: Inbox, tmp_path: Path, name: str) -> None:
    """They become something else soon, or are nobody's business."""
    drop(inbox, tmp_path, name)
    assert [] == inbox.ready(0.0, 10)
    assert ({}, {}) == (inbox.waiting, dict(inbox.ignored))


def test_a_renamed_part_file_is_taken_once_under_its_final_name(inbox: Inbox, tmp_path: Path) -> None:
    """x.png.part → x.png."""
    part = drop(inbox, tmp_path, "x.png.part")
    inbox.ready(0.0, 10)
    part.rename(tmp_path / "x.png")
    inbox.hint(os.fsencode(tmp_path / "x.png"))
    assert [b"x.png"] == names(inbox.ready(0.1, 10))


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: path.symlink_to("/etc/shadow"), "a symbolic link, never opened"),
        (lambda path: path.symlink_to(path.name), "a symbolic link, never opened"),
        (os.mkfifo, "a FIFO, never opened"),
        (make_socket, "a socket, never opened"),
    ],
)
def test_what_is_no_regular_file_is_never_opened(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None], why: str
) -> None:
    """Links, FIFOs and sockets are listed as ignored, with why."""
    monkeypatch.chdir(tmp_path)
    make(Path("7.png"))
    monkeypatch.setattr(wholeness, "open_in", lambda *_, **__: pytest.fail("opened"))
    inbox.hint(os.fsencode(tmp_path / "7.png"))
    assert [] == inbox.ready(0.0, 10)
    assert {b"7.png": why} == dict(inbox.ignored)


@pytest.mark.parametrize("hinted", [True, False])
def test_a_link_to_a_folder_is_not_followed(inbox: Inbox, tmp_path: Path, hinted: bool) -> None:
    """Whether an event or the scan finds it: nothing behind it is listed, opened or taken."""
    root, outside = tmp_path / "in", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "7.png").write_bytes(PNG)
    (root / "link").symlink_to(outside)
    watched: list[bytes] = []
    inbox = Inbox(os.fsencode(root), on_folder=lambda path: watched.append(path) or True)
    if hinted:
        inbox.hint(os.fsencode(root / "link"))
    assert ([], []) == (inbox.ready(0.0, 10), watched)
    assert {b"link": "a symbolic link, never opened"} == dict(inbox.ignored)


@pytest.mark.parametrize(("name", "why"), [("notes.txt", "unknown suffix '.txt'"), ("README", "no suffix")])
def test_unknown_suffixes_are_ignored_with_why(inbox: Inbox, tmp_path: Path, name: str, why: str) -> None:
    """They are left where they are, and listed."""
    path = drop(inbox, tmp_path, name)
    assert [] == inbox.ready(0.0, 10)
    assert {name.encode(): why} == dict(inbox.ignored)
    path.unlink()
    inbox.hint(os.fsencode(path))
    inbox.ready(1.0, 10)
    assert {} == dict(inbox.ignored)


def test_a_deleted_file_is_ignored_no_longer(inbox: Inbox, tmp_path: Path) -> None:
    """Nobody tells of a deletion; the next listing of the folder shows it."""
    path = drop(inbox, tmp_path, "notes.txt")
    inbox.ready(0.0, 10)
    path.unlink()
    inbox.look_everywhere()
    inbox.ready(1.0, 10)
    assert {} == dict(inbox.ignored)


def test_the_list_of_ignored_files_is_bounded(inbox: Inbox, tmp_path: Path) -> None:
    """A folder of ten thousand texts does not fill the memory."""
    for number in range(MOST_LISTED + 5):
        (tmp_path / f"{number}.txt").touch()
    inbox.ready(0.0, 10)
    assert MOST_LISTED == len(inbox.ignored)


def test_a_folder_named_like_a_picture_is_a_folder(inbox: Inbox, tmp_path: Path) -> None:
    """x.png/ is entered, also when an event names it."""
    drop(inbox, tmp_path, "x.png/7.png")
    inbox.hint(os.fsencode(tmp_path / "x.png"))
    assert [b"x.png/7.png"] == names(inbox.ready(0.0, 10))


def test_a_moved_in_tree_is_found_by_one_hint(inbox: Inbox, tmp_path: Path) -> None:
    """mkdir -p a/b/c with files at once: the event for `a` is enough."""
    inbox.ready(0.0, 10)
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c" / "7.png").write_bytes(PNG)
    inbox.hint(os.fsencode(tmp_path / "a"))
    assert [b"a/b/c/7.png"] == names(inbox.ready(0.1, 10))


def test_candidates_are_counted_by_name(tmp_path: Path) -> None:
    """For a progress bar: pictures in all folders that are looked at, by suffix, hidden ones left out."""
    for name in ("1.png", "a/2.JPG", "a/b/3.pdf", "a/notes.txt", ".hidden.png", ".work/4.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    root = os.fsencode(tmp_path)
    assert (3, 1) == (count_candidates(root, recursive=True), count_candidates(root, recursive=False))
