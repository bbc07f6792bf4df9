"""What is counted for as long as the process lives: numbers of events, and how values of pictures are spread."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from watcher.records import Record

# fmt: off
LATENCY_SECONDS = (0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
AGE_SECONDS = (0.02, 0.06, 0.25, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 3600.0, 21_600.0, 86_400.0)
# fmt: on
CONFIDENCES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1.0)


class Histogram:
    """How many values lie at or below each bound and above the one before it, how many above the last; their sum."""

    def __init__(self, bounds: Sequence[float]) -> None:
        """bounds: ascending."""
        self.bounds, self.counts, self.sum = tuple(bounds), [0] * (len(bounds) + 1), 0.0

    def add(self, value: float) -> None:
        """Count one."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value


@dataclass
class Totals:
    """Durations in seconds.

    by: (status, reason) → pictures. latency: from claim to durable row. age: from a file's modification to its row.
    confidence: of predictions. recorded_at: Unix time of the last row; 0: none yet. pauses, paused_seconds: by kind of
    trouble. readers_lost: by what they were lost to. deleted_files, deleted_bytes: by the folder that they were in.
    """

    claimed: int = 0
    by: Counter[tuple[str, str]] = field(default_factory=Counter)
    latency: Histogram = field(default_factory=partial(Histogram, LATENCY_SECONDS))
    age: Histogram = field(default_factory=partial(Histogram, AGE_SECONDS))
    confidence: Histogram = field(default_factory=partial(Histogram, CONFIDENCES))
    recorded_at: float = 0.0
    pauses: Counter[str] = field(default_factory=Counter)
    paused_seconds: defaultdict[str, float] = field(default_factory=partial(defaultdict, float))
    readers_lost: Counter[str] = field(default_factory=Counter)
    deleted_files: Counter[str] = field(default_factory=Counter)
    deleted_bytes: Counter[str] = field(default_factory=Counter)

    def measure(self, records: Sequence[Record], now: float) -> None:
        """Look at the values of each picture whose row was just written. now: Unix time."""
        self.recorded_at = now
        latency, age, confidence = self.latency.add, self.age.add, self.confidence.add
        arrived, since = "", 0.0
        for claim, verdict, *_ in records:
            if claim.arrived_at != arrived:  # that of a batch is one
                arrived = claim.arrived_at
                since = max(0.0, now - datetime.fromisoformat(arrived).timestamp())
            latency(since)
            age(max(0.0, now - claim.identity.mtime_ns / 1e9))  # no clock is right all the time
            if verdict.confidence is not None:
                confidence(verdict.confidence)
