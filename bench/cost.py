"""What a piece of work costs: time by the clock, and time of processors."""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass

from bench.processes import processor_seconds

_MICRO = 1e6


@dataclass(frozen=True)
class Cost:
    """seconds: by the clock. processor_seconds: user and system, of all processes together."""

    seconds: float
    processor_seconds: float

    def beyond(self, fixed: "Cost") -> "Cost":
        """What is left of it without what is paid however little there is to do."""
        return Cost(self.seconds - fixed.seconds, self.processor_seconds - fixed.processor_seconds)

    def each(self, count: int) -> tuple[float, float]:
        """µs by the clock and µs of processors, for one of so many."""
        return self.seconds / count * _MICRO, self.processor_seconds / count * _MICRO


def total(costs: Iterable[Cost]) -> Cost:
    """All of them together."""
    both = [(cost.seconds, cost.processor_seconds) for cost in costs]
    return Cost(sum(one for one, _ in both), sum(one for _, one in both))


class Meter:
    """Counts from when it is made."""

    def __init__(self, *, children_only: bool = False) -> None:
        """children_only: without this process, which only looks on."""
        self._children_only = children_only
        self._started, self._used = time.perf_counter(), self._total()

    def read(self) -> Cost:
        """The cost so far, of this process and all that it started."""
        return Cost(time.perf_counter() - self._started, self._total() - self._used)

    def _total(self) -> float:
        return processor_seconds(os.getpid()) - (time.process_time() if self._children_only else 0.0)
