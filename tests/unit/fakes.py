"""Small stand-ins: records with all fields filled, an engine that answers when asked, and a clock."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drawing import digit, encoded

from watcher.archive import Archive
from watcher.engine import Outcome
from watcher.errors import SurroundingsError
from watcher.files import Files
from watcher.inbox import Inbox
from watcher.ledger import Ledger
from watcher.parts import Parts
from watcher.places import Places
from watcher.recognition.verdict import Reason, Status, Verdict
from watcher.records import Claim, Found, Identity, Record
from watcher.requests import Requests
from watcher.results import Results
from watcher.retention.care import Care
from watcher.retention.retention import Retention
from watcher.retention.rules import Rules
from watcher.rotation import Rotation
from watcher.service import Service

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SEVEN = Verdict(Status.OK, "ab" * 32, None, "7", 0.99, "1", 0.005, (0.001,) * 10, 28, 28)
BLANK = Verdict(Status.UNREADABLE, "cd" * 32, Reason.BLANK, width=9, height=9, detail="nothing is drawn")


PNG = encoded(digit(7))


def drop(inbox: Inbox, root: Path, name: str | bytes, data: bytes = PNG) -> Path:
    """A file in the inbox at `root`, and the event that tells of it."""
    path = root / os.fsdecode(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    inbox.hint(os.fsencode(path))
    return path


def names(found: list[Found]) -> list[bytes]:
    """Which files were found."""
    return sorted(one.file for one in found)


def id_of(number: int) -> str:
    """An id of the right form."""
    return f"01900000-0000-7000-8000-{number:012x}"


def claim(number: int = 1, file: bytes = b"7.png", **fields: Any) -> Claim:
    """A claim; without more said its file is nowhere."""
    identity = fields.pop("identity", Identity(1, number, 3, 4))
    return Claim(id_of(number), file, identity, fields.pop("arrived_at", "2026-03-01T12:00:00.000Z"), **fields)


def record(number: int = 1, file: bytes = b"7.png", verdict: Verdict = SEVEN, **fields: Any) -> Record:
    """A record whose sequence number is that of its id."""
    place = fields.pop("archived_to", b"archive/2026-03-01/" + file)
    return Record(claim(number, file, **fields), verdict, number, "net-01234567", "2026-03-01T12:00:01.000Z", place)


@dataclass
class FakeEngine:
    """Answers every id with `read`, at the next collect; keeps what it was given."""

    read: Callable[[str], Outcome]
    room: int = 100
    model_name: str = "fake-00000000"
    slots: int = 2
    executors: int = 2
    submitted: list[list[str]] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    busy: int = 0

    def submit(self, claims: Sequence[Claim]) -> None:
        self.submitted.append([claim.id for claim in claims])
        self.waiting += self.submitted[-1]

    def collect(self) -> list[Outcome]:
        ids, self.waiting = self.waiting, []
        return [self.read(id_) for id_ in ids]

    @property
    def rest(self) -> float:
        return 0.0

    def patience(self, now: float) -> float:
        return float("inf")

    def waitables(self) -> list[Any]:
        return []

    def close(self) -> None:
        """Nothing to end."""


class AtOnce(Executor):
    """No thread: what is submitted has been done."""

    def submit(self, do: Callable[..., Any], /, *arguments: Any, **options: Any) -> "Future[Any]":
        found = Future[Any]()
        try:
            found.set_result(do(*arguments, **options))
        except (OSError, SurroundingsError) as error:
            found.set_exception(error)
        return found


class Desk:
    """A daemon without processes, threads or signals, in one folder. `restart` is what a kill and a start do."""

    def __init__(self, root: Path) -> None:
        self.inbox, self.outbox, self.state = root / "inbox", root / "outbox", root / "state"
        for folder in (self.inbox, self.outbox, self.state):
            folder.mkdir(exist_ok=True)
        self.verdict: Verdict = SEVEN
        self.check: Callable[[], None] = lambda: None
        self.now = 0.0
        self.rotation, self.most_bytes = Rotation(), dict[str, int | None]()
        self._open()

    def _open(self) -> None:
        self.files = Files(self.inbox)
        self.files.prepare()
        self.ledger = Ledger(self.state / "ledger.sqlite3")
        self.results = Results(self.outbox, self.ledger, self.rotation)
        self.watched = Inbox(os.fsencode(self.inbox), settle_seconds=2.0)
        self.places = Places(self.outbox, UTC)
        self.requests = Requests(self.state)
        self.archive = Archive(self.outbox, self.files)
        parts = Parts(
            self.watched, self.files, self.archive, self.ledger, self.places, self.results, self.requests,
            lambda: self.check(), utc_now=lambda: NOON,
        )  # fmt: skip
        self.engine = FakeEngine(self.seen)
        self.service = Service(
            parts, self.engine, batch_size=256, max_attempts=3, settle_seconds=2.0, rescan_seconds=5.0,
            executor=AtOnce(), wake=lambda: None, care=Care(self.results, self._retention(parts), parts.timestamp),
        )  # fmt: skip

    def _retention(self, parts: Parts) -> Retention:
        rules = Rules({"results": None}, self.most_bytes, UTC)
        return Retention(rules, self.ledger, self.outbox, check=parts.check, now=parts.utc_now)

    def seen(self, id_: str) -> Outcome:
        """What a reader says of a picture: the verdict of the day, and the file's identity."""
        return Outcome(id_, self.verdict, self.files.identity_in_work(id_))

    def drop(self, name: str | bytes, data: bytes) -> Path:
        """A file in the inbox; complete at once where it is a whole PNG."""
        path = self.inbox / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.watched.hint(os.fsencode(path))
        return path

    def turns(self, count: int = 2, seconds: float = 1.0) -> None:
        """So many turns of the loop, so far apart; two claim a picture and record it."""
        for _ in range(count):
            self.service.turn(self.now)
            self.now += seconds

    def close(self) -> None:
        self.results.close()
        self.ledger.close()

    def restart(self) -> int:
        """Lose everything in memory, open again, recover; gives how many pictures were unfinished."""
        self.close()
        self._open()
        return self.service.recover(restarted=True)

    def rows(self) -> list[list[str]]:
        """The cells of results.csv, without its header."""
        import csv

        with open(self.outbox / "results.csv", newline="", encoding="utf-8") as file:
            return list(csv.reader(file))[1:]

    def state_of(self, id_: str) -> str:
        """The ledger's word for a picture."""
        found = self.ledger._db.execute("SELECT state FROM pictures WHERE id = ?", (id_,)).fetchone()
        return "unknown" if found is None else str(found[0])

    def ids(self) -> list[str]:
        """All ids, the oldest first."""
        return [row[0] for row in self.ledger._db.execute("SELECT id FROM pictures ORDER BY id")]

    def below(self, folder: str) -> list[str]:
        """Files below a folder of the outbox, as paths relative to it."""
        top = self.outbox / folder
        return sorted(str(path.relative_to(top)) for path in top.rglob("*") if path.is_file())
