"""The ledger: one SQLite file that knows the state of every picture. It is the truth; all else follows it.

States of a picture: intent (about to be claimed, or in work) → recorded (has a result and a sequence number)
→ archived (its file lies at `archived_to`; its claim is gone). Besides: cancelled (the file was gone before it was
claimed), missing (its file is nowhere), quarantined (what was claimed is no regular file), requeued (read again under a
new id), expired (its file was deleted as old, by way of expiring: to be deleted). Records that are long done with leave
the ledger: purged.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence

from watcher.aging import Aging, set_back
from watcher.corrections.labels import Correction, Said
from watcher.places import Places, remember
from watcher.recognition.verdict import Verdict
from watcher.records import Claim, Record
from watcher.schema import ANNOUNCE, CLAIM_AGAIN, COUNT, RECORD, claim_values, record_values

ROTATING = "rotating"  # the fact under which the new name of the results files stands
_AT = "INSERT OR REPLACE INTO sheets VALUES (?, ?, ?, ?, ?)"
_SAY = """INSERT INTO corrections
    SELECT (SELECT coalesce(max(seq), 0) + 1 FROM corrections), ?, id, file,
        coalesce((SELECT label FROM labels WHERE picture = id), prediction, ''), ?, ?, ?
    FROM records WHERE id = ?"""
_SAID = """INSERT OR IGNORE INTO corrections
    SELECT coalesce(max(seq), 0) + 1, ?, ?, ?, ?, ?, ?, ? FROM corrections"""
_STORED = COUNT.format("?", "?", "?", "?")


class Ledger(Aging):
    """All writes to the ledger, and all reads. One writer: the daemon, in one thread."""

    # -- the way of a picture ------------------------------------------------------------------------

    def intend(self, claims: Sequence[Claim]) -> None:
        """Announce claims, before anything is renamed. Raises SurroundingsError where the file was moved away."""
        self.check_present()
        with self._transaction() as db:
            db.executemany(ANNOUNCE, map(claim_values, claims))
            db.executemany(
                "UPDATE records SET state = 'requeued' WHERE id = ?",
                [(c.requeued_from,) for c in claims if c.requeued_from],
            )

    def update_claims(self, claims: Iterable[Claim]) -> None:
        """Store what changed in claims that are in work: identity and attempt."""
        with self._transaction() as db:
            db.executemany(
                "UPDATE claims SET dev = ?, ino = ?, size = ?, mtime_ns = ?, attempt = ? WHERE id = ?",
                [(*claim.identity, claim.attempt, claim.id) for claim in claims],
            )

    def set_state(self, ids: Sequence[str], state: str) -> None:
        """Move rows to cancelled, missing or quarantined; or back, where a file is there again: to intent, recorded."""
        with self._transaction() as db:
            for id_ in ids:
                _set_state(db, id_, state)

    def withdraw(self, ids: Sequence[str]) -> None:
        """Forget claims whose files stayed where they were: one that may not be moved is tried for months."""
        with self._transaction() as db:
            db.executemany(
                "UPDATE records SET state = 'archived' WHERE state = 'requeued'"
                " AND id = (SELECT requeued_from FROM claims WHERE id = ? AND state = 'intent')",
                [(id_,) for id_ in ids],
            )
            db.executemany("DELETE FROM claims WHERE id = ? AND state = 'intent'", [(id_,) for id_ in ids])

    def record(self, results: Sequence[tuple[Claim, Verdict]], model: str, now: str, places: Places) -> list[Record]:
        """Store verdicts with their sequence numbers and reserved places, all or none."""
        with self._transaction() as db:
            seq = db.execute("SELECT coalesce(max(seq), 0) FROM records").fetchone()[0]
            reserved = places.reserve(db, [(claim, verdict.status) for claim, verdict in results])
            records = [
                Record(claim, verdict, seq + number, model, now, place)
                for number, ((claim, verdict), place) in enumerate(zip(results, reserved, strict=True), 1)
            ]
            db.executemany(RECORD, map(record_values, records))
            _count(db, records)
        return records

    def take_in(self, results: Sequence[tuple[Record, str]]) -> None:
        """Store records that another ledger made, each with its state, behind those that are here, all or none."""
        with self._transaction() as db:
            for seq, (record, state) in enumerate(results, self.last_seq() + 1):
                db.execute(RECORD, record_values(record._replace(seq=seq)))
                _set_state(db, record.claim.id, state)
                remember(db, record.claim, record.archived_to)
            _count(db, [record for record, _ in results])

    def mark_read_again(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Store of pictures (old id, new id) that the new result was read from the old one's picture."""
        with self._transaction() as db:
            for old, new in pairs:
                db.execute("UPDATE records SET state = 'requeued' WHERE id = ?", (old,))
                db.execute("UPDATE records SET requeued_from = ? WHERE id = ?", (old, new))

    def correct(self, said: Iterable[Said]) -> list[Said]:
        """Store what people say, all or none; gives what is of no record here. What is known already stays as it is."""
        unknown = []
        with self._transaction() as db:
            for one in said:
                if self.correction(one.id):
                    continue
                if not db.execute(_SAY, (one.id, one.label, one.by, one.at, one.picture)).rowcount:
                    unknown.append(one)
        return unknown

    def take_in_corrections(self, made: Iterable[Correction]) -> None:
        """Store corrections that another ledger made, behind those that are here, all or none.

        Of two with one id the first counts. Their pictures need not be here.
        """
        with self._transaction() as db:
            db.executemany(_SAID, [one[1:] for one in made])

    def finish(self, ids: Sequence[str], sheets: Iterable[tuple[str, int, int, int, int]]) -> None:
        """Mark files as archived, and keep how far each results file (name, dev, ino, offset, seq) has come."""
        with self._transaction() as db:
            db.executemany("DELETE FROM claims WHERE id = ?", [(id_,) for id_ in ids])
            set_back(db, ids)
            db.executemany(_AT, sheets)

    def keep_positions(self, sheets: Iterable[tuple[str, int, int, int, int]]) -> None:
        """Keep how far files have come that hold no rows of pictures on their way."""
        with self._transaction() as db:
            db.executemany(_AT, sheets)

    def begin_rotation(self, stem: str, sheets: Iterable[tuple[str, int, int, int, int]]) -> None:
        """Announce that the results files, as they are now, get that name."""
        with self._transaction() as db:
            db.executemany(_AT, sheets)
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (ROTATING, stem))

    def end_rotation(self, sheets: Iterable[tuple[str, int, int, int, int]]) -> None:
        """These are the new ones."""
        with self._transaction() as db:
            db.executemany(_AT, sheets)
            db.execute("DELETE FROM meta WHERE key = ?", (ROTATING,))


def _set_state(db: sqlite3.Connection, id_: str, state: str) -> None:
    # Of a record, `archived` stands for both: that its file is not at its place yet, its claim says.
    of_record = "archived" if state == "recorded" else state
    if not db.execute("UPDATE records SET state = ? WHERE id = ?", (of_record, id_)).rowcount:
        db.execute("UPDATE claims SET state = ? WHERE id = ?", (state, id_))
    elif state == "recorded":
        db.execute(CLAIM_AGAIN, (id_,))
    else:
        db.execute("DELETE FROM claims WHERE id = ?", (id_,))


def _count(db: sqlite3.Connection, records: Sequence[Record]) -> None:
    counted = Counter(record.kind for record in records)
    db.executemany(
        "INSERT INTO tally VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n",
        [(str(status), str(reason), n) for (status, reason), n in counted.items()],
    )
    n, size = Counter[str](), Counter[str]()
    for record in records:
        n[record.folder] += 1
        size[record.folder] += record.claim.identity.size
    db.executemany(_STORED, [(folder, "archived", n[folder], size[folder]) for folder in n])
