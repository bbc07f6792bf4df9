"""watcher.recognition.decode: bytes → grey, whatever the format, within limits."""

import os
from contextlib import suppress

import cv2
import numpy as np
import pytest
from drawing import (
    SEVEN,
    animated_png,
    bomb_png,
    chunk,
    digit,
    encoded,
    palette_png,
    png,
    rgba,
    strokes,
    tiff_of_pages,
    with_exif_orientation,
)  # fmt: skip

from watcher.recognition.decode import Limits, decode, inspect, to_grey
from watcher.recognition.verdict import Reason, Unreadable

INK = strokes(SEVEN, 40, 4, margin=4)  # light on black


def reason_of(data: bytes) -> Reason:
    with pytest.raises(Unreadable) as refused:
        decode(data)
    return refused.value.reason


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tiff", ".pgm"])
def test_lossless_formats_come_back_to_the_bit(suffix: str) -> None:
    """Grey in, the same grey out."""
    assert np.array_equal(INK, decode(encoded(INK, suffix)))


@pytest.mark.parametrize("suffix", [".jpg", ".webp", ".png", ".ppm"])
def test_colour_formats_come_back_as_grey(suffix: str) -> None:
    """Three equal channels become one; lossy formats stay near."""
    found = decode(encoded(cv2.cvtColor(digit(), cv2.COLOR_GRAY2BGR), suffix)).astype(int)
    assert np.abs(found - digit()).mean() < 4


def test_transparent_ink_lies_on_paper_that_it_shows_on() -> None:
    """Black strokes on nothing get white paper, white strokes on nothing black."""
    assert np.array_equal(255 - INK, decode(encoded(rgba(INK, (0, 0, 0)))))
    assert np.array_equal(INK, decode(encoded(rgba(INK, (255, 255, 255)))))


def test_a_picture_that_is_clear_all_over_is_paper() -> None:
    """Nothing painted at all decodes to one shade."""
    assert 1 == len(np.unique(decode(encoded(rgba(np.zeros_like(INK))))))


def test_painted_paper_with_clear_corners_keeps_its_shade() -> None:
    """Where ink and paper are both painted, what is clear becomes paper, not ink."""
    card = np.dstack([digit()] * 3 + [np.full((200, 200), 255, np.uint8)])
    card[:20, :20, 3] = 0
    found = decode(encoded(card))
    assert 255 == found[5, 5]
    assert np.array_equal(digit()[30:], found[30:])


def test_a_palette_is_looked_up() -> None:
    """Indices are not taken for grey; a transparent entry is no ink."""
    indices = (INK > 0).astype(np.uint8)
    assert np.array_equal(255 - 255 * indices, decode(palette_png(indices, [(255, 255, 255), (0, 0, 0)])))
    assert np.array_equal(255 - 255 * indices, decode(palette_png(indices, [(9, 9, 9), (0, 0, 0)], b"\0\xff")))


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
def test_sixteen_bits_are_brought_to_eight_by_the_range_in_use(bits: int) -> None:
    """A scanner's 12 bits in a container of 16 are not left nearly black."""
    deep = (INK.astype(np.uint32) * ((1 << bits) - 1) // 255).astype(np.uint16)
    found = decode(encoded(deep)).astype(int)
    assert np.abs(found - INK).max() <= 1


def test_one_bit_pictures_are_read() -> None:
    """A PNG of one bit a pixel has 0 and 255."""
    assert [[255, 0, 255, 0, 255, 0, 255, 0]] == decode(png(8, 1, b"\0\xaa", depth=1)).tolist()


@pytest.mark.parametrize(("orientation", "turn"), [(1, 0), (3, 2), (6, -1), (8, 1)])
def test_a_photo_is_turned_as_exif_says(orientation: int, turn: int) -> None:
    """Orientation 6 is turned clockwise by 90°, as every viewer shows it."""
    jpeg = encoded(digit(), ".jpg")
    turned = np.rot90(decode(jpeg), turn)
    assert np.array_equal(turned, decode(with_exif_orientation(jpeg, orientation)))


def test_pale_ink_is_read_in_the_channel_that_shows_it() -> None:
    """Yellow on white has next to no luminance contrast; in the blue channel it is black on white."""
    paper = np.full((*INK.shape, 3), 255, np.uint8)
    paper[INK > 0] = (0, 255, 255)
    assert 0 == to_grey(paper).min()


def test_float_pixels_are_refused_with_what_to_do() -> None:
    """A TIFF of floating-point pixels has no range that could be guessed."""
    assert Reason.UNSUPPORTED_FORMAT == reason_of(encoded(INK.astype(np.float32), ".tiff"))


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".bmp", ".tiff", ".pgm"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_half_a_file_is_corrupt(suffix: str, share: float) -> None:
    """A cut-off picture is never taken for a whole one, in any format."""
    data = encoded(digit(), suffix)
    assert reason_of(data[: int(share * len(data))]) in (Reason.CORRUPT, Reason.UNSUPPORTED_FORMAT)


def test_limits_hold_before_anything_is_decoded() -> None:
    """Pixels and bytes beyond the limits are TOO_LARGE; the message names both numbers."""
    assert Reason.TOO_LARGE == reason_of(bomb_png())
    with pytest.raises(Unreadable, match="48 × 48 pixels; the limit is 2,303"):
        inspect(encoded(INK), Limits(max_pixels=48 * 48 - 1))
    assert 48 == inspect(encoded(INK), Limits(max_pixels=48 * 48)).width
    with pytest.raises(Unreadable, match=r"bytes; the limit is 10"):
        inspect(encoded(INK), Limits(max_bytes=10))


def test_several_frames_are_refused() -> None:
    """Two pages or an animation: which one was meant?"""
    assert Reason.SEVERAL_FRAMES == reason_of(tiff_of_pages(INK, INK))
    assert Reason.SEVERAL_FRAMES == reason_of(animated_png(2))


@pytest.mark.parametrize("seed", range(20))
def test_noise_behind_a_good_header_never_raises_anything_else(seed: int) -> None:
    """Random damage gives pixels or Unreadable, for every format."""
    random = np.random.default_rng(seed)
    for suffix in (".png", ".jpg", ".bmp", ".tiff", ".webp", ".pgm"):
        data = np.frombuffer(encoded(INK, suffix), np.uint8).copy()
        data[random.integers(12, len(data), 8)] = random.integers(0, 256, 8)
        with suppress(Unreadable):
            assert 2 == decode(data.tobytes(), Limits(max_pixels=1 << 20)).ndim


def test_a_broken_picture_writes_nothing_to_the_log(capfd: pytest.CaptureFixture[str]) -> None:
    """libpng writes a line for each part that it does not like: a million from one file."""
    parts = b"".join(chunk(b"zTXt", b"k\0\0broken") for _ in range(1000))
    decode(png(8, 8, (b"\0" + bytes(range(8))) * 8, extra=parts))
    with pytest.raises(Unreadable):
        decode(png(8, 8, b"\xff" * 72))
    os.write(2, b"stderr is back\n")
    assert "stderr is back\n" == capfd.readouterr().err
