"""watcher.inbox: what events tell, what a listing finds beside them, and how much of both a turn takes."""

import os
from pathlib import Path

from fakes import PNG, drop, names

from watcher.inbox import MOST_HINTS, Inbox


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
