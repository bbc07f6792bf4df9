"""Archiving: a picture whose row is on disk goes to its reserved place, and back into work on request."""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from watcher.beneath import folder_beneath
from watcher.durable import make_folders, rename_new, sync_filesystem, sync_folders, write_all
from watcher.files import PARTIAL, Files, identity_of
from watcher.recognition.verdict import Status
from watcher.records import Record
from watcher.rows import readable_name

# These are about one name: a file that somebody put at the place, or a name that this filesystem refuses.
_ABOUT_ONE_NAME = frozenset(
    {errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ, errno.ELOOP}
)


@dataclass(slots=True)
class Put:
    """How archiving went. done, lost: ids; left: id → why it stays in the work folder for now."""

    done: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


class Archive:
    """The outbox's archive/ and rejected/."""

    def __init__(self, outbox: Path, files: Files) -> None:
        self._outbox, self._files = os.fsencode(outbox), files

    def place(self, record: Record) -> bytes:
        """The absolute path of a record's reserved place."""
        return self._outbox + b"/" + record.archived_to

    def holds(self, record: Record) -> bool:
        """Say whether a regular file of the recorded size lies at the reserved place."""
        found = identity_of(self.place(record))
        return found is not None and found.size == record.claim.identity.size

    def put(self, records: Iterable[Record]) -> Put:
        """Move pictures to their reserved places, durably. Raises OSError where the surroundings fail."""
        put, touched = Put(), set[bytes]()
        explained = False
        for record in records:
            try:
                explained |= self._put(record, touched)
            except FileNotFoundError:
                if self._files.identity_in_work(record.claim.id):
                    raise  # its folder vanished: the next try makes it again
                (put.done if self.holds(record) else put.lost).append(record.claim.id)
            except OSError as error:
                if not self._concerns_one(error, record):
                    raise
                put.left[record.claim.id] = f"cannot be moved to {readable_name(record.archived_to)}: {error.strerror}"
            else:
                put.done.append(record.claim.id)
        self._sync(touched, everything=explained)
        return put

    def _concerns_one(self, error: OSError, record: Record) -> bool:
        """Say whether others can be put at their places all the same."""
        if error.errno in (errno.EACCES, errno.EPERM):  # of a folder, or a reason, that another user made there
            top = self._outbox + b"/" + record.archived_to.partition(b"/")[0]
            return os.access(top, os.W_OK | os.X_OK)
        return error.errno in _ABOUT_ONE_NAME

    def _sync(self, touched: Iterable[bytes], *, everything: bool) -> None:
        """Make the moves durable; `everything`: what was written in files too."""
        if everything:
            with folder_beneath(self._outbox, b"") as descriptor:
                sync_filesystem(descriptor)
        else:
            sync_folders(touched)
        # Last: a picture may for a moment be in both folders on the disk, but never in neither.
        sync_folders([self._files.work])

    def _put(self, record: Record, touched: set[bytes]) -> bool:
        """Move one; adds its new folder to `touched`; gives whether a reason was written."""
        target = self.place(record)
        folder = target.rpartition(b"/")[0]
        if folder not in touched:
            make_folders(self._outbox, folder, 0o770)
            touched.add(folder)
        rejected = record.verdict.status is Status.UNREADABLE
        if rejected:
            _write_reason(target, record)
        _move(self._files.in_work(record.claim.id), target, record.claim.id)
        return rejected

    def recall(self, record: Record, id_: str, touched: set[bytes]) -> bool:
        """Take an archived picture back into work under a new id, or end a recall that was cut off.

        Gives whether it is in work now; adds its old folder to `touched`, for `sync_recalled`.
        Raises OSError where that fails.
        """
        source = self.place(record)
        try:
            _move(source, self._files.in_work(id_), id_)
        except FileNotFoundError:
            if self._files.identity_in_work(id_) is None:
                return False
        except FileExistsError:
            return True  # and what lies at the old place now is somebody else's
        with suppress(FileNotFoundError):
            os.unlink(source + b".reason.txt")  # also where it was cut off after the move
        touched.add(os.path.dirname(source))
        return True

    def sync_recalled(self, touched: Iterable[bytes]) -> None:
        """Make recalls durable. Raises OSError where the surroundings fail."""
        sync_folders([self._files.work])
        for folder in touched:
            with suppress(FileNotFoundError):
                sync_folders([folder])


def _write_reason(target: bytes, record: Record) -> None:
    verdict = record.verdict
    text = f"{verdict.reason}: {verdict.detail}\nid: {record.claim.id}\nmodel: {record.model}\n"
    descriptor = os.open(target + b".reason.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o640)
    try:
        write_all(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _move(source: bytes, target: bytes, id_: str) -> None:
    try:
        rename_new(source, target)
    except OSError as error:
        # Between filesystems the kernel says EXDEV also where the source is not there.
        if error.errno != errno.EXDEV:
            raise
        _copy_across(source, target, PARTIAL + id_.encode())


def _copy_across(source: bytes, target: bytes, name: bytes) -> None:
    """Move to another filesystem: copy, fsync, verify, rename into place, and only then unlink.

    name: of the copy while it is made, the same at each try: what a kill leaves of it is written over.
    """
    folder = os.path.dirname(target)
    partial = folder + b"/" + name
    digest = _copy(source, partial)
    if _digest(partial) != digest:
        raise OSError(errno.EIO, "the copy differs from the picture", os.fsdecode(partial))
    try:
        rename_new(partial, target)
    except FileExistsError:
        os.unlink(partial)
        if identity_of(target) is None or _digest(target) != digest:
            raise
        # It was killed between the rename and the unlink the last time.
    sync_folders([folder])
    os.unlink(source)


def _copy(source: bytes, partial: bytes) -> bytes:
    """Copy with times and mode, durably; gives the sha256 of what was read."""
    digest = hashlib.sha256()
    with open(source, "rb") as reading, open(partial, "wb") as writing:
        while block := reading.read(1 << 20):
            digest.update(block)
            writing.write(block)
        writing.flush()
        with suppress(PermissionError):  # filesystems that have no owners or modes
            shutil.copystat(source, partial, follow_symlinks=False)
        os.fsync(writing.fileno())
    return digest.digest()


def _digest(path: bytes) -> bytes:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
