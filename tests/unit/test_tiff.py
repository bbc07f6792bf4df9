"""watcher.recognition.tiff: the directories of a TIFF, before any pixel is decoded."""

import struct

import numpy as np
import pytest
from drawing import encoded, tiff_of_pages

from watcher.recognition.tiff import First, read_tiff
from watcher.recognition.verdict import Reason, Unreadable

GREY = np.zeros((20, 30), np.uint8)


def directory(*tags: tuple[int, int], following: int = 0, order: str = "<") -> bytes:
    """(tag, value) pairs of type LONG."""
    entries = b"".join(struct.pack(order + "HHII", tag, 4, 1, value) for tag, value in tags)
    return struct.pack(order + "H", len(tags)) + entries + struct.pack(order + "I", following)


def tiff(*tags: tuple[int, int], order: str = "<") -> bytes:
    """A TIFF of one directory and no pixels."""
    magic = b"II*\0" if order == "<" else b"MM\0*"
    return magic + struct.pack(order + "I", 8) + directory((256, 30), (257, 20), *tags, order=order)


def refusal(data: bytes) -> tuple[Reason, str]:
    with pytest.raises(Unreadable) as refused:
        read_tiff(data)
    return refused.value.reason, str(refused.value)


@pytest.mark.parametrize("order", ["<", ">"])
def test_both_byte_orders_are_read(order: str) -> None:
    """Intel's and Motorola's; a tag that is missing has its default."""
    assert First(30, 20, samples=1, pages=1) == read_tiff(tiff(order=order))


def test_pages_are_counted_to_a_limit() -> None:
    """A TIFF of two pages has two; one with directories of 65,535 tags each is counted no further than 64."""
    assert 2 == read_tiff(tiff_of_pages(GREY, GREY)).pages
    full, length = [(256, 30), (257, 20)] + 65_533 * [(700, 1)], 6 + 12 * 65_535
    many = b"".join(directory(*full, following=8 + (number + 1) * length) for number in range(3))
    assert 4 == read_tiff(b"II*\0" + struct.pack("<I", 8) + many + directory((256, 1), (257, 1))).pages
    chain = b"".join(directory((256, 1), following=8 + 18 * (number + 1)) for number in range(100))
    assert 64 == read_tiff(b"II*\0" + struct.pack("<I", 8) + chain).pages


def test_the_first_page_is_the_one_that_counts_even_a_reduced_one() -> None:
    """It is what is decoded: the limit on pixels must not be that of a page behind it."""
    behind = 8 + len(directory((254, 1), (256, 1), (257, 1)))
    first = directory((254, 1), (256, 20_000), (257, 20_000), following=behind)
    data = b"II*\0" + struct.pack("<I", 8) + first + directory((256, 2), (257, 2))
    assert First(20_000, 20_000, samples=1, pages=1) == read_tiff(data)


def test_of_two_equal_tags_the_first_counts() -> None:
    """As for libtiff, that decodes it."""
    assert 30 == read_tiff(tiff((256, 1))).width


@pytest.mark.parametrize(
    ("pixels", "says"),
    [(np.zeros((9, 9, 3), np.float32), "32-bit floating point"), (np.zeros((9, 9), np.float64), "64-bit floating")],
)
def test_samples_of_many_bytes_are_refused_before_they_are_decoded(pixels: np.ndarray, says: str) -> None:
    """Up to 24 bytes a pixel would be made room for, only to be refused then."""
    reason, message = refusal(encoded(pixels, ".tiff"))
    assert Reason.UNSUPPORTED_FORMAT == reason
    assert says in message


def test_a_tile_far_larger_than_its_picture_is_too_large() -> None:
    """A decoder makes room for a whole tile, here for a gigabyte in a file of 74 bytes."""
    assert Reason.TOO_LARGE == refusal(tiff((322, 32_768), (323, 32_768)))[0]
    assert 30 == read_tiff(tiff((322, 256), (323, 256))).width


def test_tiles_of_one_side_are_broken() -> None:
    """Without the other side a decoder took 600 MB for 2.5 kB."""
    for side in (322, 323):
        with pytest.raises(ValueError, match="one side"):
            read_tiff(tiff((side, 2352)))


@pytest.mark.parametrize(("kind", "number"), [(3, 2), (16, 1), (5, 1), (4, 0)])
def test_a_size_in_a_form_that_may_be_read_in_two_ways_is_broken(kind: int, number: int) -> None:
    """A size of several values, or of a type that lies elsewhere in the file, might pass here and be another there."""
    entry = struct.pack("<HHII", 322, kind, number, 16) + struct.pack("<HHII", 323, 4, 1, 16)
    with pytest.raises(ValueError, match="tag 322"):
        read_tiff(b"II*\0" + struct.pack("<IH", 8, 2) + entry + bytes(4))


@pytest.mark.parametrize("size", range(8, 38))
def test_a_directory_beyond_the_end_is_a_broken_one(size: int) -> None:
    """Cut off anywhere, it ends in one of the errors that mean so, or in nothing found."""
    with pytest.raises((struct.error, IndexError)):
        read_tiff(tiff()[:size])
