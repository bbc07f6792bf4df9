"""What stands at some level now, for the metrics: looked at by the loop, as nobody else may touch its things."""

import os
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from watcher.errors import SurroundingsError
from watcher.inbox import Inbox
from watcher.ledger import Ledger
from watcher.rows import readable_name
from watcher.service import Service

LOOK_SECONDS = 1.0  # between two looks
LEDGER_SECONDS = 5.0  # between two questions to the ledger


@dataclass(frozen=True, slots=True)
class Levels:
    """One look at everything. Times are monotonic.

    folders: what is written to, by name, inbox first. waiting_since: of the file that waits longest, None: none does.
    behind_since: when everything in the inbox was last seen, None: it has been now; nothing that is ready is older.
    results: (status, reason) → pictures in the ledger. pictures: the same ones by what has become of them. unfinished:
    those that are not where they belong yet, by state, also without a result.
    """

    folders: Mapping[str, Path]
    ledger: Path
    in_hand: int
    waiting: int
    waiting_since: float | None
    behind_since: float | None
    ignored: int
    model: str
    outdated: bool
    results: Mapping[tuple[str, str], int]
    pictures: Mapping[str, int]
    unfinished: Mapping[str, int]

    @property
    def inbox(self) -> str:
        """Which daemon of several this is."""
        return readable_name(os.fsencode(self.folders["inbox"]))


@dataclass
class Glance:
    """Looks at the levels once a second, in the loop's thread. outdated: whether the disk has another model by now."""

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

    def look(self, now: float, *, at_once: bool = False) -> Levels | None:
        """What there is; None where it was looked at less than a second ago, but `at_once`. now: monotonic."""
        if self._seen_all is None or self.inbox.drained:
            self._seen_all = now
        if now < self._next_look and not at_once:
            return None
        self._next_look = now + LOOK_SECONDS
        if now >= self._next_question or at_once:
            self._next_question = now + LEDGER_SECONDS
            self._ask()
        waiting = self.inbox.waiting.values()
        return Levels(
            folders=self.folders,
            ledger=self.ledger.path,
            in_hand=self.service.in_hand,
            waiting=len(waiting) + len(self.service.waiting),
            waiting_since=min((one.since for one in waiting), default=None),
            behind_since=None if self._seen_all == now else self._seen_all,
            ignored=len(self.inbox.ignored),
            model=self.service.engine.model_name,
            outdated=self.outdated(),
            results=self._results,
            pictures=self._pictures,
            unfinished=self._unfinished,
        )

    def _ask(self) -> None:
        # Where the ledger is what fails, it is known as it was last.
        with suppress(sqlite3.Error, SurroundingsError):
            ledger = self.ledger
            self._results, self._pictures, self._unfinished = ledger.tally(), ledger.results(), ledger.states()
