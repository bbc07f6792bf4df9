"""The seed corpus, made by code: every form of every format that is read, and some that are refused."""

import itertools
import struct
import zlib
from collections.abc import Iterator

import cv2
import numpy as np

from tests.unit.drawing import animated_png, chunk, digit, palette_png, png, rgba, tiff_of_pages, with_exif_orientation
from watcher.recognition.quiet import hushed

GREY = digit(5, side=28, width=2)
COLOUR = np.dstack([GREY, 255 - GREY, GREY // 2])
DEEP = GREY.astype(np.uint16) * 257


def seeds() -> dict[str, bytes]:
    """Name → bytes. The same in every run."""
    return dict(itertools.chain(_pngs(), _jpegs(), _tiffs(), _webps(), _bmps(), _pnms(), _foreign()))


def _written(pixels: np.ndarray, suffix: str, *options: int) -> bytes:
    with hushed:
        written, data = cv2.imencode(suffix, pixels, list(options))
    assert written, suffix
    return bytes(data.tobytes())


def _pngs() -> Iterator[tuple[str, bytes]]:
    for name, pixels in (("grey", GREY), ("colour", COLOUR), ("deep", DEEP), ("alpha", rgba(255 - GREY))):
        yield f"png-{name}", _written(pixels, ".png")
    yield "png-bits", _written((GREY > 127).astype(np.uint8) * 255, ".png", cv2.IMWRITE_PNG_BILEVEL, 1)
    yield "png-palette", palette_png(np.asarray(GREY > 127, np.uint8), [(0, 0, 0), (255, 255, 0)], b"\xff\0")
    yield "png-two-bits", png(8, 8, b"\0\x1b\xe4" * 8, depth=2)
    yield "png-grey-alpha", png(4, 4, b"\0" + b"\1\xff\xc8\x80\0\0\xff\xff" + (b"\2" + b"\1" * 8) * 3, colour=4)
    yield "png-text", png(4, 4, b"\0\1\2\3\4" * 4, extra=chunk(b"zTXt", b"k\0\0" + zlib.compress(b"text" * 9)))
    yield "png-key", png(4, 4, b"\0\1\2\3\4" * 4, extra=chunk(b"tRNS", b"\0\1"))
    yield "png-animated", animated_png(1)
    yield "png-animated-3", animated_png(3)
    head = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 1)
    widths, heights = (1, 1, 2, 2, 4, 4, 8), (1, 1, 1, 2, 2, 4, 4)  # Adam7's, for a side of eight
    rows = zlib.compress(b"".join((b"\0" + b"\7" * w) * h for w, h in zip(widths, heights, strict=True)))
    yield "png-interlaced", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _jpegs() -> Iterator[tuple[str, bytes]]:
    yield "jpeg-grey", _written(GREY, ".jpg")
    yield "jpeg-progressive", _written(COLOUR, ".jpg", cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    yield "jpeg-restarts", _written(COLOUR, ".jpg", cv2.IMWRITE_JPEG_RST_INTERVAL, 1)
    for turn in range(1, 9):
        yield f"jpeg-exif-{turn}", with_exif_orientation(_written(COLOUR, ".jpg"), turn)


def _tiffs() -> Iterator[tuple[str, bytes]]:
    kinds = {"none": 1, "lzw": 5, "deflate": 8, "packbits": 32773, "jpeg": 7, "adobe": 32946}
    for (name, number), (depth, pixels) in itertools.product(kinds.items(), (("grey", GREY), ("colour", COLOUR))):
        yield f"tiff-{name}-{depth}", _written(pixels, ".tiff", cv2.IMWRITE_TIFF_COMPRESSION, number)
    for name, pixels in (("deep", DEEP), ("alpha", rgba(255 - GREY)), ("float", GREY.astype(np.float32))):
        yield f"tiff-{name}", _written(pixels, ".tiff")
    yield "tiff-strips", _written(GREY, ".tiff", cv2.IMWRITE_TIFF_ROWSPERSTRIP, 3)
    yield "tiff-pages", tiff_of_pages(GREY, GREY)
    yield "tiff-tiles", _tiff("<", GREY, tile=16)
    yield "tiff-motorola", _tiff(">", GREY, tile=16)


def _tiff(order: str, grey: np.ndarray, tile: int) -> bytes:
    """A tiled grey TIFF by hand: tiles of `tile` px a side, in rows, each deflated."""
    padded = np.pad(grey, [(0, -side % tile) for side in grey.shape])
    blocks = padded.reshape(padded.shape[0] // tile, tile, -1, tile).swapaxes(1, 2).reshape(-1, tile, tile)
    packed = [zlib.compress(block.tobytes()) for block in blocks]
    starts = list(itertools.accumulate(map(len, packed), initial=8))
    *offsets, lists = starts
    height, width = grey.shape
    tags = (
        (256, 3, 1, width), (257, 3, 1, height), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 1), (277, 3, 1, 1),
        (284, 3, 1, 1), (322, 3, 1, tile), (323, 3, 1, tile), (324, 4, len(packed), lists),
        (325, 4, len(packed), lists + 4 * len(packed)),
    )  # fmt: skip
    body = b"".join(packed) + struct.pack(f"{order}{2 * len(packed)}I", *offsets, *map(len, packed))
    value = {3: order + "HHIH2x", 4: order + "HHII"}
    entries = b"".join(struct.pack(value[kind], tag, kind, count, what) for tag, kind, count, what in tags)
    magic = b"II*\0" if order == "<" else b"MM\0*"
    return (
        magic
        + struct.pack(order + "I", 8 + len(body))
        + body
        + struct.pack(order + "H", len(tags))
        + entries
        + bytes(4)
    )


def _webps() -> Iterator[tuple[str, bytes]]:
    yield "webp-lossy", _written(COLOUR, ".webp", cv2.IMWRITE_WEBP_QUALITY, 60)
    yield "webp-lossless", _written(COLOUR, ".webp", cv2.IMWRITE_WEBP_QUALITY, 101)
    yield "webp-alpha", _written(rgba(255 - GREY), ".webp", cv2.IMWRITE_WEBP_QUALITY, 60)
    for frames in (1, 3):
        yield f"webp-animated-{frames}", _animated_webp(frames)


def _animated_webp(frames: int) -> bytes:
    """Frames of one lossless picture each, in a canvas of their size."""
    lossless = _written(rgba(255 - GREY), ".webp", cv2.IMWRITE_WEBP_QUALITY, 101)
    lossless = lossless[lossless.index(b"VP8L") :]
    side = (GREY.shape[0] - 1).to_bytes(3, "little")
    frame = bytes(6) + side + side + b"\x64\0\0\0" + lossless
    parts = _riff(b"VP8X", b"\x12\0\0\0" + side + side) + _riff(b"ANIM", bytes(6)) + frames * _riff(b"ANMF", frame)
    return _riff(b"RIFF", b"WEBP" + parts)


def _riff(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def _bmps() -> Iterator[tuple[str, bytes]]:
    for name, pixels in (("grey", GREY), ("colour", COLOUR), ("alpha", rgba(255 - GREY))):
        yield f"bmp-{name}", _written(pixels, ".bmp")
    for bits, method in ((8, 1), (4, 2)):
        packed = b"\x04\x01\x04\0\0\0" * 8 + b"\0\1"
        head = struct.pack("<IiiHHIIiiII", 40, 8, 8, 1, bits, method, len(packed), 0, 0, 1 << bits, 0)
        colours = bytes(range(0, 256, 1 << (8 - bits))) * 4
        start = 14 + len(head) + len(colours)
        yield f"bmp-rle{bits}", b"BM" + struct.pack("<IHHI", start + len(packed), 0, 0, start) + head + colours + packed
    old = b"BM" + struct.pack("<IIIIHHHH", 26 + 24, 0, 26, 12, 2, 3, 1, 24) + bytes(range(24))
    yield "bmp-os2", old


def _pnms() -> Iterator[tuple[str, bytes]]:
    dark = " ".join(map(str, GREY[:8, :8].ravel()))
    yield "pnm-1", b"P1\n# by hand\n4 4\n" + b"1 0 0 1\n" * 4
    yield "pnm-2", f"P2\n8 8\n255\n{dark}\n".encode()
    yield "pnm-3", b"P3 2 2 15\n" + b"1 2 3 4 5 6\n" * 2
    yield "pnm-4", b"P4\n12 4\n" + b"\xa5\xf0" * 4
    yield "pnm-5", _written(GREY, ".pgm")
    yield "pnm-5-deep", b"P5\n4 4\n65535\n" + bytes(range(32))
    yield "pnm-6", _written(COLOUR, ".ppm")


def _foreign() -> Iterator[tuple[str, bytes]]:
    yield "foreign-gif", b"GIF89a\1\0\1\0\x80\0\0\xff\xff\xff\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
    yield "foreign-pdf", b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF"
    yield "foreign-heic", b"\0\0\0\x18ftypheic\0\0\0\0heicmif1"
    yield "foreign-pam", b"P7\nWIDTH 2\nHEIGHT 2\nDEPTH 1\nMAXVAL 255\nENDHDR\n1234"
    yield "foreign-bigtiff", b"II+\0\x08\0\0\0" + struct.pack("<Q", 16) + bytes(40)
    yield "foreign-exr", b"v/1\1\2\0\0\0" + bytes(60)
    yield "foreign-hdr", b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 2 +X 2\n" + bytes(16)
