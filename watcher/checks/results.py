"""results.csv and results.jsonl: files to append to, whose last row the ledger knows."""

import array
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from watcher.checks.findings import Finding, fail, ok, warn
from watcher.checks.places import is_there
from watcher.checks.scene import Scene
from watcher.errors import SurroundingsError
from watcher.rows import CSV_HEADER
from watcher.sheet_file import is_header
from watcher.tail import row_that_ends_at

_GET_FLAGS = 0x80086601  # FS_IOC_GETFLAGS of 64-bit Linux
_IMMUTABLE, _APPEND_ONLY = 0x10, 0x20  # FS_IMMUTABLE_FL, FS_APPEND_FL: chattr +i, +a
_FILES = {"results.csv": CSV_HEADER, "results.jsonl": b""}


def check_results(scene: Scene) -> Iterator[Finding]:
    """Each is opened as the daemon opens it, and nothing is written."""
    found = list[str]()
    for name, header in _FILES.items():
        path = scene.config.outbox / name
        if not is_there(path):
            continue
        found.append(name)
        problem = _problem(path) or _of_its_rows(scene, path, header)
        if problem:
            yield problem
            return
    yield ok(f"{' and '.join(found)} can be appended to" if found else "none yet")


def _problem(path: Path) -> Finding | None:
    if not stat.S_ISREG(path.lstat().st_mode):
        return fail(f"{path} is no regular file", "Move it away; the results then go on in a new file of that name.")
    if (flags := _flags(path)) & (_IMMUTABLE | _APPEND_ONLY):
        letter = "i" if flags & _IMMUTABLE else "a"
        return fail(
            f"{path} has the attribute +{letter}: it cannot be appended to, or what a power cut tears not be mended",
            f"Take it away: chattr -{letter} '{path}'",
        )
    try:
        os.close(os.open(path, os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC))
    except PermissionError as error:
        raise SurroundingsError(
            f"cannot append to {path}: {error.strerror}",
            hint="Give it to the daemon's user: `ls -l` shows whose it is.",
        ) from error
    return None


def _flags(path: Path) -> int:
    flags = array.array("L", [0])
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # file systems without attributes
            fcntl.ioctl(descriptor, _GET_FLAGS, flags)
    finally:
        os.close(descriptor)
    return flags[0]


def _of_its_rows(scene: Scene, path: Path, header: bytes) -> Finding | None:
    """Whether the file goes on where the ledger is. Its last row first: the daemon writes to the ledger before."""
    with open(path, "rb") as file:
        start = file.read(2 * len(header))
        last = row_that_ends_at(file.fileno(), os.fstat(file.fileno()).st_size)
    if header and start and not is_header(start, header):
        return warn(
            f"{path} has other columns: it will be set aside, and a new file begun", "Nothing needs to be done."
        )
    if last is None or not scene.has_ledger or (ledger := scene.open_ledger()) is None:
        return None
    with closing(ledger):
        if ledger.knows(last):
            return None
    return fail(
        f"{path} has rows that the ledger does not know, {last} for one: the ledger is older than the results",
        "Restore the newer ledger; or run `digit-watcher repair`, same options: it takes these rows into the ledger.",
    )
