"""What a picture file says of itself before any pixel is decoded: format, size, frames, and whether it is whole.

Sources: PNG (W3C, 3rd edition), JPEG (ITU T.81), WebP container (RFC 9649), BMP (BITMAPINFOHEADER), Netpbm's
pnm(5); for TIFF see tiff.py.
"""

import re
import struct
import zlib
from dataclasses import dataclass

from watcher.recognition.tiff import read_tiff
from watcher.recognition.verdict import Reason, Unreadable

# fmt: off
PICTURE_SUFFIXES = frozenset({
    ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".tif", ".tiff", ".webp", ".pgm", ".ppm", ".pbm", ".pnm",
})
# People drop these and expect an answer; they get a row with a hint.
DOCUMENT_SUFFIXES = frozenset({
    ".gif", ".heic", ".heif", ".avif", ".jp2", ".jxl", ".svg", ".ico", ".psd", ".pdf", ".doc", ".docx", ".odt", ".eps",
    ".ps", ".djvu", ".raw", ".dng", ".cr2", ".nef",
})
# fmt: on
HEAD_BYTES = 64
TAIL_BYTES = 12
# Far beyond what programs write. A decoder goes over the whole picture in each scan.
MOST_JPEG_PARTS = 10_000
MOST_JPEG_SCANS = 200

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
_JPEG_MARKER = re.compile(rb"\xff++([^\xff])", re.DOTALL)
# Comments may stand anywhere in the header: a '#' up to the end of its line. Possessive: what could be given back
# is kept, and megabytes of blanks make gigabytes of it.
_PNM_SIZE = re.compile(rb"P[1-6](?:\s|#[^\n]*+\n)++(\d{1,9})(?:\s|#[^\n]*+\n)++(\d{1,9})\s")
_FOREIGN = (
    (b"GIF8", "a GIF"), (b"%PDF", "a PDF"), (b"8BPS", "a Photoshop file"), (b"PK\x03\x04", "a ZIP or office file"),
    (b"<svg", "an SVG"), (b"<?xml", "an XML or SVG file"), (b"\0\0\0\x0cJXL ", "a JPEG XL"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000"), (b"\0\0\x01\0", "an icon"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Header:
    """Width and height in pixels as stored (before any EXIF rotation), and whether there is an alpha channel."""

    format: str
    width: int
    height: int
    frames: int = 1
    alpha: bool = False


def sniff(head: bytes) -> str | None:
    """Name the format by its first bytes, whatever the file is called; None where it is none that we read."""
    if head.startswith(_PNG):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"BM"):
        return "bmp"
    if head[:4] in (b"II*\0", b"MM\0*"):
        return "tiff"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if re.match(rb"P[1-6][\s#]", head):
        return "pnm"
    return None


def ends_whole(head: bytes, tail: bytes, size: int) -> bool:
    """Say whether the format's own end mark or length shows that the file is complete.

    head: its first HEAD_BYTES, tail: its last TAIL_BYTES. False also where the format cannot tell.
    """
    match sniff(head):
        case "png":
            return tail.endswith(_PNG_END)
        case "jpeg":
            return tail.endswith(b"\xff\xd9")
        case "bmp":
            return len(head) >= 6 and size == int.from_bytes(head[2:6], "little")
        case "webp":
            return size == int.from_bytes(head[4:8], "little") + 8
    return False


def read_header(data: bytes) -> Header:
    """Read the header of a whole file.

    Raises Unreadable: EMPTY_FILE, UNSUPPORTED_FORMAT, or CORRUPT where the header or the end is broken.
    """
    if not data:
        raise Unreadable(Reason.EMPTY_FILE, "the file has no bytes")
    kind = sniff(data[:HEAD_BYTES])
    if kind is None:
        raise Unreadable(Reason.UNSUPPORTED_FORMAT, f"this is {_foreign(data)}; save it as PNG or JPEG")
    try:
        header = _READERS[kind](data)
    except (struct.error, IndexError, ValueError) as error:
        raise Unreadable(Reason.CORRUPT, f"the {kind.upper()} header is broken") from error
    if header.width <= 0 or header.height <= 0:
        raise Unreadable(Reason.CORRUPT, f"the {kind.upper()} says {header.width} × {header.height} pixels")
    return header


def _foreign(data: bytes) -> str:
    for magic, name in _FOREIGN:
        if data.startswith(magic):
            return name
    if data[4:8] == b"ftyp":
        return "a HEIC, AVIF or video file"
    return "no picture format that is read here"


def _png(data: bytes) -> Header:
    width, height, _, colour = struct.unpack_from(">IIBB", data, 16)
    at, frames, alpha = len(_PNG), 1, colour in (4, 6)
    while True:
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise Unreadable(Reason.CORRUPT, "the PNG is cut off")
        if zlib.crc32(memoryview(data)[at + 4 : end - 4]) != struct.unpack_from(">I", data, end - 4)[0]:
            raise Unreadable(Reason.CORRUPT, f"the PNG's {name.decode('latin-1')!r} part fails its checksum")
        if name == b"acTL":
            frames = struct.unpack_from(">I", data, at + 8)[0]
        alpha = alpha or name == b"tRNS"
        if name == b"IEND":
            return Header("png", width, height, frames, alpha)
        at = end


def _jpeg(data: bytes) -> Header:
    at, header = 2, None
    for _ in range(MOST_JPEG_PARTS):
        if (begin := _JPEG_MARKER.match(data, at)) is None:
            raise ValueError("no marker")
        at, marker = begin.end(), begin[1][0]
        if marker == 0xDA:
            break
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 3)
            header = Header("jpeg", width, height)
        at += 0 if marker == 0x01 or 0xD0 <= marker <= 0xD7 else struct.unpack_from(">H", data, at)[0]
    if header is None:
        raise ValueError("pixels without a size")
    # Looked for from the pixels on: a thumbnail before them has an end mark too, and phones put films behind it.
    end = data.find(b"\xff\xd9", at)
    if end < 0:
        raise Unreadable(Reason.CORRUPT, "the JPEG is cut off: it has no end mark")
    if (scans := 1 + data.count(b"\xff\xda", at, end)) > MOST_JPEG_SCANS:
        raise Unreadable(Reason.TOO_LARGE, f"the JPEG is drawn in {scans:,} scans; the limit is {MOST_JPEG_SCANS}")
    return header


