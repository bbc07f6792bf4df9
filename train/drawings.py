"""Drawings of what is no digit, a function a kind.

Nothing here may look like a digit to a reader: no single vertical line (a 1), no ring (a 0), no half of
an 8 that leaves a 3.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from train.digits import Digits

Drawing = NDArray[np.uint8]  # (h, w), ink 255 on 0
Random = np.random.Generator
Draw = Callable[[Random, Digits], Drawing]

_SIDE = 64
_LETTERS = "AEFHKMNRWXaekmnwx#@&%$*"


def _paper() -> Drawing:
    return np.zeros((_SIDE, _SIDE), np.uint8)


def _points(random: Random, count: int) -> NDArray[np.int32]:
    return random.integers(4, _SIDE - 4, (count, 1, 2)).astype(np.int32)


def _pen(random: Random) -> int:
    return int(random.integers(1, 7))


def _noise(random: Random, _: Digits) -> Drawing:
    """Grain, fine or coarse, hard or soft."""
    side = int(random.integers(6, 40))
    grain = random.random((side, side)).astype(np.float32)
    if random.random() < 0.7:
        grain = (grain > random.uniform(0.5, 0.95)).astype(np.float32)
    way = cv2.INTER_NEAREST if random.random() < 0.5 else cv2.INTER_CUBIC
    return np.asarray(np.clip(cv2.resize(grain, (_SIDE, _SIDE), interpolation=way), 0, 1) * 255, np.uint8)


def _specks(random: Random, _: Digits) -> Drawing:
    """A few specks of dust on an empty sheet."""
    sheet = _paper()
    for x, y in _points(random, int(random.integers(3, 12)))[:, 0].tolist():
        cv2.circle(sheet, (x, y), int(random.integers(1, 4)), 255, -1)
    return sheet


def _scribble(random: Random, _: Digits) -> Drawing:
    """A long smooth stroke that crosses itself many times."""
    nodes = _points(random, int(random.integers(9, 22)))[:, 0].astype(np.float32)
    curve = cv2.resize(nodes, (2, len(nodes) * 8), interpolation=cv2.INTER_CUBIC).astype(np.int32)
    return _stroked(curve, random, closed=False)


def _zigzag(random: Random, _: Digits) -> Drawing:
    """A saw of at least four turns, lying or standing."""
    turns = int(random.integers(5, 12))
    along = np.linspace(5, _SIDE - 5, turns)
    across = np.where(np.arange(turns) % 2, random.uniform(8, 24), random.uniform(40, 56)) + random.normal(0, 2, turns)
    points = np.stack([along, across] if random.random() < 0.7 else [across, along], axis=1)
    return _stroked(points.astype(np.int32), random, closed=False)


def _star(random: Random, _: Digits) -> Drawing:
    """A star or a cross of strokes through one middle."""
    sheet, pen, middle = _paper(), _pen(random), _SIDE // 2
    turn, rays = random.uniform(0, np.pi), int(random.integers(3, 7))
    for ray in range(rays):
        angle = turn + np.pi * ray / rays
        dx, dy = (int(28 * part) for part in (np.cos(angle), np.sin(angle)))
        cv2.line(sheet, (middle - dx, middle - dy), (middle + dx, middle + dy), 255, pen)
    return sheet


def _grid(random: Random, _: Digits) -> Drawing:
    """Ruled lines: a hash, a table, or parallels; never one line alone unless it lies flat."""
    sheet, pen = _paper(), int(random.integers(1, 5))
    rows, columns = ((1, 0), (2, 0), (3, 0), (0, 3), (0, 4), (2, 2), (3, 2), (3, 3), (2, 3))[random.integers(9)]
    for y in np.linspace(14, 50, rows):
        cv2.line(sheet, (4, int(y)), (60, int(y + random.integers(-3, 4))), 255, pen)
    for x in np.linspace(14, 50, columns):
        cv2.line(sheet, (int(x), 4), (int(x + random.integers(-3, 4)), 60), 255, pen)
    return sheet


def _blob(random: Random, _: Digits) -> Drawing:
    """A filled patch, broad enough to be no 1."""
    sheet, middle = _paper(), (_SIDE // 2, _SIDE // 2)
    if random.random() < 0.5:
        wide, high = int(random.integers(16, 29)), int(random.integers(16, 29))
        cv2.ellipse(sheet, middle, (wide, high), int(random.integers(180)), 0, 360, 255, -1)
    else:
        hull = cv2.convexHull(_points(random, int(random.integers(5, 12))))
        cv2.fillPoly(sheet, [hull], 255)
    return sheet


def _tangle(random: Random, _: Digits) -> Drawing:
    """Many straight strokes, or an outline with many corners."""
    return _stroked(_points(random, int(random.integers(6, 14)))[:, 0], random, closed=random.random() < 0.5)


def _letter(random: Random, _: Digits) -> Drawing:
    """A letter or sign in a plotter's font, among those that resemble no digit."""
    sheet = _paper()
    sign = _LETTERS[int(random.integers(len(_LETTERS)))]
    font = int(random.choice([cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX]))
    cv2.putText(sheet, sign, (10, 50), font, 1.7, 255, int(random.integers(2, 6)))
    angle, slant = random.uniform(-12, 12), random.uniform(-0.25, 0.25)
    matrix = cv2.getRotationMatrix2D((_SIDE / 2, _SIDE / 2), angle, 1.0)
    matrix[0, 1] += slant
    return np.asarray(cv2.warpAffine(sheet, matrix, (_SIDE, _SIDE)), np.uint8)


