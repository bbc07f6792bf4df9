"""What a daemon that has run for years has behind it: a ledger of millions of rows, a folder of millions of files.

Both are made from what a daemon has left that read one picture: the row of that picture is multiplied, with its own
id, number, name, place and hash each time, in the order in which a daemon would have written them. So it holds for
whatever columns the ledger has, as long as what must differ between two pictures stands in `_CHANGED`. The results
files do not hold these rows: they were cut, as people may.
"""

import hashlib
import sqlite3
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from watcher.bars import each

_DAYS = 1000  # over which the older pictures came
_FIRST_DAY = date(2001, 1, 1)
_MILLISECOND = 1 << 80  # in a UUIDv7


def older_rows(ledger: Path, rows: int) -> None:
    """Put so many finished rows before the only one that a ledger has. No daemon may have it open."""
    db = sqlite3.connect(ledger, isolation_level=None)
    # Nobody minds if a power cut spoils it, and it is twice as fast.
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -400000"):
        db.execute(f"PRAGMA {pragma}")
    table, columns = _table_of_records(db)
    (only,) = db.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
    db.execute("BEGIN")
    db.execute(f"UPDATE {table} SET seq = seq + ?", (rows,))
    db.execute("UPDATE sheets SET seq = seq + ? WHERE name IN ('csv', 'jsonl')", (rows,))
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'open_reviews'").fetchone():
        db.execute("UPDATE open_reviews SET seq = seq + ?", (rows,))
    db.execute("UPDATE tally SET n = n + ?", (rows,))
    db.executemany(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
        each(_older(only, columns, rows), "rows", "write older ones", rows),
    )
    db.execute("COMMIT")
    db.execute("PRAGMA journal_mode = WAL")
    db.close()


def crowd(outbox: Path, files: int) -> None:
    """So many more files in today's folder of the archive: empty ones, for it is their names that fill a folder."""
    folder = outbox / "archive" / datetime.now(UTC).date().isoformat()
    for number in each(range(files), "files", "crowd the archive"):
        (folder / f"crowd-{number:07d}.png").touch()


def _table_of_records(db: sqlite3.Connection) -> tuple[str, list[str]]:
    """The table in which a picture has its number and its place, and the table's columns."""
    for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
        if {"seq", "archived_to"} <= set(columns):
            return table, columns
    raise RuntimeError("this ledger has no table of records that the bench knows")


def _older(only: Sequence[Any], columns: list[str], rows: int) -> Iterator[Sequence[Any]]:
    """The picture's row, as others would have it that came before it, the oldest first."""
    changed = [(columns.index(name), change) for name, change in _CHANGED.items() if name in columns]
    for number in range(1, rows + 1):
        row = list(only)
        for at, change in changed:
            row[at] = change(only[at], number, rows)
        yield row


def _id(only: Any, number: int, rows: int) -> Any:
    text = isinstance(only, str)
    found = uuid.UUID(int=(uuid.UUID(only) if text else uuid.UUID(bytes=only)).int - (rows + 1 - number) * _MILLISECOND)
    return str(found) if text else found.bytes


def _place(only: bytes, number: int, rows: int) -> bytes:
    day = _FIRST_DAY + timedelta(days=number * _DAYS // (rows + 1))
    return f"{only.decode().partition('/')[0]}/{day}/old-{number:08d}.png".encode()


def _hash(only: Any, number: int, _: int) -> Any:
    found = hashlib.sha256(b"%d" % number)
    return found.hexdigest() if isinstance(only, str) else found.digest()


_CHANGED: dict[str, Callable[[Any, int, int], Any]] = {
    "id": _id,
    "seq": lambda _, number, __: number,
    "ino": lambda _, number, __: number,
    "file": lambda _, number, __: b"old-%08d.png" % number,
    "archived_to": _place,
    "sha256": _hash,
}
