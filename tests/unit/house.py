"""A ledger and an outbox with pictures of any age, and what retention makes of them; time passes when it is told to."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fakes import NOON, SEVEN

from watcher.ids import first_id
from watcher.ledger import Ledger
from watcher.places import Places
from watcher.recognition.verdict import Status, Verdict
from watcher.records import Claim, Identity, Record
from watcher.results import Results
from watcher.retention import retention
from watcher.retention.age import Age
from watcher.retention.rules import Rules
from watcher.settings import Retention

DAY = timedelta(days=1)
DATA = b"x" * 100
SHA256 = hashlib.sha256(DATA).hexdigest()


class House:
    """`add` pictures, set the `rules`, let `days` pass, `tidy`; `restart` is what a kill and a start do."""

    def __init__(self, folder: Path, **rules: Any) -> None:
        """rules: as in config.yaml."""
        self.folder, self.outbox = folder, folder / "out"
        self.outbox.mkdir(exist_ok=True)
        self.now, self.added = NOON, 0
        self.check: Callable[[], None] = lambda: None
        self.rules = self.of(**rules)
        self.open()

    @staticmethod
    def of(**given: int) -> Rules:
        return Rules.of(Retention.model_construct(**given), UTC)  # so few bytes the settings would refuse

    def open(self) -> None:
        self.ledger = Ledger(self.folder / "ledger.sqlite3")
        self.results = Results(self.outbox, self.ledger)
        self.results.catch_up()
        trusted = Age(self.ledger, lambda: self.now).trusted
        self.retention = retention.Retention(
            self.rules, self.ledger, self.outbox, check=lambda: self.check(), now=trusted
        )

    def close(self) -> None:
        self.results.close()
        self.ledger.close()

    def restart(self, **rules: int) -> None:
        """Under other rules, where some are given."""
        self.close()
        self.rules = self.of(**rules) if rules else self.rules
        self.open()
        self.retention.finish()

    def add(
        self, name: str = "7.png", *, at: datetime | None = None, verdict: Verdict = SEVEN, put: bool = True
    ) -> Record:
        """One picture goes its way; `at` another time than now. put: up to its end, else it stays in work."""
        self.added += 1
        at = at or self.now
        stamp = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        id_ = f"{first_id(at)[:-12]}{self.added:012x}"
        verdict = verdict._replace(sha256=SHA256)
        claim = Claim(id_, name.encode(), Identity(1, self.added, len(DATA), 5), stamp)
        self.ledger.intend([claim])
        (made,) = self.ledger.record([(claim, verdict)], "net", stamp, Places(self.outbox, UTC))
        self.results.append([made])
        self.ledger.finish([], self.results.positions())
        return self.put(made) if put else made

    def put(self, record: Record) -> Record:
        """Its file comes to its place."""
        path = self.outbox / record.archived_to.decode()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(DATA)
        if record.verdict.status is Status.UNREADABLE:
            path.with_name(path.name + ".reason.txt").write_text(f"blank: \nid: {record.claim.id}\nmodel: net\n")
        found = Identity.of(path.stat())
        self.ledger._db.execute(
            "UPDATE records SET dev = ?, ino = ?, mtime_ns = ? WHERE seq = ?",
            (found.dev, found.ino, found.mtime_ns, record.seq),
        )
        self.ledger.finish([record.claim.id], [])
        return record

    def days(self, number: float = 1) -> None:
        """Time passes, and retention looks every day, as the daemon does."""
        for _ in range(int(number)):
            self.now += DAY
            self.tidy()

    def tidy(self) -> None:
        """Until there is nothing more to do."""
        while self.retention.bite():
            pass

    def lying(self) -> list[str]:
        """Files and folders in archive/ and rejected/."""
        kinds = (self.outbox / "archive", self.outbox / "rejected")
        return sorted(str(path.relative_to(self.outbox)) for kind in kinds for path in kind.rglob("*"))

    def states(self) -> list[str]:
        """Of all records, in sequence."""
        return [row[0] for row in self.ledger._db.execute("SELECT state FROM records ORDER BY seq")]

    def assert_sums(self) -> None:
        """What the ledger keeps count of is what it holds."""
        db = self.ledger._db
        held = db.execute("SELECT state, count(*) FROM records GROUP BY state").fetchall()
        counted = self.ledger.results()
        purged = counted.pop("purged", 0)
        assert {row[0]: row[1] for row in held} == counted
        assert sum(self.ledger.tally().values()) == sum(counted.values()) + purged
        for kind, asked in (("archive", "<>"), ("rejected", "=")):
            found = db.execute(
                f"SELECT count(*), coalesce(sum(size), 0) FROM records"
                f" WHERE state = 'archived' AND status {asked} 'unreadable'"
            ).fetchone()
            assert tuple(found) == self.ledger.stock(kind)


MakeHouse = Callable[..., House]
