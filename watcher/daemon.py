"""Repeats the loop's turn: waits between turns, pauses when the surroundings fail, and stops when asked."""

import logging
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress

from watcher.errors import ModelError, SurroundingsError
from watcher.inbox import Inbox
from watcher.observer import FolderObserver
from watcher.service import Counts, Service
from watcher.status import Board
from watcher.systemd import notify
from watcher.trouble import Trouble, trouble_of
from watcher.wake import Wake
from watcher.workers import LocalEngine

log = logging.getLogger(__name__)
PAUSES = (1.0, 2.0, 5.0)  # seconds between tries to go on; the last one repeats
LONGEST_WAIT = 5.0  # seconds without a look at the observer, and between two starts of it
DRAIN_SECONDS = 20.0  # that a stop may take to finish what is claimed


class Daemon:
    """One run of the daemon. Make it with `open_daemon`."""

    def __init__(
        self,
        service: Service,
        make_engine: Callable[[], LocalEngine],
        wake: Wake,
        board: Board,
        *,
        look: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._look = look
        self._service, self._make_engine, self._wake, self._board = service, make_engine, wake, board
        self._stop_asked = False
        self._trouble: Trouble | None = None  # until some work went well again
        self._said: set[str] = set()  # kinds of trouble, in this pause
        self._broken = False  # whether the last turn failed, so that the next one must recover first
        self._failures = self._recorded = 0

    @property
    def counts(self) -> Counts:
        """What was done."""
        return self._service.counts

    def stop(self, *_: object) -> None:
        """Finish what is claimed and end; a second time: end now, the next start carries on."""
        if self._stop_asked:
            os._exit(130)
        self._stop_asked = True
        self._wake.set()

    def run(self, observer: FolderObserver, inbox: Inbox, *, once: bool, on_progress: Callable[[Counts], None]) -> None:
        """Run until stopped or, with `once`, until everything there has been read."""
        deadline, next_check = float("inf"), 0.0
        while True:
            now = time.monotonic()
            if self._stop_asked and deadline == float("inf"):
                deadline = now + DRAIN_SECONDS
                notify(STOPPING=1)
            due = self._turn(now, inbox)
            self._look(now)
            on_progress(self._service.counts)
            done = self._service.idle if self._stop_asked else once and self._service.drained
            if (done and not self._broken) or now >= deadline or (self._stop_asked and self._broken):
                return
            self._publish()
            if not self._broken and now >= next_check and not observer.healthy:
                next_check = now + LONGEST_WAIT  # where events are refused for good, not in every turn
                if observer.mend():
                    inbox.look_everywhere()
            self._wait(min(due, 1.0 if self._board.behind else LONGEST_WAIT))

    def _wait(self, seconds: float) -> None:
        engine = self._service.engine
        if self._broken:
            self._wake.wait([], seconds)
        else:
            self._wake.wait(engine.waitables(), seconds, engine.rest)

    def _turn(self, now: float, inbox: Inbox) -> float:
        """One turn, after a failure with a recovery before it; gives the seconds until the next one is due."""
        try:
            if self._broken:
                self._recover()
                inbox.look_everywhere()  # what was found and not claimed when the trouble began
            due = self._service.turn(now, take=not self._stop_asked)
        except (OSError, sqlite3.Error, SurroundingsError, ModelError) as error:
            self._pause(error)
            return PAUSES[min(self._failures, len(PAUSES)) - 1]
        self._broken = False
        # Looking and claiming may go well on a disk that is full: it is over when a result is on it.
        if self._trouble and (self._service.counts.recorded > self._recorded or not self._service.reading):
            self._go_on()
        return due

    def _publish(self) -> None:
        state = "paused" if self._trouble else "stopping" if self._stop_asked else "running"
        with suppress(OSError):  # the outbox may be what fails
            self._board.publish(
                state, in_hand=self._service.in_hand, model=self._service.engine.model_name,
                trouble=self._trouble.what if self._trouble else "", hint=self._trouble.hint if self._trouble else "",
                waiting=self._service.waiting,
            )  # fmt: skip

    def _pause(self, error: Exception) -> None:
        self._trouble, self._broken = trouble_of(error), True
        self._failures, self._recorded = self._failures + 1, self._service.counts.recorded
        if self._trouble.kind not in self._said:
            log.error("paused: %s. %s", self._trouble.what, self._trouble.hint)
            notify(STATUS=f"paused: {self._trouble.what}")
        else:
            log.debug("still paused, after %d tries: %s", self._failures, self._trouble.what)
        self._said.add(self._trouble.kind)
        if isinstance(error, ModelError):
            self._service.engine.close()

    def _recover(self) -> None:
        if not self._service.engine.waitables():
            engine = self._make_engine()
            try:
                engine.await_ready()
            except BaseException:
                engine.close()
                raise
            self._service.replace_engine(engine)
        self._service.recover(restarted=False)

    def _go_on(self) -> None:
        log.info("the trouble is over; work goes on")
        notify(STATUS="running")
        self._trouble, self._failures = None, 0
        self._said.clear()
