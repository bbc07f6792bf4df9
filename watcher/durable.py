"""System calls that make changes survive a power cut, and the one rename that never overwrites."""

import ctypes
import errno
import os
import platform
import sys
from collections.abc import Iterable
from contextlib import suppress

_libc = ctypes.CDLL(None, use_errno=True)
_RENAME_NOREPLACE = 1
# By number: glibc has the wrapper only since 2.28.
_RENAMEAT2 = {"x86_64": 316, "aarch64": 276}.get(platform.machine()) if sys.platform == "linux" else None

# These say that disk, mount or network fail, whatever the file. All other errors concern one file.
SURROUNDINGS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ESTALE, errno.ENOTCONN})


def concerns_all(error: OSError) -> bool:
    """Say whether an error means that the surroundings fail, so that work must pause."""
    return error.errno in SURROUNDINGS


def sync_filesystem(descriptor: int) -> None:
    """Write all of the filesystem's dirty data to disk: syncfs(2), or sync(2) where there is none."""
    if sys.platform != "linux":
        os.sync()
    elif _libc.syncfs(descriptor) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def sync_folders(folders: Iterable[bytes]) -> None:
    """Make renames in these folders durable."""
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def make_folders(top: bytes, folder: bytes, mode: int) -> None:
    """Make a folder and what is missing between it and `top`, durably.

    Raises FileNotFoundError where `top` is missing: it may be a disk that is not mounted. FileExistsError where
    a file is in the way.
    """
    missing = []
    while folder != top and not os.path.isdir(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    for path in reversed(missing):
        try:
            os.mkdir(path, mode)
        except FileExistsError:
            if not os.path.isdir(path):
                raise
    sync_folders(os.path.dirname(path) for path in missing)


def rename_new(source: bytes, target: bytes) -> None:
    """Rename without replacing; raises FileExistsError where the target exists."""
    if _RENAMEAT2 is not None:
        if _libc.syscall(_RENAMEAT2, -100, source, -100, target, _RENAME_NOREPLACE) == 0:
            return
        number = ctypes.get_errno()
        if number not in (errno.EINVAL, errno.ENOSYS):
            raise OSError(number, os.strerror(number), os.fsdecode(source), None, os.fsdecode(target))
    # Filesystems without the flag: a hard link fails just as safely where the target exists.
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        if not os.path.samestat(os.lstat(source), os.lstat(target)):
            raise
        # It was killed between the two calls the last time.
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP):
            raise
        # Neither the flag nor links, as on some FUSE file systems: a look before is all that can be had.
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), os.fsdecode(target)) from error
        os.rename(source, target)
        return
    os.unlink(source)


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of it, where write(2) takes less at once."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def write_durably(path: bytes, content: bytes, mode: int = 0o600) -> None:
    """Replace a small file as a whole, on disk when this returns: after a power cut, the old or the new one."""
    temporary = path + b".new"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    try:
        write_all(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.replace(temporary, path)
    sync_folders([os.path.dirname(path)])


def write_atomically(path: bytes, content: bytes, mode: int = 0o640) -> None:
    """Replace a small file as a whole: readers see the old or the new one. Not fsynced: for status files.

    mode: whatever the umask, where the file system knows modes.
    On a full disk there is no room for a second file: then the old one is written over, where it lies.
    """
    temporary = path + b".new"
    try:
        _write(temporary, content, os.O_CREAT | os.O_TRUNC, mode)
        os.replace(temporary, path)
    except OSError as error:
        with suppress(OSError):
            os.unlink(temporary)
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        _write(path, content, 0, mode)


def _write(path: bytes, content: bytes, flags: int, mode: int) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | flags, mode)
    try:
        if sys.platform == "linux":
            os.posix_fallocate(descriptor, 0, len(content))  # all of it or, where it does not fit, nothing
        with suppress(PermissionError):  # as FAT says of every mode but its own
            os.fchmod(descriptor, mode)
        write_all(descriptor, content)
        os.ftruncate(descriptor, len(content))
    finally:
        os.close(descriptor)
