"""Whose folders these are: one daemon per inbox and per state, and an inbox that is the one we know."""

import fcntl
import logging
import os
import uuid
from contextlib import suppress
from pathlib import Path

from watcher.errors import SurroundingsError
from watcher.files import WORK
from watcher.ledger import Ledger

log = logging.getLogger(__name__)
_KEY, _DEVICE = "identity", "inbox_device"


class Lock:
    """An exclusive lock on a folder, held until `release` or the end of the process. Not inherited."""

    def __init__(self, folder: Path, what: str) -> None:
        """Take it. Raises SurroundingsError, naming the holder's pid, where another process has it."""
        self._path = path = folder / "lock"
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise SurroundingsError(
                f"cannot write in the {what} folder: {path}: {error.strerror}",
                hint="The daemon's user needs to own it; `ls -ld` shows who does.",
            ) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            pid = os.pread(self._descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
            os.close(self._descriptor)
            raise SurroundingsError(
                f"another digit-watcher (pid {pid}) has the {what} folder {folder}",
                hint="Stop it first, or give this one folders of its own.",
            ) from error
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    @property
    def stands(self) -> bool:
        """Whether the file that is locked is still the one in the folder."""
        with suppress(FileNotFoundError):
            return os.path.samestat(os.stat(self._path), os.fstat(self._descriptor))
        return False

    def release(self) -> None:
        """Give it up."""
        with suppress(OSError):
            os.close(self._descriptor)


def holder(folder: Path) -> int | None:
    """The pid of the daemon that has the lock on this folder; None where none has."""
    try:
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        text = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
        return int(text) if text.isdecimal() else None
    finally:
        os.close(descriptor)
    return None


def check_identity(inbox: Path, ledger: Ledger) -> None:
    """Make sure that the inbox is the one this ledger knows; at the very first start, mark both.

    A share that is not mounted looks exactly like an empty inbox: its mark is missing, and the folder
    lies on another device. One that was deleted and made again lies where it was, and is taken.
    Raises SurroundingsError where the marks differ.
    """
    mark = inbox / os.fsdecode(WORK) / _KEY
    known, device = ledger.meta(_KEY), str(os.stat(inbox).st_dev)
    try:
        found = mark.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        found = None
    if found is None and (known is None or ledger.meta(_DEVICE) == device):
        if known is not None:
            log.warning("the inbox %s was made anew; it is taken on", inbox)
        adopt(inbox, ledger)
    elif known != found:
        raise _stranger(inbox, ledger, known, found)


def _stranger(inbox: Path, ledger: Ledger, known: str | None, found: str | None) -> SurroundingsError:
    if known is None:
        return SurroundingsError(
            f"the inbox {inbox} belongs to another ledger, and {ledger.path} is new",
            hint="Is the outbox's disk mounted? If a new outbox is meant: `digit-watcher init --adopt`, same options.",
        )
    return SurroundingsError(
        f"the inbox {inbox} is not the one that the ledger {ledger.path} knows"
        f" (its mark is {found or 'missing'}, the ledger's is {known})",
        hint="Is the inbox's disk mounted? If this folder is meant: `digit-watcher init --adopt`, same options.",
    )


def adopt(inbox: Path, ledger: Ledger) -> None:
    """Make this inbox the one that the ledger knows."""
    mark = str(uuid.uuid4())
    path = inbox / os.fsdecode(WORK) / _KEY
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with open(path, "w", encoding="ascii") as file:
        file.write(mark + "\n")
        file.flush()
        os.fsync(file.fileno())
    ledger.set_meta(_KEY, mark)
    ledger.set_meta(_DEVICE, str(os.stat(inbox).st_dev))
