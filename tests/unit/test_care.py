"""watcher.retention.care: old things are deleted in small bites beside the work, which no trouble with it stops."""

import logging
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from fakes import NOON
from house import DAY, House

from watcher.errors import SurroundingsError
from watcher.retention import care
from watcher.retention.care import Care
from watcher.rotation import Rotation


class Looked:
    """A care of a house, whose clock ticks a little at each look."""

    def __init__(self, house: House, seconds: float = 0.0) -> None:
        self.house, self.seconds, self.read, self.now = house, seconds, 0.0, 0.0
        self.care = Care(house.results, house.retention, lambda: house.now.isoformat(), self.clock)

    def clock(self) -> float:
        self.read += self.seconds
        return self.read

    def turn(self, *, busy: bool = False) -> float:
        due = self.care.turn(self.now, busy=busy)
        self.now += due
        return due


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A hundred pictures that are too old."""
    house = House(tmp_path, archive_days=1)
    for number in range(100):
        house.add(f"{number}.png")
    house.now += 1.2 * DAY
    yield house
    house.close()


def gone(house: House) -> int:
    return house.states().count("expired")


def test_without_anything_old_it_looks_once_a_minute(tmp_path: Path) -> None:
    """And says when it is due again."""
    house = House(tmp_path, archive_days=1)
    house.add()
    looked = Looked(house)
    assert care.LOOK_SECONDS == looked.care.turn(0.0, busy=False)
    with patch.object(house.retention, "bite") as bite:
        assert 20.0 == looked.care.turn(40.0, busy=False)
    bite.assert_not_called()
    house.close()


@pytest.mark.parametrize(("busy", "rest"), [(False, 2.0), (True, 10.0)])
def test_bites_leave_time_for_the_work(house: House, busy: bool, rest: float) -> None:
    """As long as one took where nothing else is to be done, nine times as long where pictures are read."""
    looked = Looked(house, 0.02)
    assert rest * 0.02 == pytest.approx(looked.turn(busy=busy))
    assert 64 == gone(house)
    while looked.turn(busy=busy) < care.LOOK_SECONDS:
        pass
    assert 100 == gone(house)


@pytest.mark.parametrize(("seconds", "most"), [(0.1, 32), (0.02, 64), (0.001, 128)])
def test_bites_grow_and_shrink_with_the_disk(house: House, seconds: float, most: int) -> None:
    """So that a fresh picture waits for one no longer than it must."""
    looked = Looked(house, seconds)
    looked.turn()
    assert most == looked.care.most


def test_what_is_refused_stops_nothing(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Said once; tried again after minutes, and then what was begun first."""
    looked = Looked(house)
    with patch.object(house.retention._disposal, "dispose", side_effect=OSError(5, "Input/output error")):
        for _ in range(3):
            looked.turn()
        assert ("expiring" in house.states(), 0) == (True, gone(house))
    assert 1 == caplog.text.count("what is old cannot be deleted, and is tried again: [Errno 5] Input/output error")
    looked.now += care.AGAIN_SECONDS
    while looked.turn() < care.LOOK_SECONDS:
        pass
    assert 100 == gone(house)


def test_trouble_with_the_outbox_or_the_ledger_is_the_daemons(house: House) -> None:
    """It pauses for it, as anywhere else."""

    def lost() -> None:
        raise SurroundingsError("it is gone", hint="")

    house.check = lost
    with pytest.raises(SurroundingsError):
        Looked(house).turn()


def test_at_the_start_what_was_begun_is_ended(house: House) -> None:
    """Whatever the rules are by now."""
    with patch.object(house.retention._disposal, "dispose", side_effect=OSError), pytest.raises(OSError):
        house.retention.bite(10)
    Looked(house).care.recover()
    assert ({"expired", "archived"}, 10) == ({*house.states()}, gone(house))


def test_a_round_is_told_once(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """How many and how many bytes; the few of the next minutes wait for the next hour."""
    caplog.set_level(logging.INFO)
    looked = Looked(house)
    while looked.turn() < care.LOOK_SECONDS:
        pass
    assert "100 pictures, 0 rejected ones, 0 results files, 0 records; 10000 bytes in all" in caplog.text
    house.add()
    house.now += 1.2 * DAY
    looked.turn()
    looked.turn()
    assert (101, 1) == (gone(house), caplog.text.count("their time was over"))
    looked.now += care.WORD_SECONDS
    looked.turn()
    assert "1 pictures, 0 rejected ones, 0 results files, 0 records; 10100 bytes in all" in caplog.text


def test_many_that_cannot_be_deleted_are_told(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """As then no others are begun."""
    house.retention.stuck = care.MOST_STUCK
    with patch.object(house.retention, "finish"):
        Looked(house).care.turn(0.0, busy=True)
    assert "1000 pictures cannot be deleted: others are kept until that is mended" in caplog.text


def test_a_day_ends_where_nothing_is_read(tmp_path: Path) -> None:
    """Yesterday's results are whole in the morning; while pictures are read, their rows see to it."""
    house = House(tmp_path)
    house.results._rotation = Rotation("daily")
    house.add()
    house.now = NOON + DAY
    looked = Looked(house)
    looked.turn(busy=True)
    assert not (house.outbox / "results-2026-03-01.csv").exists()
    looked.turn(busy=False)
    assert (house.outbox / "results-2026-03-01.csv").exists()
    house.close()
