"""watcher.metrics.meter, watcher.metrics.totals: what is counted for as long as the process lives."""

import errno
import sqlite3
import threading
from collections.abc import Callable

import pytest
from fakes import BLANK, NOON, SEVEN, record

from watcher.counts import Counts
from watcher.engine import Loss
from watcher.errors import ModelError, SurroundingsError
from watcher.metrics.meter import PAUSE_KINDS, Meter, pause_kind
from watcher.metrics.totals import Histogram
from watcher.records import Identity, Record

FULL = OSError(errno.ENOSPC, "No space left on device")


class Clock:
    """Unix time and monotonic time that stand still until they are moved."""

    def __init__(self) -> None:
        self.now, self.timer = NOON.timestamp(), 50.0

    def pass_by(self, seconds: float) -> None:
        self.now, self.timer = self.now + seconds, self.timer + seconds


@pytest.fixture
def clock() -> Clock:
    """Noon."""
    return Clock()


@pytest.fixture
def meter(clock: Clock) -> Meter:
    """One that measures."""
    made = Meter(lambda: clock.now, lambda: clock.timer)
    made.measuring = True
    return made


def modified(seconds_before_noon: float, **fields: object) -> Record:
    """A record that arrived at noon, of a file that was written so long before."""
    mtime_ns = round((NOON.timestamp() - seconds_before_noon) * 1e9)
    return record(identity=Identity(1, 1, 3, mtime_ns), arrived_at="2026-03-01T12:00:00.000Z", **fields)


def counted(histogram: Histogram) -> dict[float, int]:
    """Upper bound → values, without the empty ones."""
    bounds = (*histogram.bounds, float("inf"))
    return {bound: n for bound, n in zip(bounds, histogram.counts, strict=True) if n}


def test_a_value_counts_at_the_first_bound_that_is_not_below_it() -> None:
    """As Prometheus' `le` says: a bound belongs to what lies below."""
    histogram = Histogram((1.0, 2.0))
    for value in (0.5, 1.0, 1.5, 2.0, 3.0):
        histogram.add(value)
    assert ([2, 2, 1], 8.0) == (histogram.counts, histogram.sum)


def test_a_picture_is_counted_by_status_and_its_times_and_confidence_are_measured(meter: Meter, clock: Clock) -> None:
    """Latency is from claim to row, age from the file's modification to the row."""
    clock.pass_by(0.03)
    meter.add([modified(4.0), modified(4.0, verdict=BLANK)])
    totals = meter.totals()
    assert {("ok", ""): 1, ("unreadable", "blank"): 1} == dict(totals.by)
    assert {0.04: 2} == counted(totals.latency)
    assert {5.0: 2} == counted(totals.age)
    assert {0.99: 1} == counted(totals.confidence), "what has no prediction has no confidence"
    assert clock.now == totals.recorded_at
    assert totals.latency.sum == pytest.approx(0.06, abs=1e-3)


def test_each_arrival_of_a_batch_has_its_own_latency(meter: Meter, clock: Clock) -> None:
    """Some were claimed earlier than others."""
    clock.pass_by(2.0)
    early, late = (
        record(arrived_at=f"2026-03-01T12:00:{at}Z", identity=Identity(1, 1, 3, 0)) for at in ("00.000", "01.950")
    )
    meter.add([early, early, late])
    assert {2.5: 2, 0.06: 1} == counted(meter.totals().latency)


def test_clocks_that_are_wrong_give_no_negative_times(meter: Meter, clock: Clock) -> None:
    """The clock was set back, and the file is from tomorrow."""
    clock.now -= 100
    meter.add([modified(-86_400)])
    totals = meter.totals()
    assert (0.0, 0.0) == (totals.latency.sum, totals.age.sum)


def test_without_metrics_pictures_are_counted_and_no_value_is_looked_at(meter: Meter) -> None:
    """The summary at the end of a run needs the counts."""
    meter.measuring = False
    meter.add([modified(4.0)])
    totals = meter.totals()
    assert (1, 1, {}) == (meter.recorded, totals.by["ok", ""], counted(totals.latency))


