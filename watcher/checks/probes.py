"""Tries that leave nothing behind: files and folders with hidden names, which the daemon passes over."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = ".check-"


def fresh(folder: Path, end: str = "") -> Path:
    """A name that nothing has there. end: of the name."""
    return folder / f"{PREFIX}{uuid.uuid4()}{end}"


@contextmanager
def probe_file(folder: Path) -> Iterator[Path]:
    """An empty file there for a moment. Raises OSError where that is refused."""
    path = fresh(folder)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        yield path
    finally:
        with suppress(FileNotFoundError):
            path.unlink()


@contextmanager
def probe_folder(folder: Path) -> Iterator[Path]:
    """An empty folder there for a moment. Raises OSError where that is refused."""
    path = fresh(folder)
    path.mkdir(0o700)
    try:
        yield path
    finally:
        with suppress(FileNotFoundError):
            path.rmdir()


def there_and_back(probe: Path, folder: Path) -> None:
    """Rename a probe into another folder, and back. Raises OSError where that is refused."""
    there = fresh(folder)
    probe.rename(there)
    try:
        there.rename(probe)
    except OSError:
        (there.rmdir if there.is_dir() else there.unlink)()
        raise
