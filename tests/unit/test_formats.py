"""watcher.recognition.formats: what a file says of itself, before any pixel is decoded."""

import struct
import subprocess
import sys

import numpy as np
import pytest
from drawing import animated_png, bomb_png, chunk, digit, encoded, png, rgba, strokes, tiff_of_pages

from watcher.recognition.formats import HEAD_BYTES, TAIL_BYTES, Header, ends_whole, read_header, sniff
from watcher.recognition.verdict import Reason, Unreadable

GREY = np.zeros((20, 30), np.uint8)
SELF_ENDING = (".png", ".jpg", ".bmp", ".webp")


def whole(data: bytes) -> bool:
    return ends_whole(data[:HEAD_BYTES], data[-TAIL_BYTES:], len(data))


def reason_of(data: bytes) -> tuple[Reason, str]:
    with pytest.raises(Unreadable) as refused:
        read_header(data)
    return refused.value.reason, str(refused.value)


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [(".png", "png"), (".jpg", "jpeg"), (".bmp", "bmp"), (".tiff", "tiff"), (".webp", "webp"), (".pgm", "pnm")],
)
def test_every_format_tells_its_size(suffix: str, kind: str) -> None:
    """Width and height are read from the header, whatever the file is called."""
    data = encoded(GREY, suffix)
    assert kind == sniff(data[:HEAD_BYTES])
    found = read_header(data)
    assert (kind, 30, 20, 1, False) == (found.format, found.width, found.height, found.frames, found.alpha)


@pytest.mark.parametrize("suffix", SELF_ENDING)
def test_an_end_mark_tells_a_whole_file_from_a_half_one(suffix: str) -> None:
    """A file is whole with its last byte and not with one less."""
    data = encoded(digit(), suffix)
    assert whole(data)
    assert not any(whole(data[:length]) for length in (1, 5, 20, len(data) // 2, len(data) - 1))


@pytest.mark.parametrize("data", [encoded(GREY, ".tiff"), encoded(GREY, ".pgm"), b"no picture", b"BM", b""])
def test_a_format_without_an_end_mark_cannot_tell(data: bytes) -> None:
    """Where the format cannot say that the file is whole, it is not said."""
    assert not whole(data)


@pytest.mark.parametrize(
    ("data", "alpha"),
    [
        (encoded(rgba(GREY)), True),
        (encoded(rgba(GREY), ".webp"), True),
        (encoded(rgba(GREY), ".tiff"), True),
        (encoded(np.zeros((4, 4, 3), np.uint8)), False),
        (png(2, 1, b"\0\0\1", extra=chunk(b"tRNS", b"\0\0")), True),
    ],
)
def test_alpha_is_seen(data: bytes, alpha: bool) -> None:
    """A header says whether there is an alpha channel or a transparent colour."""
    assert alpha == read_header(data).alpha


def test_frames_are_counted() -> None:
    """Pages of a TIFF and frames of an animated PNG; a reduced copy of a page is none of its own."""
    assert 2 == read_header(tiff_of_pages(GREY, GREY)).frames
    assert 3 == read_header(animated_png(3)).frames
    page = struct.pack("<HHHIIHHIII", 2, 256, 3, 1, 30, 257, 3, 1, 20, 38)
    reduced = struct.pack("<HHHIII", 1, 254, 4, 1, 1, 0)
    assert Header("tiff", 30, 20) == read_header(b"II*\0" + struct.pack("<I", 8) + page + reduced)


def test_a_tiff_whose_pages_point_at_each_other_ends() -> None:
    """Pages in a circle are counted once."""
    page = struct.pack("<HHHIIHHIII", 2, 256, 3, 1, 30, 257, 3, 1, 20, 8)
    assert 1 == read_header(b"II*\0" + struct.pack("<I", 8) + page).frames


def test_a_comment_in_a_netpbm_header_is_passed_over() -> None:
    """pnm(5) allows comments between the numbers."""
    assert Header("pnm", 3, 2) == read_header(b"P5\n# made by hand\n3 # wide\n2\n255\n......")


def test_a_bottom_up_bmp_has_a_positive_height() -> None:
    """BMPs may say a negative height; the old header has two bytes a side."""
    data = bytearray(encoded(GREY, ".bmp"))
    struct.pack_into("<i", data, 22, -20)
    assert Header("bmp", 30, 20) == read_header(bytes(data))
    assert Header("bmp", 3, 2) == read_header(b"BM" + struct.pack("<IIIIHHHH", 26, 0, 26, 12, 3, 2, 1, 8))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"GIF89a", "a GIF"),
        (b"%PDF-1.7", "a PDF"),
        (b"PK\x03\x04", "a ZIP or office file"),
        (b"\0\0\0\x18ftypheic", "a HEIC, AVIF or video file"),
        (b"<svg xmlns", "an SVG"),
        (b"hello", "no picture format that is read here"),
    ],
)
def test_a_known_foreign_format_is_named(data: bytes, says: str) -> None:
    """People are told what they dropped, and what to do."""
    reason, message = reason_of(data)
    assert Reason.UNSUPPORTED_FORMAT == reason
    assert f"this is {says}; save it as PNG or JPEG" == message


