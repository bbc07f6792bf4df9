"""watcher.recognition.stripes: print in stripes goes, the pen that crosses it stays."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawing import SEVEN, TWO, strokes

from watcher.recognition.ink import find_ink
from watcher.recognition.steps import ALL_STEPS
from watcher.recognition.stripes import without_stripes

SIDE = 48


def waves(period: float, degrees: float, bend: float = 0.0) -> np.ndarray:
    """Stripes between 0 and 1 on a square; `bend`: by how many px their middle sags."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    rows = rows + bend * np.sin(np.pi * columns / SIDE)
    along = np.sin(np.radians(degrees)) * columns + np.cos(np.radians(degrees)) * rows
    return (0.5 + 0.5 * np.sin(2 * np.pi * along / period)).astype(np.float32)


def pen(points: tuple[tuple[float, float], ...]) -> np.ndarray:
    """Soft strokes between 0 and 1 on a square."""
    drawn = strokes(points, SIDE - 16, 2, margin=8).astype(np.float32) / 255
    return np.asarray(cv2.GaussianBlur(drawn, (0, 0), 0.7), np.float32)


def on_print(points: tuple[tuple[float, float], ...], darkness: float, period: float, degrees: float) -> np.ndarray:
    """A cheque's crop: grey paper, stripes nearly as dark as the pen, some noise."""
    noise = np.random.default_rng(3).normal(0, 3, (SIDE, SIDE))
    ink = np.maximum(100 * pen(points), darkness * waves(period, degrees, bend=1.5))
    return np.clip(200 - ink + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("period", "degrees"), [(4.0, 0), (5.0, 10), (6.0, -12), (5.0, 80), (4.5, 40)])
def test_stripes_are_taken_out_of_the_contrast(period: float, degrees: float) -> None:
    """Most of their spread goes, whatever their direction; the pen keeps most of its contrast."""
    drawn = pen(SEVEN)
    striped = (100 * drawn + 40 * waves(period, degrees, bend=1.5)).astype(np.float32)
    plain = without_stripes(striped)
    paper, ink = drawn < 0.02, drawn > 0.7
    assert plain[paper].std() < 0.5 * striped[paper].std()
    assert plain[ink].mean() - plain[paper].mean() > 80


@pytest.mark.parametrize("points", [SEVEN, TWO])
@pytest.mark.parametrize(("period", "degrees"), [(5.5, 10), (6.0, -8)])
def test_a_digit_on_dark_stripes_is_found_without_them(
    points: tuple[tuple[float, float], ...], period: float, degrees: float
) -> None:
    """Print half as dark as the pen is ink to a threshold; taken away before, none of it is."""
    grey = on_print(points, 50, period, degrees)
    beside = cv2.dilate((pen(points) > 0.3).astype(np.uint8), np.ones((3, 3), np.uint8)) == 0
    found, striped = find_ink(grey), find_ink(grey, replace(ALL_STEPS, stripes=False))
    assert found is not None
    assert striped is not None
    on_strokes = cv2.resize(found.mask, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    assert cv2.resize(striped.mask, (SIDE, SIDE), interpolation=cv2.INTER_AREA)[beside].sum() > 100
    assert on_strokes[beside].sum() < 5
    assert on_strokes[pen(points) > 0.7].mean() > 0.9


def test_paper_without_stripes_stays_as_it_is() -> None:
    """Noise, plain paper and strokes have no beat."""
    noise = np.random.default_rng(5).normal(0, 5, (SIDE, SIDE)).astype(np.float32)
    for contrast in (noise, noise + 100 * pen(SEVEN), 100 * pen(TWO), np.zeros((SIDE, SIDE), np.float32)):
        assert without_stripes(contrast) is contrast


def test_three_strokes_of_a_small_digit_are_no_stripes() -> None:
    """A 5 of 24 px has three bars at one distance, and so has a 3 or an 8: too few to be print."""
    small = 100 * waves(7.5, 0)[:23, :24]
    assert without_stripes(small) is small


@pytest.mark.parametrize("shape", [(1, 1), (7, 90), (9, 9), (9, 128), (300, 300)])
def test_odd_shapes_do_not_break_it(shape: tuple[int, int]) -> None:
    """What is too small for stripes, or too large for such print, is left alone; nothing fails in between."""
    striped = np.zeros(shape, np.float32)
    striped[:, ::4] = 90
    plain = without_stripes(striped)
    assert plain.shape == shape
    assert np.isfinite(plain).all()
    if min(shape) < 8 or max(shape) > 128:
        assert plain is striped


LOADED_LATE = """
import sys
import cv2
import watcher.recognition.recogniser
from watcher.recognition.normalise import normalise
plain, striped = (cv2.imread(path, cv2.IMREAD_GRAYSCALE) for path in sys.argv[1:])
normalise(plain)
before = set(sys.modules)
normalise(striped)
print(*set(sys.modules) - before)
"""


def test_striped_print_loads_no_module(tmp_path: Path) -> None:
    """A reader that has looked at its first picture opens no files any more; numpy loads some parts when first used."""
    plain, striped = tmp_path / "plain.png", tmp_path / "striped.png"
    cv2.imwrite(str(plain), 255 - strokes(SEVEN, SIDE, 3))
    cv2.imwrite(str(striped), on_print(SEVEN, 50, 5.5, 10))
    command = [sys.executable, "-c", LOADED_LATE, str(plain), str(striped)]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout.split() == []
