"""Looks at what stands at some level, for the metrics: in the loop's thread, as nobody else may touch its things."""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from watcher.errors import SurroundingsError
from watcher.inbox import Inbox
from watcher.ledger import Ledger
from watcher.metrics.levels import Levels
from watcher.metrics.meter import Meter
from watcher.service import Service

LOOK_SECONDS = 1.0  # between two looks
LEDGER_SECONDS = 5.0  # between two questions to the ledger


@dataclass
class Glance:
    """Tells the meter of the loop's turns and, once a second, of the levels, where anybody wants to know.

    folders: what is written to, by name. outdated: whether the disk has another model by now.
    """

    meter: Meter
    service: Service
    inbox: Inbox
    ledger: Ledger
    folders: Mapping[str, Path]
    outdated: Callable[[], bool] = lambda: False
    _next_look: float = float("-inf")
    _next_question: float = float("-inf")
    _seen_all: float | None = None
    _results: Mapping[tuple[str, str], int] = field(default_factory=dict)
    _pictures: Mapping[str, int] = field(default_factory=dict)
    _unfinished: Mapping[str, int] = field(default_factory=dict)
    _open_reviews: int = 0

    def look(self, now: float, *, at_once: bool = False) -> None:
        """The loop came round. at_once: look however short ago the last look was. now: monotonic."""
        if not self.meter.measuring:
            return
        self.meter.turned()
        if self._seen_all is None or self.inbox.drained:
            self._seen_all = now
        if now < self._next_look and not at_once:
            return
        self._next_look = now + LOOK_SECONDS
        if now >= self._next_question or at_once:
            self._next_question = now + LEDGER_SECONDS
            self._ask()
        waiting, is_news = self.inbox.waiting.values(), self.meter.levels is None
        self.meter.levels = Levels(
            folders=self.folders,
            ledger=self.ledger.path,
            in_hand=self.service.in_hand,
            waiting=len(waiting) + len(self.service.waiting),
            waiting_since=min((one.since for one in waiting), default=None),
            behind_since=None if self._seen_all == now else self._seen_all,
            ignored=len(self.inbox.ignored),
            slots=self.service.engine.slots,
            executors=self.service.engine.executors,
            model=self.service.engine.model_name,
            outdated=self.outdated(),
            results=self._results,
            pictures=self._pictures,
            unfinished=self._unfinished,
            open_reviews=self._open_reviews,
        )
        if is_news:
            self.meter.on_change()

    def _ask(self) -> None:
        # Where the ledger is what fails, it is known as it was last.
        with suppress(sqlite3.Error, SurroundingsError):
            ledger = self.ledger
            self._results, self._pictures, self._unfinished = ledger.tally(), ledger.results(), ledger.states()
            self._open_reviews, _ = ledger.review_counts()
