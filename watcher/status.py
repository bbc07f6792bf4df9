"""status.json: what the daemon says of itself, for `status` and for whoever watches it."""

import errno
import json
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from watcher import __version__
from watcher.config import Config
from watcher.durable import write_atomically
from watcher.errors import SurroundingsError
from watcher.identity import Marked
from watcher.inbox import Inbox
from watcher.ledger import Ledger
from watcher.ownership import holder
from watcher.rows import readable_name
from watcher.trouble import trouble_of

FILE_NAME = "status.json"
LISTED = 20  # waiting and ignored files that are named


@dataclass
class Board:
    """Publishes the daemon's state, at most once a second and only when something changed.

    outdated: says whether the model on disk is another one by now.
    """

    config: Config
    ledger: Ledger
    inbox: Inbox
    clock: Callable[[], float] = time.monotonic
    outdated: Callable[[], bool] = lambda: False
    _published: float = float("-inf")
    _last: str = ""
    _state: str = ""
    _ledger_facts: dict[str, Any] = field(default_factory=dict)
    behind: bool = False  # whether there is more to say, a second after the last time

    def publish(
        self, state: str, *, in_hand: int, model: str, trouble: str = "", hint: str = "",
        waiting: Mapping[bytes, str] | None = None, now: bool = False,
    ) -> None:  # fmt: skip
        """Write the file. state: starting, running, paused, stopping or stopped. waiting: claimed files, and why.

        Raises OSError where that fails.
        """
        self.behind = not now and state == self._state and self.clock() - self._published < 1.0
        if self.behind:
            return
        self._published, self._state = self.clock(), state
        facts = {
            "state": state,
            "trouble": trouble,
            "hint": hint,
            "pid": os.getpid(),
            "version": __version__,
            "model": model,
            "model_outdated": self.outdated(),
            "inbox": str(self.config.inbox),
            "outbox": str(self.config.outbox),
            "in_hand": in_hand,
            **self._facts_of_the_ledger(),
            **self._inbox_facts(waiting or {}),
        }
        text = json.dumps(facts, sort_keys=True)
        if text == self._last:
            return
        stamp = {"updated_at": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")}
        content = json.dumps(facts | stamp, indent=1, ensure_ascii=False).encode(errors="backslashreplace") + b"\n"
        self._write(content)
        self._last = text

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
        return self._ledger_facts

    def _inbox_facts(self, claimed: Mapping[bytes, str]) -> dict[str, Any]:
        waiting = [*claimed.items(), *((file, found.why) for file, found in self.inbox.waiting.items())]
        return {
            "waiting": len(waiting),
            "waiting_files": [{"file": readable_name(file), "why": why} for file, why in waiting[:LISTED]],
            "ignored": len(self.inbox.ignored),
            "ignored_files": [
                {"file": readable_name(file), "why": why} for file, why in list(self.inbox.ignored.items())[:LISTED]
            ],
        }


def ledger_facts(ledger: Ledger) -> dict[str, Any]:
    """What the ledger counts: results by status and by reason, and rows that are unfinished, by state."""
    by_status: Counter[str] = Counter()
    by_reason: Counter[str] = Counter()
    for (status, reason), n in ledger.tally().items():
        by_status[status] += n
        if reason:
            by_reason[reason] += n
    return {
        "results": sum(by_status.values()),
        "by_status": dict(by_status),
        "by_reason": dict(by_reason),
        "unfinished": ledger.states(),
    }


def read_status(config: Config) -> dict[str, Any]:
    """The running daemon's status.json; of a stopped one, what the ledger says.

    Raises SurroundingsError where neither is there or may be read.
    """
    published = _published(config)
    pid, holding = published.get("pid"), holder(config.state_folder)
    if holding is not None and holding != pid:
        return published | {"state": "starting", "pid": holding, "trouble": ""}
    if holding is not None or (published.get("state") != "stopped" and _alive(pid)):
        return published
    ledger_path = config.ledger_path
    if not published and not os.path.isfile(ledger_path):  # not Path's: to operators the state may be closed
        raise SurroundingsError(
            f"nothing has run here yet: neither {config.outbox / FILE_NAME} nor {ledger_path} is there",
            hint="Start it with `digit-watcher run`, or name its config with --config FILE.",
        )
    if os.access(ledger_path, os.R_OK):
        ledger = Ledger(ledger_path, read_only=True)
        try:
            published |= ledger_facts(ledger)
        finally:
            ledger.close()
    crashed = published.get("state") not in (None, "stopped")
    return published | {"state": "stopped", "pid": None, "trouble": "it ended without saying so" if crashed else ""}


def _published(config: Config) -> dict[str, Any]:
    """What a daemon said last: in the outbox or, where that failed it, beside the ledger."""
    for folder in (config.state_folder, config.outbox):
        path = folder / FILE_NAME
        try:
            return dict(json.loads(path.read_bytes()))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, ValueError) as error:
            if isinstance(error, PermissionError) and folder == config.state_folder:
                continue  # it is closed to operators
            hint = "Ask for membership in its group." if isinstance(error, PermissionError) else trouble_of(error).hint
            raise SurroundingsError(f"cannot read {path}: {error}", hint=hint) from error
    return {}


def _alive(pid: Any) -> bool:
    if not isinstance(pid, int):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
