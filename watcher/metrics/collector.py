"""The numbers as Prometheus takes them. Imported only where metrics are switched on.

Every sample names the daemon by its inbox: node_exporter refuses two files with samples of the same name and labels.
"""

import os
import platform
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import accumulate
from typing import TypeAlias

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from watcher import __version__
from watcher.engine import Loss
from watcher.metrics.levels import Levels
from watcher.metrics.meter import PAUSE_KINDS, Meter
from watcher.metrics.totals import Histogram, Totals
from watcher.recognition.verdict import Reason, Status

PREFIX = "digit_watcher_"
DELETED_FROM = ("archive", "rejected", "results")
READERS_LOST = tuple(map(str, Loss))
UNFINISHED = ("intent", "recorded", "missing", "quarantined", "expiring")
_REVIEW = (Reason.LOW_CONFIDENCE, Reason.NOT_A_DIGIT, Reason.SEVERAL_DIGITS)
KINDS = (
    (Status.OK.value, ""),
    *((Status.REVIEW.value, reason.value) for reason in _REVIEW),
    *((Status.UNREADABLE.value, r.value) for r in Reason if r not in (Reason.LOW_CONFIDENCE, Reason.SEVERAL_DIGITS)),
)

Values: TypeAlias = "Mapping[tuple[str, str], float] | Mapping[str, float] | float"


