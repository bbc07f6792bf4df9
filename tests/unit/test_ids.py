"""watcher.ids: names that sort by time."""

import time
import uuid

import pytest

from watcher.ids import IdSource


def test_ids_are_uuids_of_version_7() -> None:
    """Each id is a UUID that says version 7 and the RFC's variant."""
    made = uuid.UUID(IdSource().new())
    assert (7, uuid.RFC_4122) == (made.version, made.variant)


def test_ids_grow_within_a_millisecond() -> None:
    """Ids sort in the order in which they were given, however fast that was."""
    ids = IdSource()
    made = [ids.new() for _ in range(10_000)]
    assert sorted(set(made)) == made


def test_ids_grow_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that jumps back an hour does not make an id smaller than the one before."""
    ids = IdSource()
    monkeypatch.setattr(time, "time_ns", lambda: 1_900_000_000_000_000_000)
    before = ids.new()
    monkeypatch.setattr(time, "time_ns", lambda: 1_900_000_000_000_000_000 - 3_600_000_000_000)
    assert before < ids.new()


def test_an_id_tells_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first 48 bits are the milliseconds since 1970."""
    monkeypatch.setattr(time, "time_ns", lambda: 1_700_000_000_123_456_789)
    assert 1_700_000_000_123 == uuid.UUID(IdSource().new()).int >> 80
