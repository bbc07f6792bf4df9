"""The clock: rows bear its time, and folders its date."""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from watcher.checks.findings import Finding, fail, ok, warn
from watcher.checks.scene import Scene
from watcher.database import open_database
from watcher.errors import SurroundingsError

_FIRST_YEAR = 2024
_STEPS_BACK = timedelta(minutes=1)
_SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised


def check_clock(scene: Scene, now: datetime | None = None) -> Iterator[Finding]:
    """Not before the newest row, not in the years of a machine without a battery, and set by somebody."""
    now = now or datetime.now(UTC)
    said = now.astimezone(scene.config.archive.zone).isoformat(sep=" ", timespec="seconds")
    if now.year < _FIRST_YEAR:
        yield fail(
            f"the clock says {said}",
            "Set it: rows would bear that time, and the archive's folders that date, for good.",
        )
        return
    newest = _newest(scene)
    if newest is not None and newest - now > _STEPS_BACK:
        yield warn(
            f"the clock says {said}, and the newest result is from {newest.isoformat(sep=' ', timespec='seconds')}",
            "Which of the two is wrong? Pictures are read all the same; their times say what the clock says.",
        )
    elif not _is_synchronised():
        yield warn(f"the clock says {said}, and nothing sets it", "Switch it on: timedatectl set-ntp true")
    else:
        yield ok(said)


def _newest(scene: Scene) -> datetime | None:
    try:
        with closing(open_database(scene.config.ledger_path, read_only=True)) as db:
            row = db.execute("SELECT processed_at FROM records ORDER BY seq DESC LIMIT 1").fetchone()
    except (SurroundingsError, OSError):
        return None  # what is wrong with it, another check says
    return datetime.fromisoformat(row[0]) if row else None


def _is_synchronised() -> bool:
    """As systemd's own program for it says, or the kernel, whoever sets the clock; True where that is not known."""
    if _SYNCHRONISED.exists() or sys.platform != "linux":
        return True
    only_asked = ctypes.create_string_buffer(512)  # struct timex, with room to spare: all zeros change nothing
    return int(ctypes.CDLL(None).adjtimex(only_asked)) != _TIME_ERROR
