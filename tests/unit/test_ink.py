"""watcher.recognition.ink: ink is found whatever the paper, the light and the polarity."""

import cv2
import numpy as np
import pytest
from drawing import SEVEN, digit, strokes

from watcher.recognition.ink import LONGEST_SIDE, find_ink


def overlap(mask: np.ndarray, truth: np.ndarray) -> float:
    """Intersection over union."""
    return float((mask & truth).sum() / (mask | truth).sum())


DRAWN = (digit(5) < 128).astype(np.uint8)


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (255, 0), (90, 130), (130, 90), (200, 255), (40, 0)])
def test_either_polarity_and_weak_contrast(ink: int, paper: int) -> None:
    """Dark on light and light on dark give the same mask, also with little contrast."""
    found = find_ink(digit(5, ink=ink, paper=paper))
    assert found is not None
    assert overlap(found.mask, DRAWN) > 0.9
    assert (0.0, 1.0) == (found.strength.min(), found.strength.max())


def test_a_shadow_over_the_paper_is_no_ink() -> None:
    """Light that falls off across the page by half is taken away with the paper."""
    light = np.linspace(1.0, 0.5, 200)
    found = find_ink((digit(5) * light).astype(np.uint8))
    assert found is not None
    assert overlap(found.mask, DRAWN) > 0.85


@pytest.mark.parametrize("sigma", [3, 8])
def test_noise_is_no_ink(sigma: int) -> None:
    """A camera's noise alone is a blank picture; with a digit on it only the digit is ink."""
    noise = np.random.default_rng(1).normal(0, sigma, (200, 200))
    assert find_ink(np.clip(180 + noise, 0, 255).astype(np.uint8)) is None
    found = find_ink(np.clip(digit(5, ink=40, paper=200) + noise, 0, 255).astype(np.uint8))
    assert found is not None
    assert overlap(found.mask, DRAWN) > 0.8


@pytest.mark.parametrize("shade", [0, 1, 128, 255])
def test_one_shade_is_blank(shade: int) -> None:
    """Nothing is found where nothing is drawn."""
    assert find_ink(np.full((50, 40), shade, np.uint8)) is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 2), (5, 2000)])
def test_odd_shapes_do_not_break_it(shape: tuple[int, int]) -> None:
    """Pictures of one pixel, one line, or a ribbon, blank or with a dot."""
    assert find_ink(np.full(shape, 255, np.uint8)) is None
    dotted = np.full(shape, 255, np.uint8)
    dotted[0, 0] = 0
    find_ink(dotted)


def test_large_pictures_are_looked_at_smaller() -> None:
    """The longer side of what comes out has LONGEST_SIDE pixels at most, the aspect kept."""
    found = find_ink(cv2.resize(digit(5), (3000, 1500)))
    assert found is not None
    assert (LONGEST_SIDE // 2, LONGEST_SIDE) == found.mask.shape


def test_a_card_on_a_table_is_looked_into() -> None:
    """White paper photographed on a dark table: the digit on it is the ink, not the paper."""
    table = np.full((400, 400), 30, np.uint8)
    table[80:320, 100:300] = cv2.resize(255 - strokes(SEVEN, 120, 10, margin=40), (200, 240))
    found = find_ink(table)
    assert found is not None
    assert found.mask.shape[0] < 260
    assert found.mask.mean() < 0.2


def test_a_digit_cut_tightly_out_of_printed_paper_is_ink() -> None:
    """A small grey crop, half of it stroke, on paper as rough as a cheque's: contrast is low, but it hangs together."""
    rough = np.random.default_rng(3).normal(0, 12, (36, 36))
    drawn = cv2.GaussianBlur(strokes(SEVEN, 30, 5, margin=3), (0, 0), 1.0)
    found = find_ink(np.clip(190 - drawn * (80 / 255) + rough, 0, 255).astype(np.uint8))
    assert found is not None
    truth = cv2.resize((drawn > 128).astype(np.uint8), found.mask.shape[::-1], interpolation=cv2.INTER_NEAREST)
    assert overlap(found.mask, truth) > 0.55


def test_print_that_hangs_on_to_the_strokes_does_not_make_them_noise() -> None:
    """Slanting lines in the paper, paler than the pen, cross a small digit: its darker half is still in one piece."""
    rows, columns = np.mgrid[:44, :44]
    lines = 40 * np.cos(2 * np.pi * (rows + columns) / 7)
    drawn = cv2.GaussianBlur(strokes(SEVEN, 38, 5, margin=3), (0, 0), 1.0)
    assert find_ink(np.clip(190 - drawn * (100 / 255) - lines, 0, 255).astype(np.uint8)) is not None
    assert find_ink(np.clip(190 - lines, 0, 255).astype(np.uint8)) is None


@pytest.mark.parametrize("side", [16, 64, 200])
def test_light_alone_is_blank(side: int) -> None:
    """A page that darkens evenly from corner to corner has nothing drawn on it."""
    rows, columns = np.mgrid[:side, :side] / side
    assert find_ink((220 - 60 * rows - 40 * columns).astype(np.uint8)) is None


@pytest.mark.parametrize("side", [8, 16])
@pytest.mark.parametrize("dark", [False, True])
def test_a_tiny_picture_without_margin_is_ink(side: int, dark: bool) -> None:
    """Eight pixels a side, cut out tightly, of either polarity: the digit is still there."""
    drawn = cv2.resize(strokes(SEVEN, 64, 10, margin=0), (side, side), interpolation=cv2.INTER_AREA)
    found = find_ink(255 - drawn if dark else drawn)
    assert found is not None
    assert 0.1 < found.mask.mean() < 0.6


def test_a_dark_0_cut_tightly_is_ink_though_it_is_more_than_half() -> None:
    """Its ring fills 54 % of the crop and a good part of the rim: pens are dark, so the hole is not what was drawn."""
    crop = np.full((30, 36), 200, np.uint8)
    cv2.ellipse(crop, (18, 15), (15, 12), 0, 0, 360, 60, 5)
    noise = np.random.default_rng(2).normal(0, 4, crop.shape)
    found = find_ink(np.clip(cv2.GaussianBlur(crop, (0, 0), 1) + noise, 0, 255).astype(np.uint8))
    assert found is not None
    assert found.strength[found.strength.shape[0] // 2, found.strength.shape[1] // 2] < 0.2
    assert 0.5 < (crop < 200).mean() < 0.56