def test_a_pause_is_counted_by_kind_and_lasts_until_work_goes_on(meter: Meter, clock: Clock) -> None:
    """Tries that fail alike belong to one pause; one that lasts counts up to now."""
    for seconds in (1.0, 2.0):
        meter.paused(FULL)
        clock.pass_by(seconds)
    assert meter.is_paused
    assert ({"disk_full": 1}, {"disk_full": 3.0}) == (meter.totals().pauses, meter.totals().paused_seconds)
    meter.resumed()
    clock.pass_by(100.0)
    assert not meter.is_paused
    assert {"disk_full": 3.0} == meter.totals().paused_seconds


def test_a_trouble_that_changes_ends_one_pause_and_begins_another(meter: Meter, clock: Clock) -> None:
    """Each kind has its own seconds."""
    meter.paused(FULL)
    clock.pass_by(5.0)
    meter.paused(ModelError("gone", hint="bring it back"))
    clock.pass_by(1.0)
    meter.resumed()
    meter.paused(FULL)
    meter.resumed()
    assert {"disk_full": 2, "model": 1} == meter.totals().pauses
    assert {"disk_full": 5.0, "model": 1.0} == meter.totals().paused_seconds


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (FULL, "disk_full"),
        (OSError(errno.EROFS, "x"), "read_only"),
        (OSError(errno.ENOTCONN, "x"), "share_lost"),
        (FileNotFoundError(errno.ENOENT, "x"), "folder_gone"),
        (PermissionError(errno.EACCES, "x"), "forbidden"),
        (OSError(errno.ENOTTY, "x"), "other"),
        (OSError("no number"), "other"),
        (sqlite3.OperationalError("disk I/O error"), "ledger"),
        (ModelError("gone", hint="x"), "model"),
        (SurroundingsError("not the inbox of before", hint="x"), "other"),
    ],
)
def test_every_trouble_has_one_of_few_words(error: Exception, kind: str) -> None:
    """Labels must not grow without bound: what an error says goes to the log."""
    assert kind == pause_kind(error)
    assert kind in PAUSE_KINDS


def test_seldom_things_are_counted(meter: Meter) -> None:
    """Readers, deletions."""
    meter.lost_reader(Loss.TIMED_OUT)
    meter.deleted("archive", 3, 3000)
    meter.deleted("archive", 1, 1000)
    totals = meter.totals()
    assert {"timed_out": 1} == totals.readers_lost
    assert ({"archive": 4}, {"archive": 4000}) == (totals.deleted_files, totals.deleted_bytes)


@pytest.mark.parametrize("change", [Meter.resumed, Meter.stopped, lambda meter: meter.paused(FULL)])
def test_changes_of_state_are_told_at_once(meter: Meter, change: Callable[[Meter], None]) -> None:
    """So that they are written before the next quarter of a minute."""
    told: list[str] = []
    meter.on_change = lambda: told.append("changed")
    change(meter)
    assert ["changed"] == told


def test_the_loops_last_turn_is_a_time_of_day(meter: Meter, clock: Clock) -> None:
    """By the monotonic clock, so that a clock that is set does not look like a loop that stands still."""
    meter.turned()
    clock.pass_by(7.0)
    assert clock.now - 7.0 == meter.turned_at
    clock.now += 3600
    assert clock.now - 7.0 == meter.turned_at


def test_a_copy_is_of_one_moment_while_the_loop_goes_on_counting(meter: Meter) -> None:
    """Every picture is in all of its counts, or in none."""
    stop, batch = threading.Event(), [modified(1.0)] * 100

    def count() -> None:
        while not stop.is_set():
            meter.add(batch)

    loop = threading.Thread(target=count)
    loop.start()
    try:
        for _ in range(300):
            totals = meter.totals()
            n = totals.by["ok", ""]
            spread = (sum(totals.latency.counts), sum(totals.age.counts), sum(totals.confidence.counts))
            assert (n, n, n) == spread
            assert n % 100 == 0
    finally:
        stop.set()
        loop.join()


def test_it_can_stand_where_plain_counts_do(meter: Meter) -> None:
    """The service knows counts alone."""
    assert isinstance(meter, Counts)
    meter.claimed += 2
    assert 2 == meter.totals().claimed
    assert SEVEN.confidence is not None
