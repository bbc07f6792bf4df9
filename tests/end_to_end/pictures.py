"""Pictures that tests draw: digits in every form a folder may hold, and files that are no whole picture."""

import struct
import zlib
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
_PNG_END = 12  # bytes of the IEND chunk


def digit(number: int, ink: int = 0, paper: int = 255) -> Image:
    """(120, 100) uint8 with one digit of a plotter font."""
    picture = np.full((120, 100), paper, np.uint8)
    cv2.putText(picture, str(number), (20, 95), cv2.FONT_HERSHEY_SIMPLEX, 3.2, ink, 9, cv2.LINE_AA)
    return picture


def encoded(picture: NDArray[np.generic], suffix: str = ".png") -> bytes:
    """The picture as a file of that kind."""
    written, data = cv2.imencode(suffix, picture)
    assert written
    return data.tobytes()


def png(number: int = 7, text: str = "") -> bytes:
    """A PNG of a digit; `text` stands in a comment, so that equal digits are different files."""
    data = encoded(digit(number))
    return data[:-_PNG_END] + _chunk(b"tEXt", b"Comment\0" + text.encode()) + data[-_PNG_END:]


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def palette_png(number: int) -> bytes:
    """A PNG whose pixels are places in a table of colours: 0 white, 1 dark blue."""
    picture = digit(number)
    height, width = picture.shape
    rows = b"".join(b"\0" + bytes(row) for row in (picture < 128).astype(np.uint8))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", bytes((255, 255, 255, 20, 20, 120))),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in parts)


def rotated_jpeg(number: int) -> bytes:
    """A JPEG stored lying on its side, whose EXIF says how to turn it upright."""
    lying = encoded(cv2.rotate(digit(number), cv2.ROTATE_90_COUNTERCLOCKWISE), ".jpg")
    # One tag in the first directory: orientation (274), a short (3), turn clockwise by 90° (6).
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 274, 3, 1, 6, 0, 0)
    exif = b"Exif\0\0" + tiff
    return lying[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + lying[2:]


def clear_png(number: int) -> bytes:
    """A PNG with alpha: black ink on nothing."""
    ink = 255 - digit(number)
    return encoded(np.dstack([np.zeros_like(ink)] * 3 + [ink]))


def bomb_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header claims a huge picture."""
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(1000))),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in parts)


# Every kind that people drop, by file name: what makes it for a digit.
KINDS: dict[str, Callable[[int], bytes]] = {
    "grey.png": lambda n: encoded(digit(n)),
    "colour.jpg": lambda n: encoded(cv2.cvtColor(digit(n), cv2.COLOR_GRAY2BGR), ".jpg"),
    "UPPER.JPEG": lambda n: encoded(digit(n), ".jpeg"),
    "windows.bmp": lambda n: encoded(digit(n), ".bmp"),
    "scan.tiff": lambda n: encoded(digit(n), ".tiff"),
    "web.webp": lambda n: encoded(digit(n), ".webp"),
    "plain.pgm": lambda n: encoded(digit(n), ".pgm"),
    "alpha.png": clear_png,
    "sixteen.png": lambda n: encoded(digit(n).astype(np.uint16) * 257),
    "palette.png": palette_png,
    "photo.jpg": rotated_jpeg,
    "board.png": lambda n: encoded(digit(n, ink=240, paper=15)),
    "pencil.png": lambda n: encoded(digit(n, ink=120, paper=225)),
}
