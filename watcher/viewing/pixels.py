"""What a child says of one picture: pixels and a sentence, over a socket, and nothing that could be anything else.

From the parent: a length and the picture's bytes. From the child: a head with the sizes that follow, then the pixels of
the picture, the pixels that the network saw, and the sentence.
"""

import socket
import struct
import time
from typing import NamedTuple

SEEN_SIDE = 28
LONGEST_WHY = 1000  # bytes of the sentence
_LENGTH = struct.Struct("!Q")
_HEAD = struct.Struct("!HHHH")


class Pixels(NamedTuple):
    """grey: width × height uint8, row by row, b"" where there are none. seen: 28 × 28 uint8, or b""."""

    width: int = 0
    height: int = 0
    grey: bytes = b""
    seen: bytes = b""
    why: str = ""


def asked(data: bytes) -> tuple[bytes, bytes]:
    """What is sent to have a picture looked at."""
    return _LENGTH.pack(len(data)), data


def answer(pixels: Pixels) -> bytes:
    """What is sent back."""
    why = pixels.why.encode()[:LONGEST_WHY]
    head = _HEAD.pack(pixels.width, pixels.height, len(pixels.seen), len(why))
    return b"".join((head, pixels.grey, pixels.seen, why))


def read_asked(link: socket.socket) -> bytes:
    """The next picture that is to be looked at. Waits for it; raises EOFError when the parent is gone."""
    return _whole(link, _LENGTH.unpack(_whole(link, _LENGTH.size))[0])


def read_answer(link: socket.socket, longest: int, deadline: float) -> Pixels:
    """What the child says, at most so large, by a moment of the monotonic clock.

    Raises ValueError where it is not in due form, EOFError where the child is gone, TimeoutError.
    """
    width, height, seen, why = _HEAD.unpack(_whole(link, _HEAD.size, deadline))
    if max(width, height) > longest or seen not in (0, SEEN_SIDE**2) or why > LONGEST_WHY:
        raise ValueError("an answer that is larger than any picture")
    grey = _whole(link, width * height, deadline)
    return Pixels(
        width, height, grey, _whole(link, seen, deadline), _whole(link, why, deadline).decode(errors="replace")
    )


def _whole(link: socket.socket, length: int, deadline: float | None = None) -> bytes:
    """So many bytes. In one piece: what a child holds twice is memory that the picture lacks."""
    data = bytearray(length)
    view, begun = memoryview(data), 0
    while begun < length:
        if deadline is not None:
            link.settimeout(max(0.001, deadline - time.monotonic()))
        count = link.recv_into(view[begun:])
        if not count:
            raise EOFError
        begun += count
    return bytes(data)
