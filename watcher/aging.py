"""What retention asks of the ledger, and what it writes there. It goes through the records once, the oldest first.

How far it has come, for archive/, for rejected/ and for the ledger itself, stands in `frontiers`. What has to be seen
to again behind such a mark sets it back: the ledger's triggers do so, and `_set_back`.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from watcher.records import Identity
from watcher.schema import KIND
from watcher.writing import Writing

LEDGER = "ledger"  # the walk that takes records out; the other two are called by their folders
PURGED = "purged_until"  # the fact under which the greatest id stands that was taken out
_KEPT = "SELECT seq, id, archived_to, dev, ino, size, mtime_ns, sha256 FROM records"
_IN_REACH = (
    f" WHERE seq > ? AND seq <= ? AND state = 'archived' AND {KIND} = ?"  # noqa: S608  all of it is ours
    " AND NOT EXISTS (SELECT 1 FROM claims WHERE claims.id = records.id)"
)
_KEPT_IN = f"{_KEPT} {_IN_REACH} ORDER BY seq LIMIT ?"
_SUM = "SELECT count(*), coalesce(sum(size), 0), coalesce(min(+id), ''), coalesce(max(+id), '') FROM records"
_SUM_IN = _SUM + _IN_REACH


class Kept(NamedTuple):
    """A picture in archive/ or rejected/. place: below the outbox."""

    seq: int
    id: str
    place: bytes
    identity: Identity
    sha256: str


class Aging(Writing):
    """A ledger whose pictures and records may grow old."""

    def frontier(self, walk: str) -> tuple[int, str]:
        """Up to which sequence number a walk has come, and the greatest id on its way; 0 and "" at first."""
        row = self._db.execute("SELECT seq, newest FROM frontiers WHERE walk = ?", (walk,)).fetchone()
        return (0, "") if row is None else (row[0], row[1])

    def stock(self, folder: str) -> tuple[int, int]:
        """How many pictures lie in archive/ or rejected/, or will, and their bytes together."""
        row = self._db.execute("SELECT n, bytes FROM stock WHERE kind = ? AND state = 'archived'", (folder,)).fetchone()
        return (0, 0) if row is None else (row[0], row[1])

    def ids_after(self, seq: int) -> Iterator[tuple[int, str]]:
        """Sequence number and id of the records beyond one, in sequence."""
        for row in self._db.execute("SELECT seq, id FROM records WHERE seq > ? ORDER BY seq", (seq,)):
            yield row[0], row[1]

    def kept(self, folder: str, after: int, until: int, most: int = -1) -> Iterator[Kept]:
        """The pictures of a folder that are at their places, by sequence number, the first so many of them."""
        yield from map(_kept, self._db.execute(_KEPT_IN, (after, until, folder, most)))

    def sum_of(self, folder: str, after: int, until: int) -> tuple[int, int, str, str]:
        """Of all that `kept` gives: how many they are, their bytes, the least id and the greatest."""
        row = self._db.execute(_SUM_IN, (after, until, folder)).fetchone()
        return row[0], row[1], row[2], row[3]

    def expiring(self) -> list[Kept]:
        """The pictures that are to be deleted, and may have been."""
        return [_kept(row) for row in self._db.execute(f"{_KEPT} WHERE state = 'expiring' ORDER BY seq")]

    def begin_expiry(self, folder: str, begun: int, reached: int, pictures: Iterable[Kept]) -> None:
        """These are to be deleted; and the walk has come from one sequence number to another."""
        with self._transaction() as db:
            db.executemany("UPDATE records SET state = 'expiring' WHERE seq = ?", [(one.seq,) for one in pictures])
            asked = "SELECT coalesce(max(+id), '') FROM records WHERE seq > ? AND seq <= ?"
            on_the_way = db.execute(asked, (begun, reached)).fetchone()[0]
            _come(db, folder, reached, max(self.frontier(folder)[1], on_the_way))

    def end_expiry(self, pictures: Iterable[Kept], folders: Iterable[bytes] = ()) -> None:
        """These are gone, durably; so are these folders below the outbox, whose names nobody needs to remember."""
        with self._transaction() as db:
            db.executemany("UPDATE records SET state = 'expired' WHERE seq = ?", [(one.seq,) for one in pictures])
            for folder in folders:
                db.execute("DELETE FROM folders WHERE path = ?", (folder,))
                db.execute(
                    "DELETE FROM numbers WHERE path > ? AND path < ?", (folder + b"/", folder + b"0")
                )  # 0 is / + 1

    def to_purge(self, after: int) -> Iterator[tuple[int, str, bool]]:
        """Of the records beyond a sequence number: it, the id, and whether all is over with its picture.

        The last record whose row is on disk, and all behind it, stay: by them the results files are known again.
        """
        rows = self._db.execute(
            "SELECT seq, id, state IN ('expired', 'requeued') AS over FROM records"
            " WHERE seq > ? AND seq < coalesce((SELECT min(seq) FROM sheets WHERE name IN ('csv', 'jsonl')), 0)"
            " ORDER BY seq", (after,)
        )  # fmt: skip
        for row in rows:
            yield row["seq"], row["id"], bool(row["over"])

    def purge(self, reached: int, records: Sequence[tuple[int, str]]) -> None:
        """Take records (sequence number, id) out; so far the walk has come."""
        with self._transaction() as db:
            db.executemany("DELETE FROM records WHERE seq = ?", [(seq,) for seq, _ in records])
            _come(db, LEDGER, reached, "")
            if records:
                until = max(self.meta(PURGED) or "", *(id_ for _, id_ in records))
                db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (PURGED, until))

    def purged(self, id_: str) -> bool:
        """Whether the record of that id, which is not here, is one that has been taken out."""
        return id_ <= (self.meta(PURGED) or "")


def _kept(row: sqlite3.Row) -> Kept:
    identity = Identity(row["dev"], row["ino"], row["size"], row["mtime_ns"])
    return Kept(row["seq"], row["id"], bytes(row["archived_to"]), identity, row["sha256"])


def _come(db: sqlite3.Connection, walk: str, reached: int, newest: str) -> None:
    db.execute("INSERT OR REPLACE INTO frontiers VALUES (?, ?, ?)", (walk, reached, newest))


def set_back(db: sqlite3.Connection, ids: Sequence[str]) -> None:
    """Pictures were put at their places later than others that retention has passed: within a transaction of `db`."""
    oldest = min(ids, default="")
    if ids and db.execute("SELECT 1 FROM frontiers WHERE newest >= ?", (oldest,)).fetchone():
        db.executemany(
            "UPDATE frontiers SET seq = new.seq - 1 FROM (SELECT seq FROM records WHERE id = ?) AS new"
            " WHERE frontiers.seq >= new.seq AND walk <> 'ledger'", [(id_,) for id_ in ids],
        )  # fmt: skip
