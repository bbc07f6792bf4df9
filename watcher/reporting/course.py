"""The course of a daemon's life: in which state since when, how often it paused, how fast it was of late."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from watcher.times import written

LATELY_SECONDS = 60.0


def utc_now() -> datetime:
    """The time of day."""
    return datetime.now(UTC)


@dataclass
class Course:
    """Kept as long as the process lives, whatever settings change. clock: monotonic seconds."""

    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = utc_now
    state: str = ""
    since: str = ""
    started_at: str = ""
    pauses: int = 0
    _entered: float = 0.0
    _paused: float = 0.0
    _first: int | None = None
    _lately: deque[tuple[float, int]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.started_at = written(self.now())

    def enter(self, state: str) -> None:
        """It is in this state now."""
        if state == self.state:
            return
        if self.state == "paused":
            self._paused += self.clock() - self._entered
        self.pauses += state == "paused"
        self.state, self.since, self._entered = state, written(self.now()), self.clock()

    def count(self, results: int) -> None:
        """So many results there are in the ledger."""
        now = self.clock()
        if self._first is None:
            self._first = results
        self._lately.append((now, results))
        while len(self._lately) > 1 and self._lately[1][0] <= now - LATELY_SECONDS:
            self._lately.popleft()

    def ago(self, then: float) -> str:
        """What time it was at a monotonic time."""
        return written(datetime.fromtimestamp(self.now().timestamp() - (self.clock() - then), UTC))

    def facts(self) -> dict[str, Any]:
        """What changes when something happens."""
        return {"state": self.state, "since": self.since, "started_at": self.started_at, "pauses": self.pauses}

    def figures(self) -> dict[str, Any]:
        """What changes all the time: results of this run and of the last minute, and seconds in pauses."""
        last = self._lately[-1][1] if self._lately else 0
        going = self.clock() - self._entered if self.state == "paused" else 0.0
        return {
            "results_since_start": last - (self._first or 0),
            "results_last_minute": last - self._lately[0][1] if self._lately else 0,
            "paused_seconds": round(self._paused + going),
        }
