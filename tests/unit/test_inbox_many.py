"""watcher.inbox: many files at once: in which order, how many are remembered, and how many are open."""

import os
from pathlib import Path

import pytest
from fakes import PNG, drop, names

from watcher import inbox as module
from watcher import looking, waiting
from watcher.inbox import Inbox
from watcher.records import Identity


def test_of_what_is_found_together_the_oldest_comes_first(inbox: Inbox, tmp_path: Path) -> None:
    """By modification time, whatever order the folder lists; rows then stand in the order in which people wrote."""
    for name, seconds in (("b.png", 2), ("d.png", 4), ("a.png", 1), ("c.png", 3)):
        os.utime(drop(inbox, tmp_path, name), (seconds, seconds))
    assert [b"a.png", b"b.png", b"c.png", b"d.png"] == names(inbox.ready(0.0, 10))


def test_more_may_wait_than_can_be_remembered(inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded; whole files are taken all the same, and the others' turn comes when there is room again."""
    monkeypatch.setattr(waiting, "MOST_WAITING", 4)
    halves = [drop(inbox, tmp_path, f"half{number}.png", PNG[:50]) for number in range(7)]
    drop(inbox, tmp_path, "whole.png")
    assert [b"whole.png"] == names(inbox.ready(0.0, 10))
    assert 4 == len(inbox.waiting)
    (tmp_path / "whole.png").unlink()
    taken = set()
    for now in (2.0, 3.0, 5.0, 6.0, 8.0):
        for name in names(inbox.ready(now, 10)):
            taken.add(name)
            (tmp_path / os.fsdecode(name)).unlink()
    assert {os.fsencode(path.name) for path in halves} == taken
    assert {} == inbox.waiting
    assert inbox.drained


def test_as_many_as_may_be_open_are_open_and_none_stays(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is asked for several files before the first is looked into; also where one fails, all are closed."""
    monkeypatch.setattr(module, "OPEN_AHEAD", 4)
    for number in range(9):
        drop(inbox, tmp_path, f"{number}.png")
    real, opened, most = looking.is_whole, len(os.listdir("/proc/self/fd")), list[int]()

    def counting(descriptor: int, identity: Identity) -> bool:
        most.append(len(os.listdir("/proc/self/fd")) - opened)
        if len(most) == 12:
            raise OSError(116, "Stale file handle")
        return real(descriptor, identity)

    monkeypatch.setattr(looking, "is_whole", counting)
    assert 3 == len(inbox.ready(0.0, 3))
    inbox.look_everywhere()
    assert 8 == len(inbox.ready(0.0, 8))
    assert 4 <= max(most) - 2 <= 5, "files, beside a folder or two"
    inbox.look_everywhere()
    with pytest.raises(OSError, match="Stale"):
        inbox.ready(0.0, 9)
    monkeypatch.undo()
    assert len(os.listdir("/proc/self/fd")) - opened <= 2
