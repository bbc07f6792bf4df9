"""Opening what lies in a folder, and nothing that a link in it points to."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def folder_beneath(root: bytes, folder: bytes) -> Iterator[int]:
    """A descriptor of a folder below `root`, b"" for root itself, open within the block.

    Folder by folder, without following links: somebody may swap one for a link between a look and a use.
    Raises FileNotFoundError where no such folder is there, or a link stands in its way.
    """
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in folder.split(b"/") if folder else []:
            inner = _open(part, os.O_RDONLY | os.O_DIRECTORY, descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


def open_beneath(root: bytes, path: bytes, flags: int) -> int:
    """Open a file below `root`; the caller closes it. Never waits for the other end of a FIFO.

    Raises FileNotFoundError where no such file is there, or a link stands in its place or in its way.
    """
    folder, _, name = path.rpartition(b"/")
    with folder_beneath(root, folder) as descriptor:
        return _open(name, flags | os.O_NONBLOCK, descriptor)


def _open(name: bytes, flags: int, folder: int) -> int:
    if name in (b"", b".", b".."):
        raise FileNotFoundError(errno.ENOENT, "no name of a file", os.fsdecode(name))
    try:
        return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise FileNotFoundError(errno.ENOENT, "a link, or no folder", os.fsdecode(name)) from error
        raise
