"""A look at what may be a picture: is it one, may it be opened, has it arrived whole?"""

import errno
import os
import stat
from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from watcher.beneath import OpenFolders
from watcher.durable import concerns_all
from watcher.recognition.formats import DOCUMENT_SUFFIXES, PICTURE_SUFFIXES
from watcher.records import Identity
from watcher.waiting import WaitingFiles
from watcher.wholeness import is_whole, opened

# fmt: off
_TEMPORARY = (
    b".part", b".partial", b".tmp", b".temp", b"~", b".crdownload", b".download", b".opdownload", b".filepart", b".swp",
)
# fmt: on
SUFFIXES = frozenset(suffix.encode() for suffix in PICTURE_SUFFIXES | DOCUMENT_SUFFIXES)
MOST_LISTED = 1_000  # names that `status` can show, at most


class Opened(NamedTuple):
    """A file that is open. file: its path in the inbox. identity: as it was just before."""

    file: bytes
    identity: Identity
    descriptor: int


class Looking:
    """Opens files and says which are ready; keeps what waits, and what is ignored, with why."""

    def __init__(self, settle_seconds: float) -> None:
        self._settle = settle_seconds
        self.waiting = WaitingFiles()
        self.ignored: OrderedDict[bytes, str] = OrderedDict()

    def open(self, folders: OpenFolders, file: bytes, now: float) -> Opened | None:
        """Open a regular file of a known kind; None where it is not to be opened, or not yet."""
        folder, _, name = file.rpartition(b"/")
        if name.startswith(b".") or name.lower().endswith(_TEMPORARY):
            return None
        try:
            descriptor = folders.at(folder)
            found = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            self.waiting.pop(file, None)
            self.ignored.pop(file, None)
            return None
        except OSError as error:
            self._wait_for_mending(file, None, f"cannot be looked at: {error.strerror}", error, now)
            return None
        why = _why_ignored(name, found)
        if why:
            self.waiting.pop(file, None)  # something else was here before
            self.ignored[file] = why
            if len(self.ignored) > MOST_LISTED:
                self.ignored.popitem(last=False)
            return None
        identity = Identity.of(found)
        if self.waiting.is_put_off(file, now):
            return None
        try:
            return Opened(file, identity, opened(descriptor, name, identity))
        except FileNotFoundError:
            self.waiting.pop(file, None)
        except OSError as error:
            self._wait_for_mending(file, identity, f"cannot be opened: {error.strerror}", error, now)
        return None

    def is_ready(self, one: Opened, now: float) -> bool:
        """Decide whether an open file is ready, or waits."""
        try:
            whole = is_whole(one.descriptor, one.identity)
        except OSError as error:
            self._wait_for_mending(one.file, one.identity, f"cannot be read: {error.strerror}", error, now)
            return False
        if not whole and not self.waiting.has_settled(one.file, one.identity, now, self._settle):
            return False
        self.waiting.taken(one.file)
        return True

    def _wait_for_mending(self, file: bytes, identity: Identity | None, why: str, error: OSError, now: float) -> None:
        # A bad sector is one file's trouble, and others can be read; a share that is gone is everybody's.
        if concerns_all(error) and error.errno != errno.EIO:
            raise error
        self.waiting.put_off(file, identity, why, now)


def close_all(files: Iterable[Opened]) -> None:
    """Close them."""
    for one in files:
        os.close(one.descriptor)


def _why_ignored(name: bytes, found: os.stat_result) -> str:
    mode = found.st_mode
    if not stat.S_ISREG(mode):
        kinds = ((stat.S_ISLNK, "a symbolic link"), (stat.S_ISFIFO, "a FIFO"), (stat.S_ISSOCK, "a socket"))
        return next((kind for test, kind in kinds if test(mode)), "no regular file") + ", never opened"
    _, dot, suffix = name.lower().rpartition(b".")
    if dot + suffix in SUFFIXES:
        return ""
    return f"unknown suffix {os.fsdecode(dot + suffix)!r}" if dot else "no suffix"
