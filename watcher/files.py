"""Every change to users' files: claim into the work folder, archive or reject to the reserved place."""

import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Iterable
from contextlib import suppress
from enum import Enum
from pathlib import Path

from watcher.durable import concerns_all, rename_new, sync_folders
from watcher.errors import SurroundingsError
from watcher.recognition.verdict import Status
from watcher.records import Claim, Identity, Record

WORK = b".work"
QUARANTINE = b"quarantine"


class Taken(Enum):
    """How a claim went."""

    YES = "it is in the work folder"
    GONE = "it is not in the inbox any more"
    LEFT = "it may not be moved"
    STRANGE = "what was moved is no regular file; it lies in quarantine"


class Files:
    """The work folder and the outbox's archive. Paths are bytes throughout: names need not be text."""

    def __init__(self, inbox: Path, outbox: Path) -> None:
        self.inbox, self.outbox = os.fsencode(inbox), os.fsencode(outbox)
        self.work = self.inbox + b"/" + WORK

    def prepare(self) -> None:
        """Make the work folder where it is missing. Raises SurroundingsError where that is refused."""
        if not os.path.isdir(self.inbox):
            raise SurroundingsError(
                f"there is no inbox at {os.fsdecode(self.inbox)}",
                hint="Make the folder, or mount the disk that it is on.",
            )
        for folder in (self.work, self.work + b"/" + QUARANTINE):
            try:
                with suppress(FileExistsError):
                    os.mkdir(folder, 0o700)
            except OSError as error:
                raise SurroundingsError(
                    f"cannot make the work folder {os.fsdecode(folder)}: {error.strerror}",
                    hint="The daemon's user must be allowed to write to the inbox.",
                ) from error
            if not stat.S_ISDIR(os.lstat(folder).st_mode):
                raise SurroundingsError(f"{os.fsdecode(folder)} is no folder", hint="Move it out of the inbox.")

    def in_work(self, id_: str) -> bytes:
        """The path of a claimed picture."""
        return self.work + b"/" + os.fsencode(id_)

    def identity_in_work(self, id_: str) -> Identity | None:
        """The identity of a claimed picture; None where no regular file of that name is there."""
        return _identity(self.in_work(id_))

    def sha256_in_work(self, id_: str) -> str:
        """Of a claimed picture whose reader did not live to say it; "" where it cannot be read."""
        flags = os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            with open(self.in_work(id_), "rb", opener=lambda path, mode: os.open(path, mode | flags)) as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return ""

    def strays(self, known: Iterable[str]) -> list[str]:
        """Names in the work folder that belong to no claim, oldest first."""
        mine = {*known, QUARANTINE.decode(), "lock", "identity"}
        names = (os.fsdecode(name) for name in os.listdir(self.work))
        return sorted(name for name in names if name not in mine)

    def claim(self, claim: Claim) -> tuple[Taken, Claim, str]:
        """Take a file by one rename. Gives how it went, the claim with the identity found, and why if left."""
        target = self.in_work(claim.id)
        try:
            self._rename_from_inbox(claim.file, target)
        except FileNotFoundError:
            if not os.path.isdir(self.work):
                raise  # the inbox was deleted and made again: no single file's trouble
            return Taken.GONE, claim, ""
        except OSError as error:
            if error.errno in (errno.ENOTDIR, errno.ELOOP):
                return Taken.GONE, claim, ""
            if concerns_all(error):
                raise
            return Taken.LEFT, claim, f"cannot be moved: {error.strerror}"
        found = _identity(target)
        if found is None:
            os.rename(target, self.work + b"/" + QUARANTINE + b"/" + claim.id.encode())
            return Taken.STRANGE, claim, "is no regular file"
        return Taken.YES, _with_identity(claim, found), ""

    def _rename_from_inbox(self, file: bytes, target: bytes) -> None:
        folder, _, name = file.rpartition(b"/")
        # Folder by folder without following links: somebody may swap one while we look.
        descriptor = os.open(self.inbox, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for part in folder.split(b"/") if folder else []:
                inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = inner
            os.rename(name, target, src_dir_fd=descriptor)
        finally:
            os.close(descriptor)

    def at_origin(self, claim: Claim) -> bool:
        """Say whether the very file of a claim is still, or again, at its place in the inbox."""
        found = _identity(self.inbox + b"/" + claim.file)
        return found is not None and found.same_file(claim.identity)

    def at_place(self, record: Record) -> bool:
        """Say whether a regular file of the recorded size lies at the reserved place."""
        found = _identity(self.outbox + b"/" + record.archived_to)
        return found is not None and found.size == record.claim.identity.size

    def archive(self, records: Iterable[Record]) -> list[str]:
        """Move pictures to their reserved places, durably; gives the ids that are there now.

        Raises OSError where the surroundings fail.
        """
        done, touched = [], {self.work}
        for record in records:
            target = self.outbox + b"/" + record.archived_to
            folder = os.path.dirname(target)
            if folder not in touched:
                os.makedirs(folder, mode=0o770, exist_ok=True)
                touched.add(folder)
            if record.verdict.status is Status.UNREADABLE:
                _write_reason(target, record)
            try:
                _move(self.in_work(record.claim.id), target)
            except FileNotFoundError:
                if not self.at_place(record):
                    continue
            done.append(record.claim.id)
        sync_folders(touched)
        return done

    def recall(self, record: Record, id_: str) -> bool:
        """Take an archived picture back into work under a new id; False where it is not at its place."""
        source, target = self.outbox + b"/" + record.archived_to, self.in_work(id_)
        try:
            _move(source, target)
        except FileNotFoundError:
            return False
        with suppress(FileNotFoundError):
            os.unlink(source + b".reason.txt")
        return True


def _identity(path: bytes) -> Identity | None:
    try:
        found = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return Identity.of(found) if stat.S_ISREG(found.st_mode) else None


def _with_identity(claim: Claim, identity: Identity) -> Claim:
    return Claim(claim.id, claim.file, identity, claim.arrived_at, claim.attempt, claim.requeued_from)


def _write_reason(target: bytes, record: Record) -> None:
    verdict = record.verdict
    text = f"{verdict.reason}: {verdict.detail}\nid: {record.claim.id}\nmodel: {record.model}\n"
    descriptor = os.open(target + b".reason.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o640)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _move(source: bytes, target: bytes) -> None:
    try:
        rename_new(source, target)
    except OSError as error:
        # Between filesystems the kernel says EXDEV also where the source is not there.
        if error.errno != errno.EXDEV:
            raise
        _copy_across(source, target)


def _copy_across(source: bytes, target: bytes) -> None:
    """Move to another filesystem: copy, fsync, verify, rename into place, and only then unlink."""
    partial = os.path.dirname(target) + b"/.partial-" + os.path.basename(source)
    digest = hashlib.sha256()
    with open(source, "rb") as reading, open(partial, "wb") as writing:
        while block := reading.read(1 << 20):
            digest.update(block)
            writing.write(block)
        writing.flush()
        os.fsync(writing.fileno())
    if _digest(partial) != digest.digest():
        raise OSError(errno.EIO, "the copy differs from the picture", os.fsdecode(partial))
    shutil.copystat(source, partial, follow_symlinks=False)
    try:
        rename_new(partial, target)
    except FileExistsError:
        os.unlink(partial)
        if _identity(target) is None or _digest(target) != digest.digest():
            raise
        # It was killed between the rename and the unlink the last time.
    sync_folders([os.path.dirname(target)])
    os.unlink(source)


def _digest(path: bytes) -> bytes:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
