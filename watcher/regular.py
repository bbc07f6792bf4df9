"""The bytes of regular files, and of nothing else."""

import errno
import os
import stat


def regular_bytes(descriptor: int, max_bytes: int) -> tuple[bytes, os.stat_result]:
    """An open file's bytes, one more than allowed at most, and its state after reading.

    Raises OSError where it cannot be read: EINVAL where it is no regular file.
    """
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):
        raise OSError(errno.EINVAL, "not a regular file")
    pieces, left = [], max_bytes + 1
    # In one piece, unless it grows: joining takes the memory twice.
    while left and (piece := os.read(descriptor, min(left, max(before.st_size + 1, 1 << 16)))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces), os.fstat(descriptor)
