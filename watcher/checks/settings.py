"""Settings that take effect later: what is deleted, where metrics and log messages go."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

from watcher.checks.findings import Finding, fail, ok, warn
from watcher.checks.places import is_folder
from watcher.checks.probes import probe_file
from watcher.checks.scene import Scene
from watcher.database import open_database
from watcher.errors import SurroundingsError
from watcher.ids import first_id
from watcher.log.journal import SOCKET
from watcher.reporting.diagnosis import size
from watcher.schema import KIND

_FOLDERS = ("archive", "rejected")
_IN = f"FROM records WHERE state = 'archived' AND {KIND} = ?"


def check_retention(scene: Scene, now: datetime | None = None) -> Iterator[Finding]:
    """What the daemon will delete soon after it starts; all of it is worth a word, before it is gone."""
    settings = scene.config.retention
    if all(value is None for value in settings.model_dump().values()):
        yield ok("nothing is ever deleted")
        return
    if not scene.has_ledger:
        yield ok("nothing is there yet that could be deleted")
        return
    now = now or datetime.now(UTC)
    said = list[str]()
    with closing(open_database(scene.config.ledger_path, read_only=True)) as db:
        for folder in _FOLDERS:
            days, most = getattr(settings, f"{folder}_days"), getattr(settings, f"{folder}_bytes")
            before = first_id(now - timedelta(days=days)) if days else ""
            row = db.execute(f"SELECT count(*), coalesce(sum(size), 0), sum(id < ?) {_IN}", (before, folder)).fetchone()
            count, stored, old = row[0], row[1], row[2] or 0
            if old and old == count:
                ages = "1 day" if days == 1 else f"{days:,} days"
                yield warn(
                    f"all {count:,} pictures in {folder}/ are older than {ages}, and will be deleted at once",
                    f"If that is not meant, raise retention.{folder}_days; `digit-watcher expire` lists what goes.",
                )
            elif old:
                said.append(f"{old:,} of {count:,} pictures in {folder}/ are old enough to be deleted now")
            if most is not None and stored > most:
                said.append(f"of the {size(stored)} in {folder}/, {size(stored - most)} are too many, and are deleted")
    yield ok("; ".join(said) or "nothing is to be deleted now")


def check_metrics(scene: Scene) -> Iterator[Finding]:
    """Whether the file can be written, and the port is free."""
    settings, said = scene.config.metrics, list[str]()
    if settings.textfile is not None:
        folder = settings.textfile.parent
        if not is_folder(folder):
            yield fail(f"there is no folder {folder} for metrics.textfile", f"Make it: mkdir -p '{folder}'")
            return
        try:
            with probe_file(folder):
                said.append(str(settings.textfile))
        except PermissionError as error:
            raise SurroundingsError(
                f"cannot write metrics.textfile in {folder}: {error.strerror}",
                hint=f"Let {scene.user} write there: `ls -ld`.",
            ) from error
    if settings.port is not None:
        if scene.daemon is None and not _is_free(settings.port):
            yield fail(
                f"metrics.port {settings.port} is taken by another program",
                "`ss -ltnp` shows by which; name another one.",
            )
        else:
            said.append(f"http://127.0.0.1:{settings.port}/metrics")
    yield ok(", ".join(said) or "switched off")


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def check_log(scene: Scene) -> Iterator[Finding]:
    """Whether there is a journal, where one is asked for."""
    settings = scene.config.log
    if settings.format == "journal" and not os.path.exists(SOCKET):
        yield warn(
            f"log.format is journal, and there is none at {SOCKET}", "Set it to auto: then it goes where it can."
        )
    else:
        yield ok(f"{settings.level} and above, {settings.format}")
