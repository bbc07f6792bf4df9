"""Draws test pictures and packs them into files, by OpenCV where it can and by hand where it cannot."""

import struct
import zlib

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

SEVEN = ((0.1, 0.05), (0.9, 0.05), (0.4, 0.95))  # x, y of a polyline in the unit square
TWO = ((0.1, 0.25), (0.3, 0.03), (0.7, 0.03), (0.9, 0.25), (0.1, 0.95), (0.9, 0.95))


def strokes(points: tuple[tuple[float, float], ...], side: int, width: int, margin: int = 0) -> Grey:
    """A polyline in a square of `side` px, light 255 on 0, with an empty margin around it."""
    canvas = np.zeros((side + 2 * margin,) * 2, np.uint8)
    line = np.array([[margin + x * (side - 1), margin + y * (side - 1)] for x, y in points]).round().astype(np.int32)
    return np.asarray(cv2.polylines(canvas, [line], False, 255, width), np.uint8)


def digit(number: int = 7, side: int = 200, ink: int = 0, paper: int = 255, width: int = 12) -> Grey:
    """A printed digit in the middle of a square of `side` px, (side, side) uint8."""
    canvas = np.full((side, side), paper, np.uint8)
    scale = side / 40
    (w, h), _ = cv2.getTextSize(str(number), cv2.FONT_HERSHEY_SIMPLEX, scale, width)
    corner = ((side - w) // 2, (side + h) // 2)
    return np.asarray(cv2.putText(canvas, str(number), corner, cv2.FONT_HERSHEY_SIMPLEX, scale, ink, width), np.uint8)


def encoded(pixels: NDArray[np.generic], suffix: str = ".png") -> bytes:
    """The pixels as a file of the format that the suffix names."""
    written, data = cv2.imencode(suffix, pixels)
    assert written
    return bytes(data.tobytes())


def chunk(name: bytes, data: bytes) -> bytes:
    """One part of a PNG, with its checksum."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, rows: bytes, *, depth: int = 8, colour: int = 0, extra: bytes = b"") -> bytes:
    """A PNG by hand. rows: with filter bytes; colour: 0 grey, 3 palette; extra: parts between header and pixels."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(rows, 9))
    return b"\x89PNG\r\n\x1a\n" + head + extra + pixels + chunk(b"IEND", b"")


def palette_png(indices: Grey, colours: list[tuple[int, int, int]], alphas: bytes = b"") -> bytes:
    """(h, w) uint8 indices and RGB colours → a PNG with a palette and, where given, transparent entries."""
    rows = b"".join(b"\0" + row.tobytes() for row in indices)
    extra = chunk(b"PLTE", bytes(value for colour in colours for value in colour))
    if alphas:
        extra += chunk(b"tRNS", alphas)
    return png(indices.shape[1], indices.shape[0], rows, colour=3, extra=extra)


def animated_png(frames: int) -> bytes:
    """A PNG that says it holds so many frames."""
    control = chunk(b"acTL", struct.pack(">II", frames, 0))
    return png(2, 2, b"\0\0\xff\0\xff\0", extra=control)


def bomb_png(side: int = 30_000) -> bytes:
    """A small file whose header promises side × side pixels."""
    return png(side, side, b"\0" * 64)


def with_exif_orientation(jpeg: bytes, orientation: int) -> bytes:
    """The JPEG with an EXIF part that says how it is turned (TIFF tag 274)."""
    tiff = b"II*\0" + struct.pack("<IHHHIII", 8, 1, 274, 3, 1, orientation, 0)
    body = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def tiff_of_pages(*pages: Grey) -> bytes:
    """One TIFF of several pages."""
    written, data = cv2.imencodemulti(".tiff", list(pages))
    assert written
    return bytes(data.tobytes())


def rgba(ink: Grey, colour: tuple[int, int, int] = (0, 0, 0)) -> NDArray[np.uint8]:
    """Strokes (255 where drawn) as (h, w, 4) uint8 in OpenCV's order, on a transparent ground."""
    picture = np.zeros((*ink.shape, 4), np.uint8)
    picture[..., :3] = colour
    picture[..., 3] = ink
    return picture