def _bmp(data: bytes) -> Header:
    if struct.unpack_from("<I", data, 14)[0] == 12:
        width, height = struct.unpack_from("<HH", data, 18)
        return Header("bmp", width, height)
    width, height = struct.unpack_from("<ii", data, 18)
    return Header("bmp", width, abs(height))


def _webp(data: bytes) -> Header:
    if len(data) < struct.unpack_from("<I", data, 4)[0] + 8:
        raise Unreadable(Reason.CORRUPT, "the WebP is cut off")
    kind = data[12:16]
    if kind == b"VP8X":
        flags = data[20]
        width, height = (1 + int.from_bytes(data[i : i + 3], "little") for i in (24, 27))
        frames = data.count(b"ANMF") if flags & 2 else 1
        return Header("webp", width, height, frames, bool(flags & 16))
    if kind == b"VP8L":
        bits = struct.unpack_from("<I", data, 21)[0]
        return Header("webp", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF), 1, bool(bits >> 28 & 1))
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return Header("webp", width & 0x3FFF, height & 0x3FFF)
    raise ValueError("unknown WebP chunk")


def _tiff(data: bytes) -> Header:
    first = read_tiff(data)
    return Header("tiff", first.width, first.height, first.pages, first.samples in (2, 4))


def _pnm(data: bytes) -> Header:
    match = _PNM_SIZE.match(data)
    if match is None:
        raise ValueError("no size")
    return Header("pnm", int(match[1]), int(match[2]))


_READERS = {"png": _png, "jpeg": _jpeg, "bmp": _bmp, "tiff": _tiff, "webp": _webp, "pnm": _pnm}
