"""Broken pictures, each made again by its number: bits, lengths and parts changed as the format has them."""

import random
import re
import struct
import zlib
from collections.abc import Callable

from tests.fuzz.seeds import seeds

EXTREMES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0xFFFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
LONGEST = 1 << 16  # bytes

Mutation = Callable[[random.Random, bytearray], None]


class Mutator:
    """A stream of broken pictures: `picture(n)` is the same bytes in every run."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._corpus = sorted(seeds().items())

    def picture(self, number: int) -> tuple[str, bytes]:
        """The name of the seed that it is made of, and the bytes."""
        dice = random.Random(f"{self._seed}/{number}")
        name, data = dice.choice(self._corpus)
        return name, self.broken(dice, name.partition("-")[0], data)

    def broken(self, dice: random.Random, kind: str, data: bytes) -> bytes:
        """The bytes with one to eight changes, of any kind or of the format's own."""
        own = _OF_FORMAT.get(kind, ())
        fitting = [*_ANY, self._cross_over, *own, *own, *own]
        changed = bytearray(data)
        for _ in range(dice.choice((1, 1, 2, 3, 5, 8))):
            dice.choice(fitting)(dice, changed)
        return bytes(changed[:LONGEST])

    def _cross_over(self, dice: random.Random, data: bytearray) -> None:
        other = dice.choice(self._corpus)[1]
        data[_at(dice, data) :] = other[dice.randrange(len(other)) :]


def _at(dice: random.Random, data: bytearray) -> int:
    """A position, twice as often near the beginning."""
    return dice.randrange(min(len(data), dice.choice((64, 4096, 1 << 20))) or 1)


def _flip(dice: random.Random, data: bytearray) -> None:
    for _ in range(dice.choice((1, 1, 4, 32))):
        if data:
            data[_at(dice, data)] ^= 1 << dice.randrange(8)


def _overwrite(dice: random.Random, data: bytearray) -> None:
    at = _at(dice, data)
    data[at : at + 4] = dice.randbytes(dice.randrange(1, 5))


def _extreme(dice: random.Random, data: bytearray) -> None:
    at, size = _at(dice, data), dice.choice((1, 2, 4))
    value = dice.choice(EXTREMES) & (1 << 8 * size) - 1
    data[at : at + size] = value.to_bytes(size, dice.choice(("little", "big")))


def _remove(dice: random.Random, data: bytearray) -> None:
    at = _at(dice, data)
    del data[at : at + dice.choice((1, 2, 16, 256))]


def _repeat(dice: random.Random, data: bytearray) -> None:
    at, length = _at(dice, data), dice.choice((1, 4, 64, 512))
    data[at:at] = data[at : at + length] * dice.choice((1, 2, 16, 64))


def _cut(dice: random.Random, data: bytearray) -> None:
    del data[_at(dice, data) :]


def _append(dice: random.Random, data: bytearray) -> None:
    data += dice.choice((bytes(64), dice.randbytes(64), bytes(data)))


def _png_part(dice: random.Random, data: bytearray) -> None:
    """Change, double, drop or move one part, and put its checksum right: what a flipped bit cannot do."""
    parts = [(m.start() - 4, m[0]) for m in re.finditer(rb"IHDR|PLTE|IDAT|tRNS|acTL|fcTL|fdAT|zTXt|IEND", data)]
    if not parts:
        return
    at, name = dice.choice(parts)
    (length,) = struct.unpack_from(">I", data, at) if at >= 0 else (0,)
    body = bytearray(data[at + 8 : at + 8 + length])
    if name == b"IDAT" and dice.random() < 0.5:
        body = bytearray(_recompressed(dice, body))
    else:
        dice.choice((_flip, _extreme, _extreme, _repeat, _remove))(dice, body)
    name = dice.choice((name, name, name, b"fcTL", b"fdAT", b"eXIf", b"iCCP", b"sBIT", b"PLTE"))
    part = struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    data[at : at + 12 + length * dice.choice((0, 1, 1, 1))] = part * dice.choice((1, 1, 1, 2))


def _recompressed(dice: random.Random, body: bytearray) -> bytes:
    try:
        rows = bytearray(zlib.decompress(body))
    except zlib.error:
        return bytes(body)
    dice.choice((_flip, _remove, _repeat, _append))(dice, rows)
    return zlib.compress(rows)


def _jpeg_marker(dice: random.Random, data: bytearray) -> None:
    marks = [m.start() for m in re.finditer(rb"\xff[\xc0-\xfe]", data)]
    if not marks:
        return
    at = dice.choice(marks)
    match dice.randrange(4):
        case 0:
            data[at + 1] = dice.randrange(0xC0, 0xFF)
        case 1:
            data[at + 2 : at + 4] = struct.pack(">H", dice.choice(EXTREMES) & 0xFFFF)
        case 2:
            field = at + dice.randrange(4, 20)
            data[field : field + 1] = bytes([dice.choice((0, 1, 2, 3, 4, 8, 12, 0x11, 0x44, 0xFF))])
        case _:
            other = dice.choice(marks)
            data[other:other] = data[at : at + dice.choice((4, 20, 200))]


def _tiff_tag(dice: random.Random, data: bytearray) -> None:
    order = "<" if data[:2] == b"II" else ">"
    if len(data) < 8:
        return
    (at,) = struct.unpack_from(order + "I", data, 4)
    if at + 2 > len(data):
        return
    (count,) = struct.unpack_from(order + "H", data, at)
    entry = at + 2 + 12 * dice.randrange(min(count, 40) + 1)
    tags = (254, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 284, 317, 322, 323, 324, 325, 330, 338, 339)
    small = dice.choice((0, 1, 2, 3, 4, 5, 7, 8, 16, 17, 28, 32, 64, 32773, 32946, 34712, 50000, len(data), at))
    match dice.randrange(4):
        case 0:
            changed = struct.pack(order + "H", dice.choice(tags))
        case 1:
            entry, changed = entry + 2, struct.pack(order + "H", dice.randrange(20))
        case 2:
            entry, changed = entry + 4, struct.pack(order + "I", dice.choice((*EXTREMES, 3, 4, 28)))
        case _:
            entry, changed = entry + 8, struct.pack(order + "I", dice.choice((*EXTREMES, *[small] * 14)))
    data[entry : entry + len(changed)] = changed


def _number_in_text(dice: random.Random, data: bytearray) -> None:
    numbers = list(re.finditer(rb"\d+", data[:64]))
    if numbers:
        found = dice.choice(numbers)
        filling = (b"0", b"-1", b"7", b"65535", b"65536", b"99999", b"999999999", b"1e9", b"#\n3", b" " * 300)
        data[found.start() : found.end()] = dice.choice(filling)


def _riff_length(dice: random.Random, data: bytearray) -> None:
    """Change something within, and say the right length of the whole again."""
    _extreme(dice, data)
    data[4:8] = struct.pack("<I", max(0, len(data) - 8))


_ANY: tuple[Mutation, ...] = (_flip, _overwrite, _extreme, _remove, _repeat, _cut, _append)
_OF_FORMAT: dict[str, tuple[Mutation, ...]] = {
    "png": (_png_part, _png_part),
    "jpeg": (_jpeg_marker, _jpeg_marker),
    "tiff": (_tiff_tag, _tiff_tag),
    "pnm": (_number_in_text,),
    "webp": (_riff_length, _riff_length),
}
