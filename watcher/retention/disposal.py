"""Deleting pictures whose time is over: the very files that were archived, their reasons, and folders left empty."""

import hashlib
import logging
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from watcher.aging import Kept
from watcher.beneath import OpenFolders, folder_beneath, open_in
from watcher.records import Identity
from watcher.rows import readable_name

log = logging.getLogger(__name__)
REASON = b".reason.txt"
_MOST_SAID = 20  # files that are named in the log, between two starts


@dataclass(slots=True)
class Disposed:
    """How it went. done: pictures that are no more at their places; size: bytes of those that were deleted now.

    folders: below the outbox, which went too, as they were empty.
    """

    done: list[Kept] = field(default_factory=list)
    size: int = 0
    folders: list[bytes] = field(default_factory=list)


class Disposal:
    """Deletes below the outbox, and follows no link there."""

    def __init__(self, outbox: Path) -> None:
        self._outbox = os.fsencode(outbox)
        self._said = set[str]()

    def dispose(self, pictures: Iterable[Kept]) -> Disposed:
        """Delete them, durably; a file that is not the one that was archived stays, and so does one that is refused.

        The first is said, and counts as done; the second is said and may be tried again. Raises OSError where
        what was done cannot be made durable.
        """
        disposed, touched = Disposed(), set[bytes]()
        with OpenFolders(self._outbox) as folders:
            for picture in pictures:
                folder, _, name = picture.place.rpartition(b"/")
                try:
                    disposed.size += self._delete(folders.at(folder), name, picture)
                except FileNotFoundError:
                    pass  # its folder is gone
                except OSError as error:
                    if self._news(picture):
                        said, why = readable_name(picture.place), error.strerror
                        log.warning(
                            "%s cannot be deleted: %s", said, why, extra={"PICTURE_ID": picture.id, "REASON": why}
                        )
                    continue
                touched.add(folder)
                disposed.done.append(picture)
        disposed.folders = self._tidy(touched)
        return disposed

    def _delete(self, folder: int, name: bytes, picture: Kept) -> int:
        """Delete one, and its reason; gives the bytes that were freed."""
        size = 0
        with suppress(FileNotFoundError):
            found = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if stat.S_ISREG(found.st_mode) and _is_the_one(folder, name, Identity.of(found), picture):
                os.unlink(name, dir_fd=folder)
                size = found.st_size
            elif self._news(picture):
                said = readable_name(picture.place)
                log.warning("%s stays: it is not the file that was put there", said, extra={"PICTURE_ID": picture.id})
        if picture.place.startswith(b"rejected/"):
            _delete_reason(folder, name + REASON, picture.id)
        return size

    def _news(self, picture: Kept) -> bool:
        new = picture.id not in self._said and len(self._said) < _MOST_SAID
        self._said.update([picture.id] * new)
        return new

    def _tidy(self, touched: set[bytes]) -> list[bytes]:
        """Remove folders that are empty by now, but for archive/ and rejected/, and make all of it durable."""
        removed = list[bytes]()
        while touched:
            folder = max(touched, key=lambda path: path.count(b"/"))  # the innermost first
            touched.discard(folder)
            above, _, name = folder.rpartition(b"/")
            try:
                if above:
                    with folder_beneath(self._outbox, above) as descriptor, suppress(FileNotFoundError):
                        os.rmdir(name, dir_fd=descriptor)
                    removed.append(folder)
                    touched.add(above)
                    continue
            except FileNotFoundError:
                continue
            except OSError:
                pass  # it is not empty; or it may not be removed, and stays
            with suppress(FileNotFoundError), folder_beneath(self._outbox, folder) as descriptor:
                os.fsync(descriptor)
        return removed


def _is_the_one(folder: int, name: bytes, found: Identity, picture: Kept) -> bool:
    """Size and time are those of the picture; or, where a person touched it or put a copy back, its bytes are.

    An inode would tell nothing: the next file gets the number of one that was deleted.
    """
    if found.size != picture.identity.size:
        return False
    if found.mtime_ns == picture.identity.mtime_ns:
        return True
    with open(open_in(folder, name, os.O_RDONLY), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == picture.sha256


def _delete_reason(folder: int, name: bytes, id_: str) -> None:
    with suppress(FileNotFoundError):
        with open(open_in(folder, name, os.O_RDONLY), "rb") as file:
            ours = stat.S_ISREG(os.fstat(file.fileno()).st_mode) and f"id: {id_}\n".encode() in file.read(1 << 16)
        if ours:
            os.unlink(name, dir_fd=folder)
