"""Repeats the loop's turn: waits between turns, pauses when the surroundings fail, and stops when asked."""

import logging
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress

from watcher.errors import DigitWatcherError, ModelError, SurroundingsError
from watcher.inbox import Inbox
from watcher.observer import FolderObserver
from watcher.service import Counts, Service
from watcher.status import Board
from watcher.systemd import notify
from watcher.wake import Wake
from watcher.workers import LocalEngine

log = logging.getLogger(__name__)
PAUSES = (1.0, 2.0, 5.0)  # seconds between tries to go on; the last one repeats
LONGEST_WAIT = 5.0  # seconds without a look at the observer, and between two starts of it
DRAIN_SECONDS = 20.0  # that a stop may take to finish what is claimed


class Daemon:
    """One run of the daemon. Make it with `open_daemon`."""

    def __init__(self, service: Service, make_engine: Callable[[], LocalEngine], wake: Wake, board: Board) -> None:
        self._service, self._make_engine, self._wake, self._board = service, make_engine, wake, board
        self._stop_asked = False
        self._trouble, self._hint = "", ""

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
        failures, deadline, next_check = 0, float("inf"), 0.0
        while True:
            now = time.monotonic()
            if self._stop_asked and deadline == float("inf"):
                deadline = now + DRAIN_SECONDS
                notify(STOPPING=1)
            try:
                if failures:
                    self._go_on()
                    inbox.look_everywhere()  # what was found and not claimed when the trouble began
                due = self._service.turn(now, take=not self._stop_asked)
                failures = 0
            except (OSError, sqlite3.Error, SurroundingsError, ModelError) as error:
                due = PAUSES[min(failures, len(PAUSES) - 1)]
                failures += 1
                self._pause(error)
            on_progress(self._service.counts)
            done = self._service.idle if self._stop_asked else once and self._service.drained
            if (done and not failures) or now >= deadline or (self._stop_asked and failures):
                return
            self._publish()
            if not failures and now >= next_check and not observer.healthy:
                next_check = now + LONGEST_WAIT  # where events are refused for good, not in every turn
                observer.start()
                inbox.look_everywhere()
            pipes = [] if failures else self._service.engine.waitables()
            self._wake.wait(pipes, min(due, 1.0 if self._board.behind else LONGEST_WAIT))

    def _publish(self) -> None:
        state = "paused" if self._trouble else "stopping" if self._stop_asked else "running"
        with suppress(OSError):  # the outbox may be what fails
            self._board.publish(
                state, in_hand=self._service.in_hand, model=self._service.engine.model_name,
                trouble=self._trouble, hint=self._hint,
            )  # fmt: skip

    def _pause(self, error: Exception) -> None:
        trouble = f"{type(error).__name__}: {error}" if not isinstance(error, DigitWatcherError) else str(error)
        if trouble != self._trouble:
            log.error("paused: %s", trouble)
            notify(STATUS=f"paused: {trouble}")
        self._trouble = trouble
        self._hint = error.hint if isinstance(error, DigitWatcherError) else "It goes on by itself once this is mended."
        if isinstance(error, ModelError):
            self._service.engine.close()

    def _go_on(self) -> None:
        if not self._service.engine.waitables():
            engine = self._make_engine()
            engine.await_ready()
            self._service.replace_engine(engine)
        self._service.recover(restarted=False)
        log.info("the trouble is over; work goes on")
        notify(STATUS="running")
        self._trouble = self._hint = ""
