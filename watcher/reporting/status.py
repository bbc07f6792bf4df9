"""status.json: what the daemon says of itself, for `status` and for whoever watches it."""

import errno
import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from watcher import __version__
from watcher.config import Config
from watcher.durable import write_atomically
from watcher.errors import SurroundingsError
from watcher.identity import Marked
from watcher.inbox import Inbox
from watcher.ledger import Ledger
from watcher.log.logs import last_error
from watcher.reporting.account import against_the_disk, ledger_facts, touched_sheets
from watcher.reporting.course import Course
from watcher.reporting.spot_check import SpotCheck
from watcher.reporting.status_line import status_line
from watcher.rows import readable_name
from watcher.times import written

FILE_NAME = "status.json"
FORMAT = 2  # of the file: raised where a name changes its meaning
LISTED = 20  # waiting and ignored files that are named
BEAT_SECONDS = 60.0  # after which it is written also without news: whoever reads it knows that somebody is there


@dataclass
class Board:
    """Publishes the daemon's state, at most once a second and only when something changed, but once a minute.

    outdated: says whether the model on disk is another one by now. engine: what reads, as of `engine_facts`.
    course: what the process has been through.
    """

    config: Config
    ledger: Ledger
    inbox: Inbox
    clock: Callable[[], float] = time.monotonic
    outdated: Callable[[], bool] = lambda: False
    engine: Callable[[], Mapping[str, Any]] = dict
    course: Course = field(default_factory=Course)
    line: str = ""  # the same for systemd's STATUS=, in one line
    behind: bool = False  # whether there is more to say, a second after the last time
    _told: float = float("-inf")
    _written: float = float("-inf")
    _last: str = ""
    _ledger_facts: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._spot_check = SpotCheck(self.ledger, os.fsencode(self.config.outbox))

    def publish(
        self, state: str, *, in_hand: int, model: str, trouble: str = "", hint: str = "",
        waiting: Mapping[bytes, str] | None = None, refused: str = "", now: bool = False,
    ) -> None:  # fmt: skip
        """Write the file. state: starting, running, paused, stopping or stopped. waiting: claimed files, and why.

        refused: why settings that were to be taken on are not. Raises OSError where writing fails.
        """
        clock = self.clock()
        self.behind = not now and state == self.course.state and clock - self._told < 1.0
        if self.behind:
            return
        self._told = clock
        self.course.enter(state)
        waiting = waiting or {}
        facts = {
            **self.course.facts(),
            "trouble": trouble,
            "hint": hint,
            "pid": os.getpid(),
            "version": __version__,
            "format": FORMAT,
            "engine": self.engine(),
            "model": model,
            "model_outdated": self.outdated(),
            "refused_settings": refused,
            "inbox": str(self.config.inbox),
            "outbox": str(self.config.outbox),
            "in_hand": in_hand,
            **self._facts_of_the_ledger(),
            "conservation": self._conservation(moving=state != "running" or in_hand > len(waiting)),
            "oldest": self._oldest(waiting),
            **self._inbox_facts(waiting),
            "last_error": _last_error(),
        }
        self.line = status_line(facts)
        text = json.dumps(facts, sort_keys=True)
        if text == self._last and clock - self._written < BEAT_SECONDS:
            return
        stamp = {**self.course.figures(), "disks": self._disks(), "updated_at": written(self.course.now())}
        content = json.dumps(facts | stamp, indent=1, ensure_ascii=False).encode(errors="backslashreplace") + b"\n"
        self._write(content)
        self._last, self._written = text, clock

    def _write(self, content: bytes) -> None:
        fallback = self.config.state_folder / FILE_NAME  # the outbox may be what fails
        try:
            if not Marked.outbox(self.config.outbox).file.exists():
                raise FileNotFoundError(errno.ENOENT, "not the outbox, perhaps a bare mount point")
            write_atomically(os.fsencode(self.config.outbox / FILE_NAME), content)
        except OSError:
            write_atomically(os.fsencode(fallback), content, 0o600)
        else:
            fallback.unlink(missing_ok=True)

    def _facts_of_the_ledger(self) -> dict[str, Any]:
        # Where the ledger is what fails, that must be told all the same: with what it counted last.
        with suppress(sqlite3.Error, SurroundingsError):
            self._ledger_facts = ledger_facts(self.ledger)
            self.course.count(self._ledger_facts["results"])
        return self._ledger_facts

    def _conservation(self, *, moving: bool) -> dict[str, Any]:
        """Whether nothing is lost: by the ledger alone while things move, else compared with the disk."""
        wrong = list(self._ledger_facts.get("account", {}).get("wrong", []))
        compared, touched = "settling", list[str]()
        if not moving and self._ledger_facts:
            with suppress(OSError, sqlite3.Error, SurroundingsError):
                inbox, outbox = os.fsencode(self.config.inbox), os.fsencode(self.config.outbox)
                wrong += against_the_disk(self._ledger_facts["account"], inbox)
                touched = list(touched_sheets(self.ledger, outbox))
                self._spot_check.look(self.clock())
                compared = "at rest"
        found = {"compared": compared, "holds": not wrong, "wrong": wrong, "touched": touched}
        return found | self._spot_check.facts()

    def _oldest(self, claimed: Mapping[bytes, str]) -> dict[str, str] | None:
        """The picture that has waited longest, in the inbox or in work."""
        found = [
            {"file": readable_name(file), "since": self.course.ago(one.seen), "why": one.why}
            for file, one in islice(self.inbox.waiting.items(), 1)  # they stand in the order in which they were met
        ]
        with suppress(sqlite3.Error, SurroundingsError):
            if claim := self.ledger.oldest_in_work():
                why = claimed.get(claim.file, "in work")
                found.append({"file": readable_name(claim.file), "since": claim.arrived_at, "why": why})
        return min(found, key=lambda one: one["since"], default=None)

    def _inbox_facts(self, claimed: Mapping[bytes, str]) -> dict[str, Any]:
        def listed() -> Iterator[dict[str, str]]:
            for file, why in claimed.items():
                yield {"file": readable_name(file), "why": why}
            for file, one in self.inbox.waiting.items():
                yield {"file": readable_name(file), "why": one.why, "since": self.course.ago(one.seen)}

        ignored = islice(self.inbox.ignored.items(), LISTED)
        return {
            "more_to_look_at": not self.inbox.drained,
            "waiting": len(claimed) + len(self.inbox.waiting),
            "waiting_files": list(islice(listed(), LISTED)),
            "ignored": len(self.inbox.ignored),
            "ignored_files": [{"file": readable_name(file), "why": why} for file, why in ignored],
        }

    def _disks(self) -> dict[str, dict[str, int]]:
        """Bytes that are free for the daemon, and of how many, by folder; of one disk, in one moment."""
        found, seen = {}, dict[int, dict[str, int]]()
        for name, folder in (("inbox", self.config.inbox), ("outbox", self.config.outbox),
                             ("state", self.config.state_folder)):  # fmt: skip
            with suppress(OSError):
                device = os.stat(folder).st_dev
                if device not in seen:
                    disk = os.statvfs(folder)
                    seen[device] = {"free": disk.f_bavail * disk.f_frsize, "of": disk.f_blocks * disk.f_frsize}
                found[name] = seen[device]
        return found


def _last_error() -> dict[str, str] | None:
    error = last_error()
    if error is None:
        return None
    return {"at": written(datetime.fromtimestamp(error.at, UTC)), "message": error.message}
