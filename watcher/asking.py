"""A ledger that is open, and facts in it: what all questions to it rest on."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from watcher.corrections.labels import Correction
from watcher.database import ledger_trouble, open_database
from watcher.records import Claim, Record
from watcher.schema import SCHEMA_VERSION

Made = TypeVar("Made", Claim, Record, Correction)


class Asking:
    """An open ledger. Each question raises SurroundingsError where its file cannot be read or is damaged."""

    def __init__(self, path: Path, *, read_only: bool = True, oldest: int = SCHEMA_VERSION) -> None:
        """Open the ledger; oldest: the version that will do. Raises SurroundingsError where it is not a usable one."""
        self.path = path
        self._db = open_database(path, read_only=read_only, oldest=oldest)

    def close(self) -> None:
        """Close the file; the WAL is folded into it."""
        self._db.close()

    @contextmanager
    def at_one_moment(self) -> Iterator[None]:
        """What is asked within sees the ledger as it was at the first question, whoever writes meanwhile."""
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def _made(self, make: Callable[[sqlite3.Row], Made], row: sqlite3.Row) -> Made:
        try:
            return make(row)
        except (ValueError, TypeError) as error:
            problem = sqlite3.DatabaseError(f"its row {row['id']!r} is damaged: {error}")
            raise ledger_trouble(self.path, problem) from error

    def meta(self, key: str) -> str | None:
        """A stored fact, or None."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def sheet(self, name: str) -> tuple[int, int, int, int]:
        """dev, inode, offset and last sequence number of a results file; zeros where it was never written."""
        row = self._db.execute("SELECT dev, ino, offset, seq FROM sheets WHERE name = ?", (name,)).fetchone()
        return (0, 0, 0, 0) if row is None else (row[0], row[1], row[2], row[3])
