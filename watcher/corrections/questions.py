"""What can be asked of the ledger about people's corrections."""

from collections.abc import Iterator

from watcher.asking import Asking
from watcher.corrections.labels import Correction, correction_of
from watcher.records import Record
from watcher.schema import record_of


class Corrections(Asking):
    """Who said what of which picture, when; and what holds now."""

    def corrections_of(self, picture: str) -> list[Correction]:
        """All that was said of a picture, the oldest first."""
        rows = self._db.execute("SELECT * FROM corrections WHERE picture = ? ORDER BY seq", (picture,))
        return [self._made(correction_of, row) for row in rows]

    def corrections_after(self, seq: int) -> Iterator[Correction]:
        """Corrections beyond a sequence number, in sequence."""
        for row in self._db.execute("SELECT * FROM corrections WHERE seq > ? ORDER BY seq", (seq,)):
            yield self._made(correction_of, row)

    def correction(self, id_: str) -> Correction | None:
        """A correction by its own id."""
        row = self._db.execute("SELECT * FROM corrections WHERE id = ?", (id_,)).fetchone()
        return None if row is None else self._made(correction_of, row)

    def last_correction(self) -> int:
        """The sequence number of the newest correction; 0 where there is none."""
        return int(self._db.execute("SELECT coalesce(max(seq), 0) FROM corrections").fetchone()[0])

    def oldest_correction_after(self, seq: int) -> str | None:
        """The least id of the corrections beyond a sequence number; None where there are none."""
        # +: by the index on seq; else SQLite would go through all ids.
        row = self._db.execute("SELECT min(+id) FROM corrections WHERE seq > ?", (seq,)).fetchone()
        return None if row[0] is None else str(row[0])

    def label_of(self, picture: str) -> str | None:
        """What people say of a picture now, one of LABELS; None where the reader's word holds."""
        row = self._db.execute("SELECT label FROM labels WHERE picture = ?", (picture,)).fetchone()
        return None if row is None else str(row[0])

    def what_holds(self, since: str | None = None, until: str | None = None) -> list[Correction]:
        """Of each picture the word that holds now, in the order in which they were said.

        since, until: RFC 3339 in UTC with milliseconds, from and before which it was said.
        """
        rows = self._db.execute(
            "SELECT corrections.* FROM labels JOIN corrections ON corrections.seq = labels.correction"
            " WHERE made_at >= ? AND (? IS NULL OR made_at < ?) ORDER BY corrections.seq", (since or "", until, until)
        )  # fmt: skip
        return [self._made(correction_of, row) for row in rows]

    def labelled_after(self, seq: int) -> Iterator[tuple[Record, str | None]]:
        """Records beyond a sequence number, in sequence, each with what people say of it now, or None."""
        asked = "SELECT records.*, label FROM records LEFT JOIN labels ON picture = id WHERE seq > ? ORDER BY seq"
        for row in self._db.execute(asked, (seq,)):
            yield self._made(record_of, row), row["label"]

    def review_counts(self) -> tuple[int, int]:
        """How many records wait for a person's word, and of how many records people have said something that holds."""
        row = self._db.execute("SELECT (SELECT count(*) FROM open_reviews), (SELECT count(*) FROM labels)").fetchone()
        return row[0], row[1]
