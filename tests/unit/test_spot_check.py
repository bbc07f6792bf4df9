"""watcher.reporting.spot_check: a few archived pictures at a time."""

import os
import random

import pytest
from fakes import PNG, Desk

from watcher.reporting.spot_check import AT_ONCE, EVERY_SECONDS, SpotCheck


@pytest.fixture
def check(desk: Desk) -> SpotCheck:
    """Of an archive of three."""
    for name in ("1.png", "2.png", "3.png"):
        desk.drop(name, PNG)
        desk.turns(2)
    return SpotCheck(desk.ledger, os.fsencode(desk.outbox), random.Random(7))


def test_some_are_looked_at_once_a_minute(check: SpotCheck) -> None:
    """However often it is asked; of few, each once."""
    for now in (0.0, 1.0, EVERY_SECONDS - 1):
        check.look(now)
    assert {"looked_at": 3, "not_there": []} == check.facts()
    check.look(EVERY_SECONDS)
    assert 6 == check.facts()["looked_at"]


def test_of_many_only_a_few_are_looked_at(desk: Desk) -> None:
    """A minute's look costs the same in a small archive and in a large one."""
    for number in range(AT_ONCE + 4):
        desk.drop(f"{number}.png", PNG)
    desk.turns(4)
    check = SpotCheck(desk.ledger, os.fsencode(desk.outbox))
    check.look(0.0)
    assert AT_ONCE == check.facts()["looked_at"]


def test_what_is_gone_or_changed_is_named_until_it_is_back(check: SpotCheck, desk: Desk) -> None:
    """By its place."""
    first, second = desk.below("archive")[:2]
    kept = desk.outbox / "archive" / first
    kept.rename(desk.outbox / "kept")
    (desk.outbox / "archive" / second).write_bytes(b"changed")
    check.look(0.0)
    assert sorted([f"archive/{first}", f"archive/{second}"]) == sorted(check.facts()["not_there"])
    (desk.outbox / "kept").rename(kept)
    check.look(EVERY_SECONDS)
    assert [f"archive/{second}"] == check.facts()["not_there"]


def test_what_is_read_again_is_not_looked_for(check: SpotCheck, desk: Desk) -> None:
    """Nor what else is not in the archive by the ledger's own word."""
    desk.ledger.set_state(desk.ids(), "missing")
    for file in (desk.outbox / "archive").rglob("*.png"):
        file.unlink()
    check.look(0.0)
    assert {"looked_at": 0, "not_there": []} == check.facts()


def test_an_empty_ledger_has_nothing_to_look_at(desk: Desk) -> None:
    """As after the first start."""
    check = SpotCheck(desk.ledger, os.fsencode(desk.outbox))
    check.look(0.0)
    assert {"looked_at": 0, "not_there": []} == check.facts()
