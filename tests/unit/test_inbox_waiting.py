"""watcher.inbox: how long files are waited for, how many are taken at once, and when to look again."""

import os
from pathlib import Path

import pytest
from fakes import PNG, drop, names

from watcher import inbox as module
from watcher.inbox import MOST_HINTS, Inbox, is_whole
from watcher.records import Identity


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
    """After 5, 30 and then every 300 seconds; the first time is remembered; gone, it is forgotten."""
    path = drop(inbox, tmp_path, "7.png")
    now, waits = 0.0, []
    for _ in range(4):
        (found,) = inbox.ready(now, 10)
        inbox.leave(found, "cannot be moved", now)
        due = inbox.waiting[b"7.png"].due
        waits.append(due - now)
        inbox.hint(os.fsencode(path))
        assert [] == inbox.ready(due - 0.1, 10)
        now = due
    assert [5.0, 30.0, 300.0, 300.0] == waits
    assert (0.0, 4) == (inbox.waiting[b"7.png"].since, inbox.waiting[b"7.png"].failures)
    path.unlink()
    inbox.ready(now, 10)
    assert {} == inbox.waiting


def test_a_file_that_may_not_be_opened_waits_with_the_reason(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not claimed; the others are."""
    drop(inbox, tmp_path, "closed.png")
    drop(inbox, tmp_path, "open.png")
    real = is_whole

    def refuse(root: bytes, file: bytes, identity: Identity) -> bool:
        if b"closed" in file:
            raise PermissionError(13, "Permission denied")
        return real(root, file, identity)

    monkeypatch.setattr(module, "is_whole", refuse)
    assert [b"open.png"] == names(inbox.ready(0.0, 10))
    assert "cannot be opened: Permission denied" == inbox.waiting[b"closed.png"].why


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
