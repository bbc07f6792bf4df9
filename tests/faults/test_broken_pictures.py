"""Fault 9 and 10: pictures that are broken, empty, something else, or larger than memory."""

import struct

import cv2
import numpy as np
import pytest

from tests.end_to_end.pictures import bomb_png, digit, encoded, png
from tests.end_to_end.place import Place


def two_pages() -> bytes:
    """A TIFF of two pages."""
    written, data = cv2.imencodemulti(".tiff", [digit(1), digit(2)])
    assert written
    return bytes(data)


def bomb_bmp() -> bytes:
    """A BMP of 54 bytes that claims 30,000 × 30,000 pixels."""
    return b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, 30_000, 30_000, 1, 24, 0, 0, 0, 0, 0, 0)


def flipped() -> bytes:
    """A PNG with one bit of its pixels changed: its checksum tells."""
    data = bytearray(png())
    data[len(data) // 2] ^= 4
    return bytes(data)


BROKEN = {
    "empty.png": (b"", "empty_file"),
    "text.png": (b"Dear Sir or Madam", "unsupported_format"),
    "animated.gif": (b"GIF89a" + bytes(100), "unsupported_format"),
    "letter.pdf": (b"%PDF-1.7\n%%EOF", "unsupported_format"),
    "half.png": (png()[:-300], "corrupt"),
    "half.jpg": (encoded(digit(3), ".jpg")[:-300], "corrupt"),
    "half.webp": (encoded(digit(3), ".webp")[:-50], "corrupt"),
    "half.pgm": (encoded(digit(3), ".pgm")[:40], "corrupt"),
    "flipped.png": (flipped(), "corrupt"),
    "header.png": (b"\x89PNG\r\n\x1a\n", "corrupt"),
    "header.jpg": (b"\xff\xd8\xff\xd9", "corrupt"),
    "header.bmp": (b"BM", "corrupt"),
    "header.tiff": (b"II*\0\xff\xff\xff\xff", "corrupt"),
    "pages.tiff": (two_pages(), "several_frames"),
    "paper.png": (encoded(np.full((100, 100), 250, np.uint8)), "blank"),
    "bomb.png": (bomb_png(30_000, 30_000), "too_large"),
    "bomb2.png": (bomb_png(2**31 - 1, 2**31 - 1), "too_large"),
    "bomb.bmp": (bomb_bmp(), "too_large"),
    "bomb.pgm": (b"P5 30000 30000 255\n", "too_large"),
}


def test_each_is_rejected_with_its_reason_and_the_others_are_read(place: Place) -> None:
    """One bad picture harms no other, whatever is wrong with it; its own row says what it was."""
    dropped = []
    for number, (name, (data, _)) in enumerate(BROKEN.items()):
        dropped += [place.drop(name, data), place.drop(f"good{number}.png", png(5, str(number)))]
    place.once()
    rows = {row["file"]: row for row in place.rows()}
    assert {name: reason for name, (_, reason) in BROKEN.items()} == {name: rows[name]["reason"] for name in BROKEN}
    assert {rows[name]["status"] for name in BROKEN} == {"unreadable"}
    assert {rows[name]["prediction"] for name in BROKEN} == {""}
    assert {rows[f"good{number}.png"]["prediction"] for number in range(len(BROKEN))} == {"5"}
    for name in BROKEN:
        reason = place.outbox / (rows[name]["archived_to"] + ".reason.txt")
        assert reason.read_text(encoding="utf-8").startswith(rows[name]["reason"] + ": ")
    place.assert_conserved(dropped)


def test_a_wrong_suffix_does_not_matter_where_it_is_a_picture(place: Place) -> None:
    """A JPEG called .png is read as what it is."""
    place.drop("really.png", encoded(digit(6), ".jpg"))
    place.once()
    row = place.row("really.png")
    assert row is not None
    assert (row["status"], row["prediction"]) == ("ok", "6")


@pytest.mark.parametrize("head", [b"", b"\x89PNG\r\n\x1a\n", b"II*\0\x08\0\0\0"])
def test_a_file_of_two_gigabytes_is_refused_unread(place: Place, head: bytes) -> None:
    """As a hole in the disk: its reader never holds more than max_bytes of it."""
    place.configure(reading={"max_bytes": 1_000_000})
    (place.inbox / "huge.png").write_bytes(head)
    with open(place.inbox / "huge.png", "r+b") as file:
        file.truncate(2**31)
    place.drop("good.png", png(5))
    place.once()
    rows = {row["file"]: row for row in place.rows()}
    assert rows["huge.png"]["reason"] == "too_large"
    assert rows["huge.png"]["sha256"] == ""  # that of its beginning would be a false one
    assert rows["good.png"]["prediction"] == "5"
    assert (place.outbox / rows["huge.png"]["archived_to"]).stat().st_size == 2**31
