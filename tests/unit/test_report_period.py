"""watcher.report.period: a stretch of time in pieces that a chart can show."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.report.period import MOST_PIECES, pieces
from watcher.times import written

BERLIN, KATHMANDU = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")
START = datetime(2026, 3, 1, 12, 34, 56, 789_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "unit"),
    [
        (timedelta(0), "second"),
        (timedelta(seconds=80), "second"),
        (timedelta(minutes=10), "10 seconds"),
        (timedelta(hours=1), "minute"),
        (timedelta(hours=12), "10 minutes"),
        (timedelta(days=2), "hour"),
        (timedelta(days=30), "day"),
        (timedelta(days=365), "week"),
        (timedelta(days=5 * 365), "month"),
        (timedelta(days=20 * 365), "year"),
    ],
    ids=str,
)
def test_the_unit_fits_the_period(span: timedelta, unit: str) -> None:
    """As fine as a chart has room for."""
    cut = pieces(START, START + span, UTC)
    assert unit == cut.unit
    assert 1 <= len(cut.begins) <= MOST_PIECES


@given(
    st.integers(0, 40 * 365 * 86_400_000).map(lambda ms: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)),
    st.timedeltas(timedelta(0), timedelta(days=30 * 365)),
    st.sampled_from([UTC, BERLIN, KATHMANDU]),
)
def test_every_moment_has_its_piece(first: datetime, span: timedelta, zone: ZoneInfo) -> None:
    """Pieces hold the period, one behind the other without a gap, and are never too many."""
    cut = pieces(first, first + span, zone)
    assert len(cut.begins) <= MOST_PIECES
    assert cut.edges[0] <= first
    assert first + span < cut.edges[-1]
    assert all(before.timestamp() < after.timestamp() for before, after in pairwise(cut.edges))
    for share in (0.0, 0.3, 1.0):
        moment = first + span * share
        place = cut.place()(written(moment, "milliseconds"))
        assert cut.edges[place].timestamp() <= moment.timestamp() < cut.edges[place + 1].timestamp()


def test_days_begin_at_the_peoples_midnight() -> None:
    """The day on which the clocks change has 23 hours and is one piece."""
    cut = pieces(datetime(2026, 3, 20, 12, tzinfo=UTC), datetime(2026, 4, 5, 12, tzinfo=UTC), BERLIN)
    assert {(0, 0)} == {(edge.hour, edge.minute) for edge in cut.edges}
    place = cut.place()
    assert (
        place("2026-03-28T22:59:59.999Z") + 1 == place("2026-03-28T23:00:00.000Z") == place("2026-03-29T21:59:59.999Z")
    )
    assert place("2026-03-29T22:00:00.000Z") == place("2026-03-29T21:59:59.999Z") + 1


def test_hours_are_hours_of_the_clock() -> None:
    """Also where that is a quarter of an hour off UTC's."""
    cut = pieces(START, START + timedelta(days=2), KATHMANDU)
    assert {0} == {edge.minute for edge in cut.edges}


def test_the_hour_that_comes_twice_counts_twice() -> None:
    """From 2:59 to 2:00 by the clock, and an hour long."""
    first = datetime(2026, 10, 25, 2, 59, tzinfo=BERLIN)
    cut = pieces(first, first.replace(minute=0, fold=1), BERLIN)
    assert ("second", 61) == (cut.unit, len(cut.begins))
    later = pieces(first, first.replace(fold=1), BERLIN)
    assert ("minute", 61) == (later.unit, len(later.begins))
    assert 61 == len({edge.astimezone(UTC) for edge in later.begins})


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    """As calendars have them."""
    assert {0} == {edge.weekday() for edge in pieces(START, START + timedelta(days=300), UTC).edges}
    assert {1} == {edge.day for edge in pieces(START, START + timedelta(days=1500), UTC).edges}


def test_moments_outside_count_to_the_ends() -> None:
    """A clock that was set back loses no row."""
    cut = pieces(START, START + timedelta(hours=1), UTC)
    place = cut.place()
    assert (0, len(cut.begins) - 1) == (place("1999-01-01T00:00:00.000Z"), place("2099-01-01T00:00:00.000Z"))


def test_a_period_that_ends_before_it_begins_is_none() -> None:
    """It is an error of the caller."""
    with pytest.raises(ValueError, match="before"):
        pieces(START, START - timedelta(seconds=1), UTC)
