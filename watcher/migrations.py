"""A ledger of an earlier version, brought to this one: a copy is kept beside it, then all is one transaction."""

import logging
import os
import sqlite3
from contextlib import closing, suppress
from itertools import count
from pathlib import Path

from watcher.corrections.labels import TABLES as LABELS
from watcher.durable import rename_new, sync_folders
from watcher.errors import SurroundingsError
from watcher.schema import KIND, SCHEMA_VERSION, STOCK, statements

log = logging.getLogger(__name__)
OLDEST = 3  # that can be brought to this version
_STEPS = {  # from a version to the next one
    3: f"DROP INDEX missing;\n{STOCK}"  # noqa: S608  all of it is ours
    f"INSERT INTO stock SELECT {KIND}, state, count(*), sum(size) FROM records GROUP BY 1, 2;\n",
    4: f"{LABELS}INSERT INTO open_reviews SELECT seq FROM records WHERE status = 'review' AND state = 'archived';\n",  # noqa: S608
}
# Where two files say the same here, nothing was read between: the copy that an upgrade left that was cut short.
_SAYS = (
    "SELECT * FROM meta", "SELECT * FROM sheets", "SELECT * FROM tally", "SELECT * FROM claims",
    "SELECT max(seq) FROM records",
)  # fmt: skip


def migrate(db: sqlite3.Connection, path: Path, *, keep: bool = True) -> None:
    """Bring an open ledger to this version, if it is older; of one that is too old or newer, nothing is touched.

    keep: first copy it beside itself, durably, to `ledger-v3.sqlite3` or the like, never over anything.
    Raises SurroundingsError where the copy cannot be made.
    """
    found = db.execute("PRAGMA user_version").fetchone()[0]
    if not OLDEST <= found < SCHEMA_VERSION:
        return
    if keep:
        log.info(
            "the ledger %s is of version %d; it is copied, then brought to version %d", path, found, SCHEMA_VERSION
        )
        log.info("the ledger of before stays as %s", _kept(db, path, found))
    db.execute("BEGIN IMMEDIATE")
    try:
        for version in range(found, SCHEMA_VERSION):
            for statement in statements(_STEPS[version]):
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _kept(db: sqlite3.Connection, path: Path, version: int) -> Path:
    """Copy the ledger, unless that has been done; gives where the copy is."""
    for number in count(1):
        target = path.with_name(f"{path.stem}-v{version}{f'-{number}' * (number > 1)}{path.suffix}")
        if not os.path.lexists(target):
            break
        if _says_the_same(db, target):
            return target
    temporary = path.with_name(f".{path.stem}-v{version}.new")
    try:
        _copy(db, temporary)
        rename_new(os.fsencode(temporary), os.fsencode(target))
        sync_folders([os.fsencode(path.parent)])
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            temporary.unlink()
        needed = os.path.getsize(path) / 1e6
        raise SurroundingsError(
            f"cannot keep a copy of the ledger {path} before it is brought to version {SCHEMA_VERSION}: {error}",
            hint=f"Make room for {needed:,.0f} MB and as much again for the change, in the state folder.",
        ) from error
    return target


def _copy(db: sqlite3.Connection, target: Path) -> None:
    """What is in the WAL goes with it; what a try that was killed left under the name goes away."""
    for end in ("", "-journal"):
        with suppress(FileNotFoundError):
            os.unlink(f"{target}{end}")
    descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with closing(sqlite3.connect(target)) as copy:
            db.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _says_the_same(db: sqlite3.Connection, path: Path) -> bool:
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
        version = "PRAGMA user_version"
        return all(
            [tuple(row) for row in db.execute(asked)] == copy.execute(asked).fetchall() for asked in (version, *_SAYS)
        )
    return False
