"""A ledger that is written to: its transactions, its facts, and whether its file is still where it was."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from watcher.errors import SurroundingsError
from watcher.questions import Questions


class Writing(Questions):
    """What all writes rest on."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open, or create, the ledger. Raises SurroundingsError where the file is not a usable ledger."""
        super().__init__(path, read_only=read_only)
        self._file = os.stat(path)

    def check_present(self) -> None:
        """Raise SurroundingsError where the open file is not the one under the path any more."""
        try:
            present = os.path.samestat(os.stat(self.path), self._file)
        except FileNotFoundError:
            present = False
        if not present:
            raise SurroundingsError(
                f"the ledger {self.path} was moved or deleted while it was in use",
                hint="Put it back. If it is lost, stop the daemon, and `digit-watcher repair` makes it anew.",
            )

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

    def set_meta(self, key: str, value: str) -> None:
        """Store a fact."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
