"""Whether a file has arrived whole: by the end mark of its own format."""

import os
import stat

from watcher.beneath import open_in
from watcher.recognition.formats import HEAD_BYTES, TAIL_BYTES, ends_whole
from watcher.records import Identity

_READ_WHOLE = 4096  # bytes


def is_whole(folder: int, name: bytes, identity: Identity) -> bool:
    """Say whether the format's own end mark is there. Opens nothing but regular files in that open folder.

    Raises FileNotFoundError where none is there, OSError where it may not be opened.
    """
    if identity.size == 0:
        return False
    descriptor = open_in(folder, name, os.O_RDONLY)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return False
        if identity.size <= _READ_WHOLE:  # one call for both ends
            data = os.pread(descriptor, identity.size, 0)
            return ends_whole(data[:HEAD_BYTES], data[-TAIL_BYTES:], identity.size)
        head = os.pread(descriptor, HEAD_BYTES, 0)
        tail = os.pread(descriptor, TAIL_BYTES, identity.size - TAIL_BYTES)
        return ends_whole(head, tail, identity.size)
    finally:
        os.close(descriptor)
