"""Repeats the loop's turn: waits between turns, pauses when the surroundings fail, and stops when asked."""

import logging
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress

from watcher.counts import Counts
from watcher.engines import read_patience
from watcher.errors import DigitWatcherError, ModelError
from watcher.log import logs
from watcher.progress import SLACK_SECONDS, Progress
from watcher.reload import Candidate, Reloading
from watcher.systemd import Watchdog, notify
from watcher.trouble import Trouble, trouble_of
from watcher.wake import Wake
from watcher.works import Works

log = logging.getLogger(__name__)
PAUSES = (1.0, 2.0, 5.0)  # seconds between tries to go on; the last one repeats
LONGEST_WAIT = 5.0  # seconds without a look at the observer, and between two starts of it
START_AT_ONCE = 5.0  # seconds that the loop waits for readers; what takes longer, it asks for again and again
DRAIN_SECONDS = 20.0  # that a stop may take to finish what is claimed


class Daemon:
    """One run of the daemon. Make it with `open_daemon`."""

    def __init__(self, works: Works, wake: Wake, reloading: Reloading, remake: Callable[[Candidate], Works]) -> None:
        """remake: puts new settings to work."""
        self.works, self._wake = works, wake
        self._reloading, self._remake = reloading, remake
        self._stop_asked = False
        self._trouble: Trouble | None = None  # until some work went well again
        self._said: set[str] = set()  # kinds of trouble, in this pause
        self._broken = False  # whether the last turn failed, so that the next one must recover first
        self._failures = self._recorded = 0
        self._next_check, self._line = 0.0, ("", 0, False)
        self._watchdog, self._progress = Watchdog(), self._new_progress()

    @property
    def counts(self) -> Counts:
        """What was done."""
        return self.works.service.counts

    def stop(self, *_: object) -> None:
        """Finish what is claimed and end; a second time: end now, the next start carries on."""
        if self._stop_asked:
            os._exit(130)
        self._stop_asked = True
        self._wake.set()

    def run(self, *, once: bool, on_progress: Callable[[Counts], None]) -> None:
        """Run until stopped or, with `once`, until everything there has been read."""
        deadline = float("inf")
        while True:
            now = time.monotonic()
            if self._stop_asked and deadline == float("inf"):
                deadline = now + DRAIN_SECONDS
                notify(STOPPING=1)
            due = self._turn(now)
            service = self.works.service
            self.works.model.look(now)
            self.works.glance.look(now)
            on_progress(service.counts)
            done = service.idle if self._stop_asked else once and service.drained
            if (done and not self._broken) or now >= deadline or (self._stop_asked and self._broken):
                return
            self._publish()
            self._say_that_all_is_well(now)
            self._look_at_the_observer(now)
            if not self._stop_asked and (candidate := self._reloading.look()):
                self._take_on(candidate)
                due = 0.0
            self._wait(min(due, 1.0 if self.works.board.behind else LONGEST_WAIT, self._watchdog.seconds))

    def _wait(self, seconds: float) -> None:
        engine = self.works.service.engine
        others = list(self._reloading.waitables())
        if self._broken:
            self._wake.wait(others, seconds)
        else:
            self._wake.wait(engine.waitables() + others, seconds, engine.rest)

    def _turn(self, now: float) -> float:
        """One turn, after a failure with a recovery before it; gives the seconds until the next one is due."""
        service = self.works.service
        try:
            if self._broken:
                self._recover()
                self.works.inbox.look_everywhere()  # what was found and not claimed when the trouble began
            due = service.turn(now, take=not self._stop_asked)
        except (OSError, sqlite3.Error, DigitWatcherError) as error:
            self._pause(error)
            return PAUSES[min(self._failures, len(PAUSES)) - 1]
        self._broken = False
        # Looking and claiming may go well on a disk that is full: it is over when a result is on it.
        if self._trouble and (service.counts.recorded > self._recorded or not service.reading):
            self._go_on()
        return due

    # -- what others are told, and asked -------------------------------------------------------------

    def _publish(self) -> None:
        logs.tell_repeats()
        service, board = self.works.service, self.works.board
        state = "paused" if self._trouble else "stopping" if self._stop_asked else "running"
        with suppress(OSError):  # the outbox may be what fails
            board.publish(
                state, in_hand=service.in_hand, model=service.engine.model_name,
                trouble=self._trouble.what if self._trouble else "", hint=self._trouble.hint if self._trouble else "",
                waiting=service.waiting, refused=self._reloading.last_refusal,
            )  # fmt: skip
        # Also where the line is as before, but something else was said since: in a pause, or of settings on trial.
        line = (board.line, self._reloading.refused, self._trouble is not None)
        if board.line and line != self._line and not self._trouble:
            notify(STATUS=board.line)
        self._line = line

    def _say_that_all_is_well(self, now: float) -> None:
        # A pause is no standstill: what it waits for, no restart would bring.
        owed = not self._trouble and self.works.service.owes(now)
        if self._progress.seen(now, moves=self.counts.moves, owed=owed):
            self._watchdog.all_is_well(now)

    def _new_progress(self) -> Progress:
        return Progress(read_patience(self.works.config) + SLACK_SECONDS)

    def _look_at_the_observer(self, now: float) -> None:
        observer = self.works.observer
        if not self._broken and now >= self._next_check and not observer.healthy:
            self._next_check = now + LONGEST_WAIT  # where events are refused for good, not in every turn
            if observer.mend():
                self.works.inbox.look_everywhere()

    def _take_on(self, candidate: Candidate) -> None:
        old, self.works = self.works, self._remake(candidate)
        logs.set_up(self.works.config.log.level, self.works.config.log.format)
        old.close()
        self._progress = self._new_progress()
        self._broken = True  # what the old readers had in hand is handed over again
        notify(READY=1)

    # -- pauses --------------------------------------------------------------------------------------

    def _pause(self, error: Exception) -> None:
        self._trouble, self._broken = trouble_of(error), True
        self.works.meter.paused(error)
        self._failures, self._recorded = self._failures + 1, self.counts.recorded
        if self._trouble.kind not in self._said:
            kind = {"REASON": self._trouble.kind}
            log.error("paused: %s. %s", self._trouble.what, self._trouble.hint, extra=kind)
            notify(STATUS=f"paused: {self._trouble.what}")
        else:
            log.debug("still paused, after %d tries: %s", self._failures, self._trouble.what)
        self._said.add(self._trouble.kind)
        if isinstance(error, ModelError):
            self.works.service.engine.close()

    def _recover(self) -> None:
        service = self.works.service
        if not service.engine.waitables():
            service.replace_engine(self.works.make_engine())
        service.engine.await_ready(START_AT_ONCE)
        service.recover(restarted=False)

    def _go_on(self) -> None:
        log.info("the trouble is over; work goes on")
        self.works.meter.resumed()
        notify(STATUS="running")
        self._trouble, self._failures = None, 0
        self._said.clear()
