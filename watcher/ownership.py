"""Whose folders these are: one daemon per inbox and per state."""

import fcntl
import os
import pwd
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from watcher.errors import SurroundingsError

_BRIEFLY = " briefly"
_BRIEF_SECONDS, _SAYING_SECONDS, _LOOK_SECONDS = 30.0, 0.1, 0.01


class Lock:
    """An exclusive lock on a folder, held until `release` or the end of the process. Not inherited."""

    def __init__(self, folder: Path, what: str, *, brief: bool = False) -> None:
        """Take it. brief: for a moment only; whoever else wants it waits so long.

        Raises SurroundingsError, naming the holder's pid, where another process has it.
        """
        self._path = path = folder / "lock"
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise SurroundingsError(
                f"cannot write in the {what} folder: {path}: {error.strerror}",
                hint="The daemon's user needs to own it; `ls -ld` shows who does.",
            ) from error
        if not self._taken():
            pid = _said_in(self._descriptor).removesuffix(_BRIEFLY) or "unknown"
            os.close(self._descriptor)
            raise SurroundingsError(
                f"another digit-watcher (pid {pid}) has the {what} folder {folder}",
                hint="Stop it first, or give this one folders of its own.",
            )
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}{_BRIEFLY * brief}\n".encode(), 0)

    def _taken(self) -> bool:
        begun = time.monotonic()
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                briefly = _said_in(self._descriptor).endswith(_BRIEFLY)
            else:
                return True
            # Whoever has just taken it has not said yet for how long.
            if time.monotonic() - begun > (_BRIEF_SECONDS if briefly else _SAYING_SECONDS):
                return False
            time.sleep(_LOOK_SECONDS)

    @property
    def stands(self) -> bool:
        """Whether the file that is locked is still the one in the folder."""
        with suppress(OSError):  # also of a share that was lost: what is there now is another one
            return os.path.samestat(os.stat(self._path), os.fstat(self._descriptor))
        return False

    def release(self) -> None:
        """Give it up."""
        descriptor, self._descriptor = self._descriptor, -1  # twice would close what others opened since
        with suppress(OSError):
            os.close(descriptor)


@contextmanager
def as_owner_of(folder: Path) -> Iterator[bool]:
    """Within, root has the rights of the folder's owner, and no others: no link there leads root astray.

    Gives whether that is so; anybody else goes on as they are. Raises SurroundingsError where root may not do that,
    OSError where there is no such folder.
    """
    found, groups, group = folder.stat(), os.getgroups(), os.getegid()
    if os.geteuid() != 0 or found.st_uid == 0:
        yield False
        return
    try:
        os.setegid(_take_groups(found))
        os.seteuid(found.st_uid)
    except PermissionError as error:
        raise _not_allowed(folder, found) from error
    try:
        yield True
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)


def become_owner_of(folder: Path) -> None:
    """From now on root is the folder's owner, and nothing more, for good: for what listens to anybody.

    Anybody else goes on as they are. Raises SurroundingsError where root may not do that.
    """
    found = folder.stat()
    if os.geteuid() != 0 or found.st_uid == 0:
        return
    try:
        group = _take_groups(found)
        os.setresgid(group, group, group)
        os.setresuid(found.st_uid, found.st_uid, found.st_uid)
    except PermissionError as error:
        raise _not_allowed(folder, found) from error


def stay_for_good() -> None:
    """Be for good whom `as_owner_of` made root for a while: shells that are started fall back to who is behind."""
    if os.getuid() != os.geteuid():
        os.setresgid(*3 * [os.getegid()])
        os.setresuid(*3 * [os.geteuid()])


def _take_groups(found: os.stat_result) -> int:
    """Take on the groups of a folder's owner; gives the first of them."""
    try:
        known = pwd.getpwuid(found.st_uid)
    except KeyError:  # a number without a name, as in a container
        os.setgroups([])
        return found.st_gid
    os.initgroups(known.pw_name, known.pw_gid)
    return known.pw_gid


def _not_allowed(folder: Path, found: os.stat_result) -> SurroundingsError:
    return SurroundingsError(
        f"{folder} belongs to another user, number {found.st_uid}, and root may not act as that user here",
        hint="Say it as that user, with `sudo -u`.",
    )


def holder(folder: Path) -> int | None:
    """The pid of the daemon that has the lock on this folder; None where none has."""
    try:
        descriptor = os.open(folder / "lock", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        text = _said_in(descriptor)
        return int(text) if text.isdecimal() else None  # who has it briefly is no daemon
    finally:
        os.close(descriptor)
    return None


def _said_in(descriptor: int) -> str:
    return os.pread(descriptor, 32, 0).decode(errors="replace").strip()
