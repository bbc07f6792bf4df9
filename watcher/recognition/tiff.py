"""What a TIFF says of itself (TIFF 6.0): size and samples of its first picture, and how many there are."""

import struct
from dataclasses import dataclass

from watcher.recognition.verdict import Reason, Unreadable

MOST_PAGES = 64  # counted no further
MOST_BITS = 16
# A decoder makes room for a whole tile, however small the picture. Tiles up to this many pixels are in use.
LARGEST_TILE = 1 << 22
_REDUCED, _WIDTH, _HEIGHT, _BITS, _SAMPLES = 254, 256, 257, 258, 277
_TILE_WIDTH, _TILE_HEIGHT, _SAMPLE_FORMAT = 322, 323, 339
_FLOAT = 3
_BYTES_OF = {1: 1, 3: 2, 4: 4}  # by type: BYTE, SHORT, LONG
# These have one value each, in place. Written in another way, a decoder may read another one than we do.
_SINGLE = frozenset((_REDUCED, _WIDTH, _HEIGHT, _SAMPLES, _TILE_WIDTH, _TILE_HEIGHT))

Tags = dict[int, int]


@dataclass(frozen=True, slots=True)
class First:
    """The page that is decoded: width and height in pixels, samples a pixel; and how many pages there are."""

    width: int
    height: int
    samples: int
    pages: int


def read_tiff(data: bytes) -> First:
    """Read the directories of a whole file.

    Raises Unreadable: UNSUPPORTED_FORMAT for samples that are not read, TOO_LARGE for tiles beyond reason; or
    struct.error, IndexError, ValueError where a directory is broken.
    """
    order = "<" if data[:2] == b"II" else ">"
    at, seen, pages = struct.unpack_from(order + "I", data, 4)[0], set[int](), list[Tags]()
    while at and at not in seen and len(seen) < MOST_PAGES:
        seen.add(at)
        tags, at = _directory(data, order, at)
        pages.append(tags)
    first = pages[0]
    _check_samples(first)
    width, height = first.get(_WIDTH, 0), first.get(_HEIGHT, 0)
    _check_tiles(first, width * height)
    # A reduced copy of another page is no page of its own; where it stands first, it is what is decoded.
    whole = sum(not tags.get(_REDUCED, 0) & 1 for tags in pages)
    return First(width, height, first.get(_SAMPLES, 1), max(1, whole))


def _directory(data: bytes, order: str, at: int) -> tuple[Tags, int]:
    """The first value of each tag, and where the next directory is."""
    count = struct.unpack_from(order + "H", data, at)[0]
    start, end = at + 2, at + 2 + 12 * count
    following = struct.unpack_from(order + "I", data, end)[0]
    name = "little" if order == "<" else "big"
    tags: Tags = {}
    for tag, kind, number, raw in struct.iter_unpack(order + "HHI4s", memoryview(data)[start:end]):
        if tag in _SINGLE and (number != 1 or kind not in _BYTES_OF):
            raise ValueError(f"tag {tag} has {number} values of type {kind}")
        if tag not in tags:  # of two the first counts, as in libtiff
            size = _BYTES_OF.get(kind, 4)
            if tag in (_BITS, _SAMPLE_FORMAT) and number * size > 4:  # one a sample, elsewhere
                where = int.from_bytes(raw, name)  # type: ignore[arg-type]
                raw = data[where : where + size]
            tags[tag] = int.from_bytes(raw[:size], name)  # type: ignore[arg-type]
    return tags, following


def _check_samples(tags: Tags) -> None:
    # Up to 24 bytes a pixel: refused before they are decoded, not after.
    bits = tags.get(_BITS, 1)
    if bits > MOST_BITS or tags.get(_SAMPLE_FORMAT) == _FLOAT:
        kind = "floating point" if tags.get(_SAMPLE_FORMAT) == _FLOAT else "integer"
        raise Unreadable(Reason.UNSUPPORTED_FORMAT, f"a TIFF with {bits}-bit {kind} samples; save it with 8 or 16 bits")


def _check_tiles(tags: Tags, pixels: int) -> None:
    if _TILE_WIDTH not in tags and _TILE_HEIGHT not in tags:
        return
    width, height = tags.get(_TILE_WIDTH, 0), tags.get(_TILE_HEIGHT, 0)
    if not width * height:
        raise ValueError("tiles of one side")
    if width * height > max(pixels, LARGEST_TILE):
        raise Unreadable(Reason.TOO_LARGE, f"a TIFF with tiles of {width} × {height} pixels, larger than the picture")
