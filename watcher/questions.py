"""What can be asked of the ledger, whoever writes it."""

from collections import Counter
from collections.abc import Iterator

from watcher.corrections.questions import Corrections
from watcher.records import Claim, Record
from watcher.schema import READ_AGAIN, claim_of, record_of


class Questions(Corrections):
    """All reads of the ledger. Each raises SurroundingsError where its file cannot be read or is damaged."""

    def in_work(self) -> list[Claim]:
        """Claims that have no result yet, the oldest first."""
        rows = self._db.execute(
            "SELECT * FROM claims WHERE state = 'intent'"
            " AND NOT EXISTS (SELECT 1 FROM records WHERE records.id = claims.id) ORDER BY id"
        )
        return [self._made(claim_of, row) for row in rows]

    def oldest_in_work(self) -> Claim | None:
        """The claim that has waited longest for a result, or for its place in the archive."""
        row = self._db.execute("SELECT * FROM claims WHERE state = 'intent' ORDER BY id LIMIT 1").fetchone()
        return None if row is None else self._made(claim_of, row)

    def archived_near(self, seq: int) -> Record | None:
        """The first record at or behind a sequence number whose picture should be at its place."""
        row = self._db.execute(
            "SELECT * FROM records WHERE seq IN (SELECT seq FROM records WHERE seq >= ? ORDER BY seq LIMIT 1)"
            " AND state = 'archived' AND id NOT IN (SELECT id FROM claims)", (seq,)
        ).fetchone()  # fmt: skip
        return None if row is None else self._made(record_of, row)

    def places_after(self, place: bytes, most: int = 10_000) -> list[tuple[bytes, str, int]]:
        """Place, state and size of records, in the order of their places; of those on the way the state is recorded."""
        rows = self._db.execute(
            "SELECT archived_to, CASE WHEN id IN (SELECT id FROM claims) THEN 'recorded' ELSE state END, size"
            " FROM records WHERE archived_to > ? ORDER BY archived_to LIMIT ?", (place, most)
        )  # fmt: skip
        return [(bytes(row[0]), row[1], row[2]) for row in rows]

    def kept_at(self, place: bytes) -> tuple[str, int]:
        """State and size of the record that has a place; "" where none has. Of one on the way it is recorded."""
        row = self._db.execute(
            "SELECT CASE WHEN id IN (SELECT id FROM claims) THEN 'recorded' ELSE state END, size FROM records"
            " WHERE archived_to = ?", (place,)
        ).fetchone()  # fmt: skip
        return ("", 0) if row is None else (row[0], row[1])

    def to_archive(self) -> list[Record]:
        """Records whose file was not seen at its place yet, in sequence."""
        rows = self._db.execute("SELECT records.* FROM claims CROSS JOIN records USING (id) ORDER BY seq")
        return [self._made(record_of, row) for row in rows]

    def records_after(self, seq: int) -> Iterator[Record]:
        """Records beyond a sequence number, in sequence."""
        for row in self._db.execute("SELECT * FROM records WHERE seq > ? ORDER BY seq", (seq,)):
            yield self._made(record_of, row)

    def last_seq(self) -> int:
        """The sequence number of the newest record; 0 where there is none."""
        return int(self._db.execute("SELECT coalesce(max(seq), 0) FROM records").fetchone()[0])

    def processed_at(self, seq: int) -> str:
        """When a record was made, as it stands in its row; "" where there is none of that sequence number."""
        row = self._db.execute("SELECT processed_at FROM records WHERE seq = ?", (seq,)).fetchone()
        return "" if row is None else str(row[0])

    def oldest_after(self, seq: int) -> str | None:
        """The least id of the records beyond a sequence number; None where there are none."""
        # +: by the index on seq; else SQLite would go through all ids.
        row = self._db.execute("SELECT min(+id) FROM records WHERE seq > ?", (seq,)).fetchone()
        return None if row[0] is None else str(row[0])

    def seq_of(self, id_: str) -> int | None:
        """The sequence number of a record; None where no record has that id."""
        row = self._db.execute("SELECT seq FROM records WHERE id = ?", (id_,)).fetchone()
        return None if row is None else row[0]

    def knows(self, id_: str) -> bool:
        """Say whether a row of that id is here, in whatever state."""
        asked = "SELECT 1 FROM claims WHERE id = ? UNION ALL SELECT 1 FROM records WHERE id = ?"
        return self._db.execute(asked, (id_, id_)).fetchone() is not None

    def whose(self, place: bytes) -> str | None:
        """The id of the picture that has, or had, a place below the outbox."""
        row = self._db.execute("SELECT id FROM records WHERE archived_to = ?", (place,)).fetchone()
        return None if row is None else str(row[0])

    def read_again(self, seq: int) -> Iterator[tuple[str, bytes, str]]:
        """Older results, with their place, of pictures that a result beyond a sequence number may be read from."""
        for row in self._db.execute(READ_AGAIN, (seq,)):
            yield row["old"], bytes(row["place"]), row["new"]

    def find(self, id_: str) -> Record | None:
        """A finished record by id, whose file lies in archive/ or rejected/."""
        row = self._db.execute(
            "SELECT * FROM records WHERE id = ? AND state = 'archived' AND id NOT IN (SELECT id FROM claims)", (id_,)
        ).fetchone()
        return None if row is None else self._made(record_of, row)

    def was_read_again(self, id_: str) -> bool:
        """Say whether the picture of a record was asked for again: another record, or claim, has it now."""
        asked = "SELECT 1 FROM records WHERE id = ? AND state = 'requeued'"
        return self._db.execute(asked, (id_,)).fetchone() is not None

    def place_of(self, id_: str) -> Record | None:
        """A record by id, whatever became of it later."""
        row = self._db.execute("SELECT * FROM records WHERE id = ?", (id_,)).fetchone()
        return None if row is None else self._made(record_of, row)

    def find_by_file(self, file: bytes) -> list[Record]:
        """Finished records by path in the inbox, or by place below the outbox, the newest last."""
        rows = self._db.execute(
            "SELECT * FROM records WHERE (file = ? OR archived_to = ?) AND state = 'archived'"
            " AND id NOT IN (SELECT id FROM claims) ORDER BY seq",
            (file, file),
        )
        return [self._made(record_of, row) for row in rows]

    def states(self) -> dict[str, int]:
        """How many rows are unfinished, by state."""
        rows = self._db.execute(
            "SELECT coalesce((SELECT 'recorded' FROM records WHERE records.id = claims.id), state), count(*)"
            " FROM claims WHERE state IN ('intent', 'missing', 'quarantined') GROUP BY 1"
        )
        found = Counter[str]({row[0]: row[1] for row in rows})
        results = self.results()
        return dict(found + Counter({state: results.get(state, 0) for state in ("missing", "expiring")}))

    def results(self) -> dict[str, int]:
        """How many results there are, by what has become of their pictures since: their sum is that of `tally`.

        archived (at their places, or still on the way), requeued, missing, expiring, expired, purged.
        """
        rows = self._db.execute("SELECT state, sum(n) FROM stock GROUP BY state")
        return {row[0]: row[1] for row in rows if row[1]}

    def tally(self) -> dict[tuple[str, str], int]:
        """How many results there are, by status and reason ("" for none)."""
        return {(row[0], row[1]): row[2] for row in self._db.execute("SELECT * FROM tally")}
