"""A stretch of time, cut into pieces that a chart can show: at even seconds or minutes, or at local midnights."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from watcher.times import written

MOST_PIECES = 92  # bars: the days of a quarter
_EVEN = (
    ("second", timedelta(seconds=1)), ("10 seconds", timedelta(seconds=10)), ("minute", timedelta(minutes=1)),
    ("10 minutes", timedelta(minutes=10)), ("hour", timedelta(hours=1)),
)  # fmt: skip


@dataclass(frozen=True)
class Pieces:
    """unit: how long each is, in words. edges: where each begins, and where the last one ends; in the people's zone."""

    unit: str
    edges: tuple[datetime, ...]

    @property
    def begins(self) -> tuple[datetime, ...]:
        """Where each piece begins."""
        return self.edges[:-1]

    def place(self) -> Callable[[str], int]:
        """What says in which piece a moment of the ledger lies; those outside count to the first or the last."""
        inner = [written(edge, "milliseconds") for edge in self.edges[1:-1]]
        return lambda moment: bisect_right(inner, moment)


def pieces(first: datetime, last: datetime, zone: tzinfo) -> Pieces:
    """The finest pieces, at most MOST_PIECES, that hold both moments. Raises ValueError where last is before first."""
    span = last.astimezone(UTC) - first.astimezone(UTC)  # in one zone they would be compared by the clock
    if span < timedelta(0):
        raise ValueError(f"{last} is before {first}")
    first, last = first.astimezone(zone), last.astimezone(zone)
    for unit, step in _EVEN:
        if span / step < MOST_PIECES - 1:
            return Pieces(unit, _even(first, last, step))
    for unit, begin, after in (
        ("day", _day, _next_day), ("week", _week, _next_week), ("month", _month, _next_month)
    ):  # fmt: skip
        edges = _calendar(begin(first), last, after)
        if len(edges) <= MOST_PIECES + 1:
            return Pieces(unit, edges)
    return Pieces("year", _calendar(_month(first).replace(month=1), last, _next_year))


def _even(first: datetime, last: datetime, step: timedelta) -> tuple[datetime, ...]:
    # Counted in UTC, where no hour is missing; from a local midnight, so that hours are hours of the clock.
    zone, origin = first.tzinfo, _day(first).astimezone(UTC)
    edge = origin + (first - origin) // step * step
    edges = [edge]
    while edge <= last:
        edge += step
        edges.append(edge)
    return tuple(edge.astimezone(zone) for edge in edges)


def _calendar(edge: datetime, last: datetime, after: Callable[[datetime], datetime]) -> tuple[datetime, ...]:
    edges = [edge]
    while edge <= last and len(edges) <= 10_000:
        edge = after(edge)
        edges.append(edge)
    return tuple(edges)


def _day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def _next_day(begin: datetime) -> datetime:
    return begin + timedelta(days=1)  # of one zone: by the clock, whatever summer time makes of that day


def _week(moment: datetime) -> datetime:
    return _day(moment) - timedelta(days=moment.weekday())


def _next_week(begin: datetime) -> datetime:
    return begin + timedelta(weeks=1)


def _month(moment: datetime) -> datetime:
    return _day(moment).replace(day=1)


def _next_month(begin: datetime) -> datetime:
    return (begin + timedelta(days=31)).replace(day=1)


def _next_year(begin: datetime) -> datetime:
    return begin.replace(year=begin.year + 1)