def _several(random: Random, digits: Digits) -> Drawing:
    """Three to six digits in a row, or two rows of them."""
    rows = [_row(random, digits, int(random.integers(3, 6)))]
    if random.random() < 0.3:
        rows.append(_row(random, digits, rows[0].shape[1] // 20 + 1)[:, : rows[0].shape[1]])
        rows[1] = np.pad(rows[1], ((0, 0), (0, rows[0].shape[1] - rows[1].shape[1])))
    return np.concatenate(rows)


def _pair(random: Random, digits: Digits) -> Drawing:
    """Two digits side by side, neither a 1: those two could pass for one broken digit."""
    wide = np.flatnonzero(digits.labels != 1)
    left, right = (_cropped(digits.pictures[random.choice(wide)]) for _ in range(2))
    return np.concatenate([left, np.zeros((28, int(random.integers(0, 6))), np.uint8), right], axis=1)


def _row(random: Random, digits: Digits, count: int) -> Drawing:
    chosen = random.integers(len(digits), size=count)
    return np.concatenate([_cropped(digits.pictures[place]) for place in chosen], axis=1)


def _cropped(picture: Drawing) -> Drawing:
    columns = np.flatnonzero(picture.max(axis=0) > 40)
    return picture[:, max(columns[0] - 1, 0) : columns[-1] + 2]


def _overlaid(random: Random, digits: Digits) -> Drawing:
    """Three digits on top of each other, shifted."""
    sheet = np.zeros((40, 40), np.uint8)
    for place in random.integers(len(digits), size=3):
        y, x = random.integers(0, 13, 2)
        part = sheet[y : y + 28, x : x + 28]
        np.maximum(part, digits.pictures[place], out=part)
    return sheet


def _quarter_turned(random: Random, digits: Digits) -> Drawing:
    """A 3 or a 4 on its side, which is no other digit."""
    place = random.choice(np.flatnonzero((digits.labels == 3) | (digits.labels == 4)))
    return np.rot90(digits.pictures[place], int(random.choice([1, 3])))


def _stroked(points: NDArray[np.int32], random: Random, *, closed: bool) -> Drawing:
    sheet = _paper()
    cv2.polylines(sheet, [points.reshape(-1, 1, 2)], closed, 255, _pen(random))
    return sheet


# Each kind with its weight.
KINDS: tuple[tuple[Draw, float], ...] = (
    (_noise, 10), (_specks, 5), (_scribble, 18), (_zigzag, 6), (_star, 5), (_grid, 8), (_blob, 6),
    (_tangle, 8), (_letter, 14), (_several, 8), (_pair, 6), (_overlaid, 4), (_quarter_turned, 2),
)  # fmt: skip
