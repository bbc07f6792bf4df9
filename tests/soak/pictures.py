"""Many small pictures, each a file of its own, made faster than they are read."""

import struct
import zlib
from functools import cache

from tests.end_to_end.pictures import digit, encoded

_END = 12  # bytes of a PNG's last chunk


def picture(text: str) -> bytes:
    """A PNG of a digit, chosen by the text, which stands in a comment: equal texts are equal files."""
    plain = _plain(zlib.crc32(text.encode()) % 10)
    comment = b"tEXt" + b"Comment\0" + text.encode()
    chunk = struct.pack(">I", len(comment) - 4) + comment + struct.pack(">I", zlib.crc32(comment))
    return plain[:-_END] + chunk + plain[-_END:]


@cache
def _plain(number: int) -> bytes:
    return encoded(digit(number))
