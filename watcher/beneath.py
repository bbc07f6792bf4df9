"""Opening what lies in a folder, and nothing that a link in it points to."""

import errno
import os
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

_MOST_OPEN = 16


class OpenFolders:
    """Folders below one root, each opened once, until the block ends: for many files that lie in few of them."""

    def __init__(self, root: bytes) -> None:
        self._root = root
        self._open: OrderedDict[bytes, int] = OrderedDict()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for descriptor in self._open.values():
            os.close(descriptor)
        self._open.clear()

    def at(self, folder: bytes) -> int:
        """A descriptor of a folder, b"" for root itself; good until so many others were asked for.

        Raises FileNotFoundError where no such folder is there, or a link stands in its way.
        """
        descriptor = self._open.get(folder)
        if descriptor is None:
            descriptor = self._open[folder] = _descend(self._root, folder)
            if len(self._open) > _MOST_OPEN:
                os.close(self._open.popitem(last=False)[1])
        return descriptor


@contextmanager
def folder_beneath(root: bytes, folder: bytes) -> Iterator[int]:
    """A descriptor of a folder below `root`, b"" for root itself, open within the block.

    Raises FileNotFoundError where no such folder is there, or a link stands in its way.
    """
    descriptor = _descend(root, folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def open_beneath(root: bytes, path: bytes, flags: int) -> int:
    """Open a file below `root`; the caller closes it. Never waits for the other end of a FIFO.

    Raises FileNotFoundError where no such file is there, or a link stands in its place or in its way.
    """
    folder, _, name = path.rpartition(b"/")
    with folder_beneath(root, folder) as descriptor:
        return open_in(descriptor, name, flags)


def open_in(folder: int, name: bytes, flags: int) -> int:
    """Like `open_beneath`, in a folder that is open."""
    return _open(name, flags | os.O_NONBLOCK, folder)


def _descend(root: bytes, folder: bytes) -> int:
    """Folder by folder, without following links: somebody may swap one for a link between a look and a use."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    for part in folder.split(b"/") if folder else []:
        try:
            inner = _open(part, os.O_RDONLY | os.O_DIRECTORY, descriptor)
        finally:
            os.close(descriptor)
        descriptor = inner
    return descriptor


def _open(name: bytes, flags: int, folder: int) -> int:
    if name in (b"", b".", b".."):
        raise FileNotFoundError(errno.ENOENT, "no name of a file", os.fsdecode(name))
    try:
        return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise FileNotFoundError(errno.ENOENT, "a link, or no folder", os.fsdecode(name)) from error
        raise
