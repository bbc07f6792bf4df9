"""watcher.inbox: how long files are waited for, when to look again, and what is waited for no more."""

import os
from pathlib import Path

import pytest
from fakes import PNG, drop, names

from watcher.inbox import Inbox


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


def test_patience_is_the_time_until_something_is_due(inbox: Inbox, tmp_path: Path) -> None:
    """A hint: now. A file that settles: then. Nothing: the next rescan."""
    inbox.ready(0.0, 10)
    assert 5.0 == inbox.patience(0.0)
    drop(inbox, tmp_path, "7.pgm", b"P5 1 1 255\n.")
    assert 0.0 == inbox.patience(1.0)
    inbox.ready(1.0, 10)
    assert 1.5 == inbox.patience(1.5)


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
