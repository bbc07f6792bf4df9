"""Ways to write digits that neither MNIST nor UniPen has enough of: drawn here by hand as curves, varied at each use.

A crossed zero, a 1 with a flag down to its foot, a 2 with a loop at its foot, a 4 like a bolt, a 5 whose bar floats,
a 7 with a bar through a long stem, a 9 with its stem on the left: whoever grew up with one of them takes it for the
plain form. Other digits get a share of plain forms, so that no style gives its digit away by being odd.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from train.pen import Random
from train.unipen import Strokes

WRITER = "drawn"  # of every sign made here

# Per digit its styles: points `x,y` from the upper left, about 70 wide and 100 high; `/` lifts the pen, `!` marks a
# corner, all other points are passed smoothly.
STYLES: dict[str, tuple[str, ...]] = {
    "0": (
        "38,2 8,20 4,60 28,98 56,80 62,35 38,2 / 70,5 35,52 0,96",
        "38,2 8,20 4,60 28,98 56,80 62,35 38,2 / 0,52 32,48 66,50",
        "38,2 8,20 4,60 28,98 56,80 62,35 40,4 20,12 24,30 40,26",
        "34,8 6,30 6,70 30,98 56,76 58,34 36,6 48,22 72,16",
        "44,14 8,28 2,64 30,92 74,88 92,52 70,20 42,14 34,2 50,0 48,16",
        "44,88 8,76 2,40 30,8 74,12 92,48 70,84 42,88 34,98 52,100 48,86",
        "40,4 10,20 2,55 14,90 40,96 60,70 60,30 44,4 20,2",
    ),
    "1": (
        "6,62 30,34 52,0! 50,50 46,100",
        "0,92 28,44 50,0! 50,55 48,100",
        "4,40 18,32 46,0! 46,50 44,100 / 18,100 44,98 74,100",
        "2,48 10,56 24,42 48,0! 44,55 36,100",
        "10,28 24,22 40,0! 34,50 24,100",
        "10,36 34,0! 34,60 36,88 48,98 62,90",
        "36,0 32,50 26,100",
    ),
    "2": (
        "6,24 20,2 50,6 54,30 36,62 10,90 2,82 14,74 40,90 72,92",
        "14,30 8,10 32,0 54,16 48,46 24,82 4,94 4,78 24,80 46,98 72,86",
        "26,26 12,22 18,4 46,4 52,28 34,60 12,92 0,86 12,76 40,94 70,88",
        "2,10 30,6 60,6! 34,50 2,96! 34,94 68,96",
        "4,22 26,0 52,14 44,44 4,98! 24,90 46,98 72,92",
        "20,34 6,20 26,0 52,14 48,40 26,68 6,90 0,78 14,68 36,88 66,96",
        "8,24 30,0 54,18 40,56 14,94 0,78 20,62 44,84 74,90",
    ),
    "3": (
        "4,4 30,4 58,2! 40,22 26,40! 54,46 58,74 36,98 4,90",
        "6,14 30,0 52,14 40,36 22,48 26,38 36,42 56,62 48,92 22,100 2,88",
        "10,24 4,12 26,0 50,12 42,36 24,46! 52,52 58,78 34,100 8,94 6,80",
    ),
    "4": (
        "34,0 20,30 2,60! 30,56 62,54 / 48,28 44,64 38,100",
        "40,0 24,34 6,58 18,62 66,50 / 52,40 46,70 42,98",
        "16,0 12,30 8,52 24,60 60,50 / 58,4 52,50 42,100",
        "44,0 18,40 4,66! 40,60 66,52! 56,46 48,70 42,100",
        "46,2 24,34 2,66! 34,66 72,66 / 50,10 48,56 46,100",
        "8,62 36,22 54,0! 50,50 46,100 / 8,62 40,60 72,58",
        "12,4 8,34 18,50 40,44 54,4! 50,50 40,98",
    ),
    "5": (
        "14,30 12,50! 40,44 56,64 44,92 18,98 0,90 / 22,10 44,8 66,2",
        "18,24 14,46! 46,42 58,68 40,96 2,92 / 24,0 48,2 70,0",
        "12,0 10,42! 40,36 58,62 44,94 18,100 2,90 / 14,2 40,0 68,2",
        "60,4 36,4 22,14 24,34 48,50 54,78 32,98 4,92",
        "16,12 10,48! 34,40 54,58 48,86 24,98 2,88 / 28,12 50,6 74,6",
        "66,0 20,2! 14,40! 44,40 56,66 40,96 4,94",
    ),
    "6": (
        "24,0 10,40 8,80 30,98 52,84 48,60 28,54 8,72",
        "36,4 10,40 4,72 22,98 50,94 60,66 40,48 14,58 8,70",
        "60,4 26,26 4,64 20,98 48,94 58,70 38,56 12,72",
        "58,6 42,4 32,24 8,46 6,80 32,98 58,80 56,50 34,38 12,48",
    ),
    "7": (
        "0,16 8,2 30,10 62,2! 44,50 30,100 / 16,54 38,50 62,48",
        "2,6 30,6 58,2! 40,44 30,100 / 8,48 34,46 66,40",
        "12,18 16,4 30,10 44,2! 36,50 26,100 / 8,56 32,52 58,48",
        "20,12 34,4 44,0! 38,50 26,100 / 6,60 34,54 62,48",
        "2,24 6,4! 30,6 60,0! 38,40 20,98",
        "4,4 34,6 60,2 58,18 34,60 24,100",
        "0,12 10,2 34,8 60,0! 46,40 34,70 24,100 / 20,46 36,58 56,44",
        "2,2 32,4 60,4! 36,52 22,100",
        "0,14 6,4 30,8 56,0! 40,50 34,84 44,100 56,90 / 10,52 58,46",
    ),
    "8": (
        "34,0 14,12 20,40 40,44 50,22 34,0 / 34,46 8,62 12,94 44,98 56,68 34,46",
        "56,14 36,0 12,14 24,44 48,66 40,96 10,92 14,64 40,44 66,4",
        "50,20 30,0 10,20 30,46 54,74 30,100 6,78 28,50 52,22 44,4",
        "62,2 20,8 12,30 44,56 52,84 26,100 6,80 26,54 50,34 58,14",
    ),
    "9": (
        "20,46 10,100! 16,40 20,4 50,0 58,24 40,44 18,42",
        "50,10 22,2 6,24 20,46 44,34 54,8! 50,54 40,84 14,100 0,88",
        "30,40 50,26 34,2 8,14 10,40 36,44 54,20 52,4! 46,60 36,100",
        "54,12 30,0 8,18 16,44 40,40 54,12! 52,60 48,100",
        "40,2 12,14 10,40 34,46 54,24 40,2 60,20 44,60 20,100",
    ),
}  # fmt: skip
_STRAY = 3.2  # of 100: standard deviation of each point
_BEND = 4.0  # the same, of what all points share with those next to them
_PER_SPAN = 12  # points drawn between two of the curve
_SCALE = 10.0  # UniPen's longer side has 1000


def drawn(random: Random) -> Strokes:
    """A digit in one of its styles, each digit as often; no two are alike."""
    label = str(random.integers(10))
    styles = STYLES[label]
    return sign(random, label, styles[random.integers(len(styles))])


def sign(random: Random, label: str, style: str) -> Strokes:
    """One style of STYLES as a pen might follow it."""
    return Strokes(label, WRITER, tuple(_line(random, stroke.split()) for stroke in style.split("/")))


def _line(random: Random, points: list[str]) -> NDArray[np.float32]:
    """One stroke (n, 2) float32 through points that stray; its curves break at corners."""
    places = np.array([[float(value) for value in point.rstrip("!").split(",")] for point in points])
    drift = random.normal(0, _BEND, (2, 2))
    along = np.linspace(0, 1, len(places))[:, None]
    places += random.normal(0, _STRAY, places.shape) + drift[0] * (1 - along) + drift[1] * along
    corners = [0, *(at for at, point in enumerate(points) if point.endswith("!")), len(points) - 1]
    spans = [curve(places[first : last + 1]) for first, last in pairwise(corners)]
    return (np.concatenate(spans) * _SCALE).astype(np.float32)


def curve(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """A smooth curve (m, 2) through points (n, 2), at least two (Catmull and Rom, 1974)."""
    if len(points) == 2:
        return points
    ends = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    before, start, end, after = (ends[at : len(ends) - 3 + at, None] for at in range(4))
    t = np.linspace(0, 1, _PER_SPAN, endpoint=False)[None, :, None]
    bends = 2 * start + (end - before) * t + (2 * before - 5 * start + 4 * end - after) * t**2
    curves = (bends + (3 * start - before - 3 * end + after) * t**3) / 2
    return np.concatenate([curves.reshape(-1, 2), points[-1:]])
