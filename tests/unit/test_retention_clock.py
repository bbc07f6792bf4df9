"""watcher.retention, age and walk: a clock that is wrong, now or when a picture was read, deletes nothing too soon."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import NOON
from house import DAY, House

YEARS = 3650 * DAY


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Pictures stay ten days."""
    house = House(tmp_path, archive_days=10)
    yield house
    house.assert_sums()
    house.close()


def test_a_clock_that_leaps_ahead_makes_nothing_old_at_once(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """It is said, and for a day nothing goes; put right within the day, nothing has gone."""
    house.add()
    house.days(1)
    house.now += YEARS
    house.tidy()
    house.now += DAY - timedelta(seconds=1)
    house.tidy()
    assert ["archived"] == house.states()
    assert 1 == caplog.text.count("the clock is 3650.0 days ahead of the last look")
    house.now -= YEARS
    house.days(5)
    assert ["archived"] == house.states()
    house.days(5)
    assert ["expired"] == house.states()


def test_a_leap_that_lasts_is_believed_after_a_day(house: House) -> None:
    """It may have been a machine that was off; another start in between changes nothing."""
    house.add()
    house.days(1)
    house.now += YEARS
    house.tidy()
    house.now += 0.5 * DAY
    house.restart()
    house.tidy()
    assert ["archived"] == house.states()
    house.now += 0.6 * DAY
    house.tidy()
    assert ["expired"] == house.states()


def test_too_many_bytes_are_no_matter_of_time(tmp_path: Path) -> None:
    """They go also while the clock is not trusted."""
    house = House(tmp_path, archive_days=10, archive_bytes=100)
    house.add()
    house.days(1)
    house.now += YEARS
    house.add()
    house.tidy()
    assert ["expired", "archived"] == house.states()
    house.close()


def test_a_clock_that_was_set_back_makes_nothing_old(house: House) -> None:
    """It is as if the pictures were of tomorrow: nothing is deleted before others of later times are old."""
    house.add()
    house.days(1)
    house.now -= YEARS
    house.add()
    house.days(9)
    assert ["archived", "archived"] == house.states()


def test_pictures_read_under_a_clock_far_ahead_go_with_the_next_ones(house: House) -> None:
    """They hold up nobody, and do not stay for years."""
    house.add("before.png")
    house.days(1)
    house.add("wrong.png", at=NOON + YEARS)
    house.add("after.png")
    house.days(9)
    assert ["archived"] * 3 == house.states()
    house.days(1)
    assert ["expired", "archived", "archived"] == house.states()
    house.days(1)
    assert ["expired"] * 3 == house.states()


def test_pictures_read_under_a_clock_far_behind_go_with_the_next_ones(house: House) -> None:
    """A machine without a clock of its own, before it has asked for the time: they are not thirty years old."""
    house.add("before.png")
    house.days(5)
    house.add("wrong.png", at=NOON - YEARS)
    house.add("after.png")
    house.days(6)
    assert ["expired", "archived", "archived"] == house.states()
    house.restart()
    house.tidy()
    assert ["expired", "archived", "archived"] == house.states()
    house.days(5)
    assert ["expired"] * 3 == house.states()


def test_after_years_under_a_clock_far_ahead_the_right_time_counts_again(house: House) -> None:
    """All that was read then counts as older than what was read since."""
    house.now += YEARS
    for _ in range(15):
        house.add()
        house.days(1)
    house.now -= YEARS
    house.days(2)
    house.restart()
    house.add()
    house.days(10)
    assert "archived" == house.states()[-1]
    house.days(2)
    assert {"expired"} == {*house.states()}


@pytest.mark.parametrize("back", [timedelta(0), timedelta(hours=1)])
def test_a_small_correction_is_nothing(house: House, back: timedelta, caplog: pytest.LogCaptureFixture) -> None:
    """Nor is a day on which the daemon did not run."""
    house.add()
    for _ in range(9):
        house.now += 1.4 * DAY - back
        house.tidy()
    assert ["expired"] == house.states()
    assert "ahead" not in caplog.text


def test_looks_cost_the_ledger_a_write_an_hour(house: House) -> None:
    """Not one each minute, for months."""
    written: list[str] = []
    keep: Callable[[str, str], None] = house.ledger.set_meta
    house.ledger.set_meta = lambda key, value: (written.append(key), keep(key, value))[1]  # type: ignore[method-assign]
    for _ in range(180):
        house.now += timedelta(minutes=1)
        house.tidy()
    assert 3 == len(written)
