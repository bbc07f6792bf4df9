"""Whether a file has arrived whole: by the end mark of its own format."""

import os
import stat
from contextlib import suppress

from watcher.beneath import open_in
from watcher.recognition.formats import HEAD_BYTES, TAIL_BYTES, ends_whole
from watcher.records import Identity

READ_AHEAD = 1 << 20  # bytes of a file that the disk is asked for, before they are read
_READ_WHOLE = 4096  # bytes


def opened(folder: int, name: bytes, identity: Identity) -> int:
    """A descriptor of a file in that open folder, for `is_whole`; the disk begins to read it meanwhile.

    Raises FileNotFoundError where none is there, OSError where it may not be opened.
    """
    descriptor = open_in(folder, name, os.O_RDONLY)
    if hasattr(os, "posix_fadvise") and identity.size > 0:
        with suppress(OSError):  # of what is no file, as `is_whole` will see
            os.posix_fadvise(descriptor, 0, min(identity.size, READ_AHEAD), os.POSIX_FADV_WILLNEED)
    return descriptor


def is_whole(descriptor: int, identity: Identity) -> bool:
    """Say whether the format's own end mark is there. Reads nothing but regular files. Raises OSError."""
    if identity.size == 0 or not stat.S_ISREG(os.fstat(descriptor).st_mode):
        return False
    if identity.size <= _READ_WHOLE:  # one call for both ends
        data = os.pread(descriptor, identity.size, 0)
        return ends_whole(data[:HEAD_BYTES], data[-TAIL_BYTES:], identity.size)
    head = os.pread(descriptor, HEAD_BYTES, 0)
    tail = os.pread(descriptor, TAIL_BYTES, identity.size - TAIL_BYTES)
    return ends_whole(head, tail, identity.size)
