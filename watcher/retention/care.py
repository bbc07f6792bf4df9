"""The care of what has been read, beside the work: results files set aside, old things deleted, a little at a time."""

import logging
import time
from collections import Counter
from collections.abc import Callable

from watcher.results import Results
from watcher.retention.retention import MOST_AT_ONCE, MOST_STUCK, Retention

log = logging.getLogger(__name__)
LOOK_SECONDS = 60.0  # between looks at what has become old
AGAIN_SECONDS = 300.0  # until what was refused is tried again
WORD_SECONDS = 3600.0  # between messages
BITE_SECONDS = 0.03  # that the loop is kept from fresh pictures; more pictures at once take less time for each
_LEAST_AT_ONCE = 16
_REST_BUSY, _REST_IDLE = 9.0, 1.0  # times as long as the bite before took


class Care:
    """Decides when, and how much at once."""

    def __init__(
        self,
        results: Results,
        retention: Retention,
        timestamp: Callable[[], str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """timestamp: now, as rows say it. clock: by which bites are measured."""
        self._results, self._retention, self._timestamp, self._clock = results, retention, timestamp, clock
        self._due = self._again = self._next_word = 0.0
        self._refused, self._told = "", Counter[str]()
        self.most = 4 * _LEAST_AT_ONCE

    def recover(self) -> None:
        """Delete what a kill left marked. What is refused then is tried again later: nothing waits for it."""
        self._again = 0.0
        self._finish(0.0)

    def turn(self, now: float, *, busy: bool) -> float:
        """Do a little, where something is due; gives the seconds until then. now: monotonic seconds.

        busy: pictures are being read. Raises OSError where a results file cannot be made, SurroundingsError where
        inbox, outbox or ledger are not what they were.
        """
        if now >= self._due:
            self._due = now + LOOK_SECONDS
            if not busy:
                self._results.rotate(self._timestamp())
            self._finish(now)
            self._bite(now, busy)
        return self._due - now

    def _finish(self, now: float) -> None:
        if now >= self._again:
            self._again = now + AGAIN_SECONDS
            self._try(self._retention.finish)

    def _bite(self, now: float, busy: bool) -> None:
        began, before = self._clock(), self._retention.files.total()
        more = self._try(lambda: self._retention.bite(self.most))
        took = self._clock() - began
        if took > BITE_SECONDS:
            self.most = max(_LEAST_AT_ONCE, self.most // 2)
        elif took < BITE_SECONDS / 2 and self._retention.files.total() - before >= self.most:
            self.most = min(MOST_AT_ONCE, 2 * self.most)
        if more:
            self._due = now + took * (1 + (_REST_BUSY if busy else _REST_IDLE))
        else:
            self._say(now)

    def _try(self, do: Callable[[], bool | None]) -> bool:
        """Whether it says that there is more. The work with fresh pictures goes on, whatever is refused here."""
        try:
            more = do()
        except OSError as error:
            if self._refused != str(error):
                log.warning("what is old cannot be deleted, and is tried again: %s", error)
            self._refused = str(error)
            return False
        self._refused = ""
        return bool(more)

    def _say(self, now: float) -> None:
        """Tell at the end of a round what was deleted, but not after each minute's few."""
        files, size, stuck = self._retention.files, self._retention.bytes, self._retention.stuck
        if now < self._next_word or (files == self._told and stuck < MOST_STUCK):
            return
        new = files - self._told
        self._next_word, self._told = now + WORD_SECONDS, files.copy()
        log.info(
            "their time was over: %d pictures, %d rejected ones, %d results files, %d records; %d bytes in all",
            new["archive"], new["rejected"], new["results"], new["ledger"], size.total(),
        )  # fmt: skip
        if stuck >= MOST_STUCK:
            log.warning("%d pictures cannot be deleted: others are kept until that is mended", stuck)
