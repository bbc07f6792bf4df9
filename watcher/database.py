"""The ledger's SQLite file: made, opened, checked; and what its errors mean to people."""

import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from watcher.errors import SurroundingsError
from watcher.migrations import OLDEST, migrate
from watcher.schema import SCHEMA, SCHEMA_VERSION, statements

_RESTORE = (
    "Stop the daemon, then restore a backup: `digit-watcher repair --from BACKUP`, same options, puts it in place and"
    " takes newer rows from the results files. Without one, `digit-watcher repair --anew` makes the ledger from them."
)
_OTHER = "Was the state folder changed? Move that file away, and restore the ledger from a backup."
_NEWER = (
    "Run the version of digit-watcher that wrote it. To stay with this one, stop the daemon and put back a backup, or"
    " the copy that the upgrade left beside it: `digit-watcher repair --from FILE` takes newer rows from the results."
)
_OLDER = "The daemon brings it up to date when it starts, and keeps a copy; `digit-watcher check` tries that first."
_TOO_OLD = "Run the version of digit-watcher that wrote it, or restore a backup."
_ACCESS = "The daemon's user must be able to write the file and its folder: see `ls -l` and `mount`."
_HINTS = {
    sqlite3.SQLITE_CORRUPT: _RESTORE,
    sqlite3.SQLITE_NOTADB: _RESTORE,
    sqlite3.SQLITE_READONLY: _ACCESS,
    sqlite3.SQLITE_CANTOPEN: _ACCESS,
    sqlite3.SQLITE_FULL: "Make room on the disk of the state folder.",
    sqlite3.SQLITE_IOERR: "The disk of the state folder fails or is full: see `dmesg` and `df`.",
    sqlite3.SQLITE_BUSY: "Another program has it open for writing: end that.",
}


def ledger_trouble(path: Path, error: Exception) -> SurroundingsError:
    """What an error of SQLite means, with the file and what to do."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF  # the rest says more than is needed
    hint = _HINTS.get(code, "If it is damaged: " + _RESTORE)
    return SurroundingsError(f"cannot use the ledger {path}: {error}", hint=hint)


def _explained(call: Callable[..., Any]) -> Any:
    """The same method of a cursor, but where SQLite fails it says which file it is about and what to do."""

    def explained(cursor: sqlite3.Cursor, *arguments: Any) -> Any:
        try:
            return call(cursor, *arguments)
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.DataError):
            raise  # not the file's fault
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # the latter: SQLite quotes damaged bytes
            raise ledger_trouble(cast("Database", cursor.connection).path, error) from error

    return explained


class _Cursor(sqlite3.Cursor):
    execute = _explained(sqlite3.Cursor.execute)
    executemany = _explained(sqlite3.Cursor.executemany)
    fetchone = _explained(sqlite3.Cursor.fetchone)
    fetchall = _explained(sqlite3.Cursor.fetchall)
    __next__ = _explained(sqlite3.Cursor.__next__)


class Database(sqlite3.Connection):
    """A connection whose errors are SurroundingsErrors."""

    path: Path

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """As sqlite3.Connection."""
        cursor: sqlite3.Cursor = self.cursor(_Cursor).execute(sql, parameters)
        return cursor

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        """As sqlite3.Connection."""
        cursor: sqlite3.Cursor = self.cursor(_Cursor).executemany(sql, parameters)
        return cursor


def open_database(path: Path, *, read_only: bool, oldest: int = SCHEMA_VERSION) -> Database:
    """Open a ledger's file; to write, make it where it is missing, and bring an older one to this version.

    oldest: the version that will do for reading. Raises SurroundingsError where it is no ledger that will do.
    """
    try:
        db = _connect(path, "mode=ro" if read_only else "mode=rwc")
        if read_only and _is_on_a_read_only_disk(path):
            db.close()
            db = _connect(path, "mode=ro&immutable=1")  # else SQLite wants to make files beside it
    except sqlite3.DatabaseError as error:
        raise ledger_trouble(path, error) from error
    try:
        if not read_only:
            _prepare(db)
        _check_version(db, oldest)
    except BaseException:
        db.close()
        raise
    return db


def _check_version(db: Database, oldest: int) -> None:
    found = db.execute("PRAGMA user_version").fetchone()[0]
    if oldest <= found <= SCHEMA_VERSION:
        return
    hint = _NEWER if found > SCHEMA_VERSION else _OLDER if found >= OLDEST else _TOO_OLD
    raise SurroundingsError(
        f"the ledger {db.path} has version {found}, this program's is version {SCHEMA_VERSION}", hint=hint
    )


def _connect(path: Path, how: str) -> Database:
    address = f"file:{quote(os.fsencode(path))}?{how}"
    db = sqlite3.connect(address, uri=True, isolation_level=None, timeout=10, factory=Database)
    db.path = path
    db.row_factory = sqlite3.Row
    return db


def _is_on_a_read_only_disk(path: Path) -> bool:
    with suppress(FileNotFoundError):
        if os.path.getsize(f"{path}-wal"):
            return False  # what is in there would not be read
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)


def _prepare(db: Database) -> None:
    fresh = db.execute("PRAGMA user_version").fetchone()[0] == 0
    if fresh and db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise SurroundingsError(
            f"cannot use the ledger {db.path}: it is an SQLite file of another program", hint=_OTHER
        )
    db.execute("PRAGMA journal_mode = WAL")
    # FULL: a committed transaction survives a power cut. It is what every rename relies on.
    db.execute("PRAGMA synchronous = FULL")
    # The index on places is written all over: the longer the WAL, the more of it is written once. 16 MB each.
    db.execute("PRAGMA wal_autocheckpoint = 4000")
    db.execute("PRAGMA cache_size = -16000")
    if fresh:
        db.execute("BEGIN IMMEDIATE")
        for statement in statements(SCHEMA):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        db.execute("COMMIT")
    else:
        migrate(db, db.path)