class MeterCollector(Collector):
    """Makes families of samples out of what the meter knows, at the moment when they are asked for."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    def describe(self) -> list[Metric]:
        """None in advance: what there is to see is seen when it is asked for."""
        return []

    def collect(self) -> Iterator[Metric]:
        """All families; none before the loop has looked at its things for the first time."""
        levels = self._meter.levels
        if levels is not None:
            totals, make = self._meter.totals(), _Families(levels.inbox)
            yield from self._about(make, levels)
            yield from _pictures(make, totals)
            yield from self._queue(make, levels)
            yield from _engine(make, levels)
            yield from self._troubles(make, totals)
            yield from self._care(make, totals)
            yield from _ledger(make, levels)
            yield from _disks(make, levels)

    def _about(self, make: "_Families", levels: Levels) -> Iterator[Metric]:
        meter = self._meter
        yield make.info("build", "This program.", version=__version__, python=platform.python_version())
        yield make.info("model", "The model that reads.", model=levels.model)
        yield make.gauge("model_outdated", "1 where the model on disk is not the one that reads.", levels.outdated)
        yield make.gauge("running", "1; 0 in the file that a daemon leaves behind when it is stopped.", meter.running)
        yield make.gauge("process_start_time_seconds", "When the process started, Unix time.", meter.started_at)
        yield make.gauge("loop_turn_timestamp_seconds", "When the loop last came round, Unix time.", meter.turned_at)

    def _queue(self, make: "_Families", levels: Levels) -> Iterator[Metric]:
        since = self._meter.since
        longest = 0.0 if levels.waiting_since is None else since(levels.waiting_since)
        behind = 0.0 if levels.behind_since is None else since(levels.behind_since)
        yield make.gauge("in_hand_pictures", "Pictures taken from the inbox and not recorded yet.", levels.in_hand)
        yield make.gauge("waiting_files", "Files that are not whole yet, or cannot be taken.", levels.waiting)
        yield make.gauge("waiting_age_seconds", "How long the first of the waiting files has waited.", longest)
        yield make.gauge("backlog_age_seconds", "No whole file has been in the inbox for longer than this.", behind)
        yield make.gauge("ignored_files", "Files in the inbox that are left alone; the newest 1,000.", levels.ignored)

    def _troubles(self, make: "_Families", totals: Totals) -> Iterator[Metric]:
        yield make.gauge("paused", "1 while work pauses as the surroundings fail.", self._meter.is_paused)
        pauses, seconds = _all(totals.pauses, PAUSE_KINDS), _all(totals.paused_seconds, PAUSE_KINDS)
        yield make.counter("pauses", "Pauses, by what failed.", pauses, "kind")
        yield make.counter("paused_seconds", "Seconds in pauses, by what failed.", seconds, "kind")
        lost = _all(totals.readers_lost, READERS_LOST)
        yield make.counter(
            "readers_lost", "Readers that died or were ended, by what they were lost to.", lost, "trouble"
        )

    def _care(self, make: "_Families", totals: Totals) -> Iterator[Metric]:
        reloads = dict(zip(("success", "failure"), self._meter.reloads(), strict=True))
        files, size = _all(totals.deleted_files, DELETED_FROM), _all(totals.deleted_bytes, DELETED_FROM)
        yield make.counter("reloads", "Settings read anew, by how it ended.", reloads, "result")
        yield make.counter("retention_deleted_files", "Files deleted at the end of their time.", files, "folder")
        yield make.counter("retention_deleted_bytes", "Bytes in them.", size, "folder")


def _pictures(make: "_Families", totals: Totals) -> Iterator[Metric]:
    by = dict.fromkeys(KINDS, 0.0) | {(str(status), str(reason)): n for (status, reason), n in totals.by.items()}
    yield make.counter("claimed_pictures", "Pictures taken from the inbox.", totals.claimed)
    yield make.counter("pictures", "Pictures whose row is on disk, by status and reason.", by, "status", "reason")
    yield make.histogram("latency_seconds", "From taking a picture to its row on disk.", totals.latency)
    yield make.histogram("file_age_seconds", "From a file's last modification to its row on disk.", totals.age)
    yield make.histogram("confidence_ratio", "Confidence of predictions.", totals.confidence)
    yield make.gauge("record_timestamp_seconds", "When the last row was written, Unix time; 0: none yet.",
                     totals.recorded_at)  # fmt: skip


def _engine(make: "_Families", levels: Levels) -> Iterator[Metric]:
    yield make.gauge("engine_slots", "Pictures that are read at the same time, at most.", levels.slots)
    yield make.gauge(
        "engine_executors", "Reader processes, or a cluster's executors; 0: none for now.", levels.executors
    )


def _ledger(make: "_Families", levels: Levels) -> Iterator[Metric]:
    unfinished = _all(levels.unfinished, UNFINISHED)
    yield make.gauge("ledger_results", "Results in the ledger, of all time.", levels.results, "status", "reason")
    yield make.gauge("ledger_pictures", "The same, by what became of their pictures.", levels.pictures, "state")
    yield make.gauge("ledger_unfinished_pictures", "Pictures not at their place, by state.", unfinished, "state")
    yield make.gauge("review_open_pictures", "Pictures that wait for a person's word.", levels.open_reviews)
    size = 0
    for suffix in ("", "-wal"):
        with suppress(OSError):
            size += os.stat(f"{levels.ledger}{suffix}")[stat.ST_SIZE]
    yield make.gauge("ledger_size_bytes", "Size of the ledger's files.", size)


def _disks(make: "_Families", levels: Levels) -> Iterator[Metric]:
    free, size = dict[str, float](), dict[str, float]()
    for name, folder in levels.folders.items():
        with suppress(OSError):
            disk = os.statvfs(folder)
            free[name], size[name] = disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize
    yield make.gauge("disk_free_bytes", "Room that the daemon may use, by folder.", free, "folder")
    yield make.gauge("disk_size_bytes", "Size of the file system, by folder.", size, "folder")


def _all(found: Mapping[str, float], names: tuple[str, ...]) -> dict[str, float]:
    # A series that begins with its first event has no rise to see: all begin with 0.
    return {name: found.get(name, 0) for name in names} | dict(found)


class _Families:
    """Makes families whose samples all name the inbox."""

    def __init__(self, inbox: str) -> None:
        self._inbox = inbox

    def counter(self, name: str, what: str, values: Values, *labels: str) -> Metric:
        return self._filled(CounterMetricFamily(PREFIX + name, what, labels=("inbox", *labels)), values)

    def gauge(self, name: str, what: str, values: Values, *labels: str) -> Metric:
        return self._filled(GaugeMetricFamily(PREFIX + name, what, labels=("inbox", *labels)), values)

    def info(self, name: str, what: str, **facts: str) -> Metric:
        made = InfoMetricFamily(PREFIX + name, what, labels=("inbox",))
        made.add_metric([self._inbox], facts)
        return made

    def histogram(self, name: str, what: str, values: Histogram) -> Metric:
        bounds = [*map(floatToGoString, values.bounds), "+Inf"]
        made = HistogramMetricFamily(PREFIX + name, what, labels=("inbox",))
        made.add_metric([self._inbox], list(zip(bounds, accumulate(values.counts), strict=True)), values.sum)
        return made

    def _filled(self, made: CounterMetricFamily | GaugeMetricFamily, values: Values) -> Metric:
        if isinstance(values, Mapping):
            for key, value in values.items():
                made.add_metric([self._inbox, *((key,) if isinstance(key, str) else key)], float(value))
        else:
            made.add_metric([self._inbox], float(values))
        return made
