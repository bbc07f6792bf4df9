"""Draws the pictures that benchmarks read; of the small ones no two are alike."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from bench.photographs import DISTINCT, draw_photographs

# Longer sides of what people send, px, with how many of a hundred; the rest are 28×28.
_SIDES = ((64, 20), (200, 20), (500, 8), (1500, 2))
_BOX = 20  # px: the longer side of MNIST's digits


def draw_pictures(folder: Path, count: int, seed: int = 1) -> None:
    """`count` PNG files of 28×28, light on dark, wherever and however large the digit is: the whole way is needed."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(seed)
    for number in range(count):
        _write(folder, number, _digit(random, number, 28))


def draw_mnist_like(folder: Path, count: int, seed: int = 1) -> None:
    """`count` PNG files in the very form of MNIST: 28×28, box of 20 px, centred by mass."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(seed)
    for number in range(count):
        _write(folder, number, _in_mnists_form(_digit(random, number, 112)))


def draw_mixed(folder: Path, count: int, seed: int = 1) -> None:
    """`count` PNG files of the sizes that people send: half of 28×28, the rest up to 1,500 px, dark on light."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(seed)
    sides, weights = zip(*_SIDES, strict=True)
    shares = np.array([100 - sum(weights), *weights]) / 100
    for number in range(count):
        side = int(random.choice((28, *sides), p=shares))
        _write(folder, number, 255 - _digit(random, number, side))


def _digit(random: np.random.Generator, number: int, side: int) -> np.ndarray:
    unit = side / 28
    canvas = np.zeros((side, side), np.uint8)
    x, y = (round(v * unit) for v in random.uniform(4, 9, 2))
    size, thick = random.uniform(0.6, 0.9) * unit, max(1, round(random.uniform(1, 3) * unit))
    place = (x, round(17 * unit) + y)
    cv2.putText(canvas, str(number % 10), place, cv2.FONT_HERSHEY_SIMPLEX, size, 255, thick, cv2.LINE_AA)
    return canvas


def _in_mnists_form(large: np.ndarray) -> np.ndarray:
    left, top, width, height = cv2.boundingRect(large)
    scale = _BOX / max(width, height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(large[top : top + height, left : left + width], size, interpolation=cv2.INTER_AREA)
    small = np.rint(small * (255 / small.max())).astype(np.uint8)
    moments = cv2.moments(small)
    x, y = (min(max(round(14 - moments[m] / moments["m00"] - 0.5), 0), 8) for m in ("m10", "m01"))
    canvas = np.zeros((28, 28), np.uint8)
    canvas[y : y + small.shape[0], x : x + small.shape[1]] = small
    return canvas


def _write(folder: Path, number: int, canvas: np.ndarray) -> None:
    cv2.imwrite(str(folder / f"{number:07d}-{number % 10}.png"), canvas)


@dataclass(frozen=True)
class Kind:
    """title: in tables. draw: writes so many into a new folder. distinct: so many of them differ, at most."""

    title: str
    draw: Callable[[Path, int], None]
    distinct: int = 10_000


SMALL = {
    "mnist": Kind("MNIST's form, 28×28", draw_mnist_like),
    "drawn": Kind("drawn anyhow, 28×28", draw_pictures),
    "mixed": Kind("mixed, 28 to 1,500 px", draw_mixed),
}
KINDS = SMALL | {"photographs": Kind("photographs, 12 megapixels", draw_photographs, DISTINCT)}
