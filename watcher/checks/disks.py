"""Room on the disks: bytes, inodes, and for how long."""

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

from watcher.checks.findings import Finding, fail, ok, warn
from watcher.checks.scene import Scene
from watcher.database import open_database
from watcher.errors import SurroundingsError
from watcher.reporting.diagnosis import size

LEAST_FREE_BYTES = 100_000_000
LEAST_FREE_INODES = 1000
FEW_DAYS = 7
_ROWS = 10_000  # that say how fast it goes
_OF_A_ROW = 1500  # bytes of a picture's rows and its part of the ledger


def check_space(scene: Scene) -> Iterator[Finding]:
    """Each disk once. Work pauses when one is full."""
    disks = dict[int, list[str]]()
    for word, folder in scene.folders.items():
        disks.setdefault(folder.stat().st_dev, []).append(word)
    daily = bytes_a_day(scene)
    for words in disks.values():
        found = os.statvfs(scene.folders[words[0]])
        free, names = found.f_bavail * found.f_frsize, ", ".join(words)
        if free < LEAST_FREE_BYTES:
            yield fail(f"only {size(free)} are free for {names}", "Free some: work pauses when the disk is full.")
        elif found.f_files and found.f_favail < LEAST_FREE_INODES:
            yield fail(
                f"only {found.f_favail:,} inodes are free for {names}: for so many more files, whatever space there is",
                "Delete small files there, or make the file system anew with more inodes (mkfs -N).",
            )
        else:
            yield _how_long(names, free, found, daily if "outbox" in words else 0.0)


def _how_long(names: str, free: int, found: os.statvfs_result, daily: float) -> Finding:
    inodes = f" and {found.f_favail:,} inodes" if found.f_files else ""
    text = f"{size(free)}{inodes} free for {names}"
    if not daily:
        return ok(text)
    days = free / daily
    text = f"{text}; at the rate of late, {size(daily)} a day, that lasts {days:,.0f} days"
    if days < FEW_DAYS:
        return warn(text, "Make room in time, or set `retention` in config.yaml: old pictures are deleted then.")
    return ok(text)


def bytes_a_day(scene: Scene) -> float:
    """By which the outbox grew of late, by the ledger; 0.0 where that is not known."""
    try:
        with closing(open_database(scene.config.ledger_path, read_only=True)) as db:
            row = db.execute(
                "SELECT count(*), sum(size), min(processed_at), max(processed_at) FROM records"
                " WHERE seq > (SELECT coalesce(max(seq), 0) FROM records) - ?", (_ROWS,)
            ).fetchone()  # fmt: skip
    except (SurroundingsError, OSError):
        return 0.0  # what is wrong with it, another check says
    if not row[0]:
        return 0.0
    took = datetime.fromisoformat(row[3]) - datetime.fromisoformat(row[2])
    return (row[1] + row[0] * _OF_A_ROW) / (took / timedelta(days=1)) if took > timedelta(hours=1) else 0.0
