"""Claims: users' files into the work folder, each by one rename, and what is to be known of them there."""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from enum import Enum
from pathlib import Path

from watcher.beneath import OpenFolders, open_beneath
from watcher.durable import concerns_all
from watcher.emptied import Emptied
from watcher.errors import SurroundingsError
from watcher.records import Claim, Identity

WORK = b".work"
QUARANTINE = b"quarantine"
# What network and user-space file systems call a file that was deleted while somebody had it open.
_DELETED = (".nfs", ".fuse_hidden")
PARTIAL = b".partial-"  # begins the name of a copy that is being made


class Taken(Enum):
    """How a claim went."""

    YES = "it is in the work folder"
    GONE = "it is not in the inbox any more"
    LEFT = "it may not be moved"
    STRANGE = "what was moved is no regular file; it lies in quarantine"


class Files:
    """Inbox and work folder. Paths are bytes throughout: names need not be text."""

    def __init__(self, inbox: Path) -> None:
        self.inbox = os.fsencode(inbox)
        self.work = self.inbox + b"/" + WORK
        self.emptied = Emptied(self.inbox)

    def check_inbox(self) -> None:
        """Raise SurroundingsError where there is no inbox."""
        if not os.path.isdir(self.inbox):
            raise SurroundingsError(
                f"there is no inbox at {os.fsdecode(self.inbox)}",
                hint="Make the folder, or mount the disk that it is on.",
            )

    def prepare(self) -> None:
        """Make the work folder where it is missing. Raises SurroundingsError where that is refused."""
        self.check_inbox()
        for folder in (self.work, self.work + b"/" + QUARANTINE):
            try:
                with suppress(FileExistsError):
                    os.mkdir(folder, 0o700)
            except OSError as error:
                raise SurroundingsError(
                    f"cannot make the work folder {os.fsdecode(folder)}: {error.strerror}",
                    hint="The daemon's user must be allowed to write to the inbox.",
                ) from error
            found = os.lstat(folder)
            if not stat.S_ISDIR(found.st_mode):
                raise SurroundingsError(f"{os.fsdecode(folder)} is no folder", hint="Move it out of the inbox.")
            close_to_others(folder, found)

    def in_work(self, id_: str) -> bytes:
        """The path of a claimed picture."""
        return b"%b/%b" % (self.work, id_.encode(errors="surrogateescape"))  # a stray's name may be no text

    def identity_in_work(self, id_: str) -> Identity | None:
        """The identity of a claimed picture; None where no regular file of that name is there."""
        return identity_of(self.in_work(id_))

    def sha256_in_work(self, id_: str) -> str:
        """Of a claimed picture whose reader did not live to say it; "" where it cannot be read."""
        try:
            with open(open_beneath(self.work, os.fsencode(id_), os.O_RDONLY), "rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return ""

    def strays(self, known: Iterable[str]) -> list[str]:
        """Names in the work folder that belong to no claim, oldest first."""
        known = set(known)
        mine = {
            *known,
            *(PARTIAL.decode() + id_ for id_ in known),
            QUARANTINE.decode(),
            "lock",
            "identity",
            "identity.new",
        }
        names = (os.fsdecode(name) for name in os.listdir(self.work))
        return sorted(name for name in names if name not in mine and not name.startswith(_DELETED))

    def claim(self, claims: Iterable[Claim]) -> Iterator[tuple[Taken, Claim, str]]:
        """Take each file by one rename. Gives how it went, the claim with the identity found, and why if left.

        Raises OSError where the surroundings fail.
        """
        with OpenFolders(self.inbox) as folders:
            for claim in claims:
                yield self._claim(claim, folders)

    def _claim(self, claim: Claim, folders: OpenFolders) -> tuple[Taken, Claim, str]:
        folder, _, name = claim.file.rpartition(b"/")
        target = self.in_work(claim.id)
        try:
            os.rename(name, target, src_dir_fd=folders.at(folder))
        except FileNotFoundError:
            if not os.path.isdir(self.work):
                raise  # the inbox was deleted and made again: no single file's trouble
            return Taken.GONE, claim, ""
        except OSError as error:
            if concerns_all(error):
                raise
            return Taken.LEFT, claim, f"cannot be moved: {error.strerror}"
        self.emptied.took(folder)
        found = identity_of(target)
        if found is None and self.set_aside(claim.id):
            return Taken.STRANGE, claim, "is no regular file"
        return Taken.YES, claim if found in (None, claim.identity) else claim._replace(identity=found), ""

    def set_aside(self, id_: str) -> bool:
        """Put what was claimed and is no regular file into quarantine; False where nothing of the kind was claimed."""
        aside = self.work + b"/" + QUARANTINE + b"/" + os.fsencode(id_)
        with suppress(FileNotFoundError):
            os.rename(self.in_work(id_), aside)
        return os.path.lexists(aside)

    def at_origin(self, claim: Claim) -> bool:
        """Say whether the very file of a claim is still, or again, at its place in the inbox."""
        found = identity_of(self.inbox + b"/" + claim.file)
        return found is not None and found.same_file(claim.identity)


def close_to_others(folder: bytes, found: os.stat_result) -> None:
    """Take away what a folder that was there before us allows to group and others."""
    if stat.S_IMODE(found.st_mode) & 0o077:
        with suppress(OSError):  # file systems without modes of their own, or not ours to change
            os.chmod(folder, 0o700)


def identity_of(path: bytes) -> Identity | None:
    """The identity of a regular file; None where none is there."""
    try:
        found = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return Identity.of(found) if stat.S_ISREG(found.st_mode) else None