def test_no_bytes_are_an_empty_file() -> None:
    """A file of zero bytes has a reason of its own."""
    assert Reason.EMPTY_FILE == reason_of(b"")[0]


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_cut_off_file_is_corrupt(suffix: str, share: float) -> None:
    """The header reader finds that the end is missing."""
    data = encoded(digit(), suffix)
    assert Reason.CORRUPT == reason_of(data[: int(share * len(data))])[0]


@pytest.mark.parametrize(
    "data",
    [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xd9", b"BM", b"II*\0", b"RIFF\x04\0\0\0WEBPXXXX", b"P5 x", b"P5\n0 5\n255\n"],
)
def test_a_broken_header_is_corrupt(data: bytes) -> None:
    """Magic bytes with nonsense behind them never raise anything but Unreadable."""
    assert Reason.CORRUPT == reason_of(data)[0]


def test_a_flipped_bit_in_a_png_is_found() -> None:
    """Every part's checksum is looked at."""
    data = bytearray(encoded(digit()))
    data[60] ^= 1
    reason, message = reason_of(bytes(data))
    assert Reason.CORRUPT == reason
    assert "fails its checksum" in message


def test_a_bomb_shows_its_size_in_the_header() -> None:
    """30,000 × 30,000 pixels are seen without decoding one."""
    assert Header("png", 30_000, 30_000) == read_header(bomb_png())


def test_a_jpeg_may_have_a_film_behind_its_end() -> None:
    """Phones append megabytes after the end mark; the picture is whole all the same."""
    data = encoded(strokes(((0, 0), (1, 1)), 60, 4), ".jpg")
    assert Header("jpeg", 60, 60) == read_header(data + b"\0" * 100_000)


def test_the_end_mark_of_a_jpegs_thumbnail_does_not_count() -> None:
    """A cut-off photo whose embedded thumbnail is whole is cut off."""
    thumbnail = encoded(GREY, ".jpg")
    data = encoded(digit(), ".jpg")
    part = b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 2) + thumbnail
    assert Reason.CORRUPT == reason_of(data[:2] + part + data[2:-200])[0]


def test_a_jpeg_of_very_many_scans_is_too_large() -> None:
    """Each scan goes over the whole picture: 10 kB of them cost seconds. What lies behind the end does not count."""
    data = encoded(digit(), ".jpg")
    scan = b"\xff\xda\0\x08\1\1\0\1\x3f\1"
    assert Header("jpeg", 200, 200) == read_header(data + 1000 * scan)
    reason, message = reason_of(data[:-2] + 1000 * scan + data[-2:])
    assert (Reason.TOO_LARGE, "the JPEG is drawn in 1,001 scans; the limit is 200") == (reason, message)


@pytest.mark.parametrize("filling", [b"\xff\xe5\0\2", b"\xff\xd0", b"\xff\xff"])
def test_a_jpeg_of_millions_of_parts_is_corrupt(filling: bytes) -> None:
    """Its parts are counted to a limit; fill bytes are passed over at once."""
    assert Reason.CORRUPT == reason_of(b"\xff\xd8" + 5_000_000 * filling + b"\xff\xd9")[0]


@pytest.mark.parametrize("filling", [" ", "#\\n", "# long comment\\n"])
def test_blanks_in_a_netpbm_header_cost_no_memory(filling: str) -> None:
    """What a match could give back is kept, in gigabytes, unless the pattern gives nothing back."""
    program = (
        "import resource; from watcher.recognition.formats import read_header;"
        f"blanks = b'{filling}'; data = b'P5\\n' + 30_000_000 // len(blanks) * blanks + b'3 2\\n255\\n......';"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize();"
        "resource.setrlimit(resource.RLIMIT_AS, (used + (64 << 20),) * 2);"
        "assert 3 == read_header(data).width"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
