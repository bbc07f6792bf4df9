"""The `backup` command: a copy of the ledger as it is at one moment, also while the daemon runs."""

import json
import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import click

from watcher import bars
from watcher.config import Config
from watcher.database import ledger_trouble, open_database
from watcher.errors import SurroundingsError
from watcher.fresh_file import fresh_file, refuse_our_own
from watcher.migrations import OLDEST, migrate
from watcher.rows import readable_name
from watcher.schema import SCHEMA_VERSION

_PAGES_AT_ONCE = 5000
_STEPS_AT_ONCE = 1_000_000  # of SQLite's machine: some hundredths of a second


def backup_command(config: Config, target: Path, *, overwrite: bool, as_json: bool = False) -> None:
    """Copy the ledger, check the copy, and say what is in it.

    Raises UsageError for a target that makes no sense, SurroundingsError where ledger or target fail.
    """
    refuse_our_own(config, target)
    require_ledger(config)
    with fresh_file(target, overwrite=overwrite) as temporary:
        copy_ledger(config.ledger_path, temporary)
        results = checked(temporary)
    found = target.stat().st_size
    if as_json:
        name = readable_name(os.fsencode(target))
        click.echo(json.dumps({"file": name, "results": results, "bytes": found}, ensure_ascii=False))
        return
    click.echo(f"{target}: {results:,} {'result' if results == 1 else 'results'}, {found:,} bytes, checked")


def require_ledger(config: Config) -> None:
    """Raise SurroundingsError where there is no ledger, or it lies where the caller may not look."""
    try:
        found = config.ledger_path.is_file()
    except PermissionError as error:
        raise SurroundingsError(
            f"cannot look at {config.ledger_path}: {error.strerror}", hint="Say it as the daemon's user."
        ) from error
    if not found:
        raise SurroundingsError(
            f"there is no ledger at {config.ledger_path}", hint="Has anything been read yet? Which --config?"
        )


def copy_ledger(source: Path, target: Path) -> None:
    """SQLite's own backup: one state of the ledger, while its writer goes on.

    The copy is one file, without the WAL that the ledger has beside it.
    """
    with (
        closing(open_database(source, read_only=True, oldest=OLDEST)) as ledger,
        closing(sqlite3.connect(target)) as copy,
        bars.bar(None, "bytes", "copy") as bar,
    ):

        def show(_: int, remaining: int, pages: int) -> None:
            bar.total = pages * page_size
            bar.update((pages - remaining) * page_size - bar.n)

        try:
            # A read transaction around all steps: else each would begin anew where the writer went on in between.
            ledger.execute("BEGIN")
            page_size = ledger.execute("PRAGMA page_size").fetchone()[0]
            ledger.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
            ledger.backup(copy, pages=_PAGES_AT_ONCE, progress=show)
            copy.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            raise SurroundingsError(
                f"cannot copy the ledger {source}: {error}", hint="Is there room for the copy, and may you write there?"
            ) from error
        except sqlite3.DatabaseError as error:
            raise ledger_trouble(source, error) from error


def checked(path: Path) -> int:
    """How many results a ledger's file holds. Raises SurroundingsError where it is damaged."""
    with closing(open_database(path, read_only=True, oldest=OLDEST)) as db:
        with bars.waiting("check the copy") as tick:
            db.set_progress_handler(tick, _STEPS_AT_ONCE)
            found = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
            db.set_progress_handler(None, 0)
        if found != "ok":
            raise ledger_trouble(path, sqlite3.DatabaseError(f"database disk image is malformed: {found}"))
        return int(db.execute("SELECT count(*) FROM records").fetchone()[0])


def tried(path: Path) -> str:
    """Whether an upgrade of the ledger will do, in words: done on a copy beside it, which is removed again.

    "" where it is of this version. Raises SurroundingsError where the upgrade fails or there is no room for a copy.
    """
    with closing(open_database(path, read_only=True, oldest=OLDEST)) as db:
        found = db.execute("PRAGMA user_version").fetchone()[0]
    if found == SCHEMA_VERSION:
        return ""
    try:
        with tempfile.TemporaryDirectory(prefix=".check-", dir=path.parent) as folder:
            copy = Path(folder) / path.name
            copy_ledger(path, copy)
            with closing(sqlite3.connect(copy, isolation_level=None)) as db:
                migrate(db, copy, keep=False)
            checked(copy)
    except (OSError, sqlite3.Error) as error:
        raise SurroundingsError(
            f"the ledger {path} cannot be brought from version {found} to {SCHEMA_VERSION}: {error}",
            hint="Is there room beside it for a copy? Else stay with the version of digit-watcher that wrote it.",
        ) from error
    return f"version {found} → {SCHEMA_VERSION}: tried on a copy, works"
