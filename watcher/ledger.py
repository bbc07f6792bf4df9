"""The ledger: one SQLite file that knows the state of every picture. It is the truth; all else follows it.

States of a row: intent (about to be claimed, or in work) → recorded (has a result and a sequence number)
→ archived (its file lies at `archived_to`). Besides: cancelled (the claim did not come about), missing
(its file is nowhere), quarantined (what was claimed is no regular file), requeued (read again under a new id).
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from watcher.errors import SurroundingsError
from watcher.places import Places
from watcher.recognition.verdict import Verdict
from watcher.records import Claim, Record
from watcher.schema import RECORD, SCHEMA, SCHEMA_VERSION, claim_of, record_of, result_values


class Ledger:
    """All reads and writes of the ledger. One writer: the daemon, in one thread."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open, or create, the ledger. Raises SurroundingsError where the file is not a usable ledger."""
        self.path = path
        try:
            address = f"file:{quote(os.fsencode(path))}?mode={'ro' if read_only else 'rwc'}"
            self._db = sqlite3.connect(address, uri=True, isolation_level=None, timeout=10)
            self._db.row_factory = sqlite3.Row
            if not read_only:
                self._prepare()
            self._check_version()
            self._file = os.stat(path)
        except sqlite3.DatabaseError as error:
            raise SurroundingsError(
                f"cannot use the ledger {path}: {error}",
                hint="If it is damaged, restore it from a backup; the pictures and results.csv are untouched.",
            ) from error

    def _prepare(self) -> None:
        fresh = self._db.execute("PRAGMA user_version").fetchone()[0] == 0
        if fresh and self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise sqlite3.DatabaseError("it is an SQLite file of another program")
        self._db.execute("PRAGMA journal_mode = WAL")
        # FULL: a committed transaction survives a power cut. It is what every rename relies on.
        self._db.execute("PRAGMA synchronous = FULL")
        if fresh:
            with self._transaction():
                for statement in SCHEMA.split(";\n"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _check_version(self) -> None:
        found = self._db.execute("PRAGMA user_version").fetchone()[0]
        if found != SCHEMA_VERSION:
            raise SurroundingsError(
                f"the ledger {self.path} has version {found}, this program writes version {SCHEMA_VERSION}",
                hint="Run the version of digit-watcher that wrote it, or restore a backup.",
            )

    def check_present(self) -> None:
        """Raise SurroundingsError where the open file is not the one under the path any more."""
        try:
            present = os.path.samestat(os.stat(self.path), self._file)
        except FileNotFoundError:
            present = False
        if not present:
            raise SurroundingsError(
                f"the ledger {self.path} was moved or deleted while it was in use",
                hint="Put it back and restart. Without it a new one is begun: the archive stays, its history does not.",
            )

    def close(self) -> None:
        """Close the file; the WAL is folded into it."""
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # -- small facts ---------------------------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        """A stored fact, or None."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def set_meta(self, key: str, value: str) -> None:
        """Store a fact."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def sheet(self, name: str) -> tuple[int, int, int, int]:
        """dev, inode, offset and last sequence number of a results file; zeros where it was never written."""
        row = self._db.execute("SELECT dev, ino, offset, seq FROM sheets WHERE name = ?", (name,)).fetchone()
        return (0, 0, 0, 0) if row is None else (row[0], row[1], row[2], row[3])

    # -- the way of a picture ------------------------------------------------------------------------

    def intend(self, claims: Iterable[Claim]) -> None:
        """Announce claims, before anything is renamed. Raises SurroundingsError where the file was moved away."""
        self.check_present()
        with self._transaction() as db:
            db.executemany(
                "INSERT INTO pictures (id, state, file, dev, ino, size, mtime_ns, attempt, arrived_at, requeued_from)"
                " VALUES (?, 'intent', ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (c.id, c.file, i.dev, i.ino, i.size, i.mtime_ns, c.attempt, c.arrived_at, c.requeued_from)
                    for c, i in ((c, c.identity) for c in claims)
                ],
            )
            db.executemany(
                "UPDATE pictures SET state = 'requeued' WHERE id = ?",
                [(c.requeued_from,) for c in claims if c.requeued_from],
            )

    def update_claims(self, claims: Iterable[Claim]) -> None:
        """Store what changed in claims that are in work: identity and attempt."""
        with self._transaction() as db:
            db.executemany(
                "UPDATE pictures SET dev = ?, ino = ?, size = ?, mtime_ns = ?, attempt = ? WHERE id = ?",
                [(i.dev, i.ino, i.size, i.mtime_ns, c.attempt, c.id) for c, i in ((c, c.identity) for c in claims)],
            )

    def set_state(self, ids: Sequence[str], state: str) -> None:
        """Move rows to cancelled, missing or quarantined."""
        with self._transaction() as db:
            db.executemany("UPDATE pictures SET state = ? WHERE id = ?", [(state, id_) for id_ in ids])

    def record(self, results: Sequence[tuple[Claim, Verdict]], model: str, now: str, places: Places) -> list[Record]:
        """Store verdicts with their sequence numbers and reserved places, all or none."""
        with self._transaction() as db:
            seq = db.execute("SELECT coalesce(max(seq), 0) FROM pictures").fetchone()[0]
            records = []
            for claim, verdict in results:
                seq += 1
                place = places.reserve(db, claim, verdict.status)
                records.append(Record(claim, verdict, seq, model, now, place))
                # One by one: the next reservation must see this one, or two 7.png of a batch get one place.
                db.execute(RECORD, result_values(records[-1]))
            db.executemany(
                "INSERT INTO tally VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET n = n + 1",
                [(str(r.verdict.status), str(r.verdict.reason or "")) for r in records],
            )
        return records

    def finish(self, ids: Sequence[str], sheets: Iterable[tuple[str, int, int, int, int]]) -> None:
        """Mark files as archived, and keep how far each results file (name, dev, ino, offset, seq) has come."""
        with self._transaction() as db:
            db.executemany("UPDATE pictures SET state = 'archived' WHERE id = ?", [(id_,) for id_ in ids])
            db.executemany("INSERT OR REPLACE INTO sheets VALUES (?, ?, ?, ?, ?)", sheets)

    # -- questions -----------------------------------------------------------------------------------

    def in_work(self) -> list[Claim]:
        """Claims that have no result yet, the oldest first."""
        rows = self._db.execute("SELECT * FROM pictures WHERE state = 'intent' ORDER BY id")
        return [claim_of(row) for row in rows]

    def to_archive(self) -> list[Record]:
        """Records whose file was not seen at its place yet, in sequence."""
        return [
            record_of(row) for row in self._db.execute("SELECT * FROM pictures WHERE state = 'recorded' ORDER BY seq")
        ]

    def records_after(self, seq: int) -> Iterator[Record]:
        """Records beyond a sequence number, in sequence."""
        for row in self._db.execute("SELECT * FROM pictures WHERE seq > ? ORDER BY seq", (seq,)):
            yield record_of(row)

    def last_seq(self) -> int:
        """The sequence number of the newest record; 0 where there is none."""
        return int(self._db.execute("SELECT coalesce(max(seq), 0) FROM pictures").fetchone()[0])

    def oldest_after(self, seq: int) -> str | None:
        """The least id of the records beyond a sequence number; None where there are none."""
        # +: by the index on seq; else SQLite would go through all ids.
        row = self._db.execute("SELECT min(+id) FROM pictures WHERE seq > ?", (seq,)).fetchone()
        return None if row[0] is None else str(row[0])

    def seq_of(self, id_: str) -> int | None:
        """The sequence number of a record; None where no record has that id."""
        row = self._db.execute("SELECT seq FROM pictures WHERE id = ?", (id_,)).fetchone()
        return None if row is None else row[0]

    def knows(self, id_: str) -> bool:
        """Say whether a row of that id is here, in whatever state."""
        return self._db.execute("SELECT 1 FROM pictures WHERE id = ?", (id_,)).fetchone() is not None

    def find(self, id_: str) -> Record | None:
        """A finished record by id, whose file lies in archive/ or rejected/."""
        row = self._db.execute("SELECT * FROM pictures WHERE id = ? AND state = 'archived'", (id_,)).fetchone()
        return None if row is None else record_of(row)

    def place_of(self, id_: str) -> Record | None:
        """A record by id, whatever became of it later."""
        row = self._db.execute("SELECT * FROM pictures WHERE id = ? AND seq IS NOT NULL", (id_,)).fetchone()
        return None if row is None else record_of(row)

    def find_by_file(self, file: bytes) -> list[Record]:
        """Finished records by path in the inbox, or by the name alone, the newest last."""
        rows = self._db.execute(
            "SELECT * FROM pictures WHERE state = 'archived' AND (file = ? OR archived_to = ?) ORDER BY seq",
            (file, file),
        )
        return [record_of(row) for row in rows]

    def states(self) -> dict[str, int]:
        """How many rows are unfinished, by state."""
        rows = self._db.execute(
            "SELECT state, count(*) FROM pictures WHERE state IN ('intent', 'recorded', 'missing', 'quarantined')"
            " GROUP BY state"
        )
        return {row[0]: row[1] for row in rows}

    def tally(self) -> dict[tuple[str, str], int]:
        """How many results there are, by status and reason ("" for none)."""
        return {(row[0], row[1]): row[2] for row in self._db.execute("SELECT * FROM tally")}
