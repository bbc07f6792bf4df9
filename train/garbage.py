"""Pictures that are no digit, drawn afresh: what the eleventh output learns to turn away.

Drawings are brought to MNIST's box whole, not by the normaliser that serves users: that one picks a
single digit out of a row, and a good digit must never be learnt as garbage.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from train.digits import Digits
from train.drawings import KINDS, Draw, Drawing, Random
from watcher.bars import each


def garbage(count: int, digits: Digits, seed: int) -> NDArray[np.uint8]:
    """`count` pictures uint8 (count, 28, 28), ink 255 on 0, that show no digit.

    `digits` lends the parts of those that are made of several or of spoilt digits.
    """
    random = np.random.default_rng(seed)
    weights = np.array([weight for _, weight in KINDS], float)
    pictures = np.empty((count, 28, 28), np.uint8)
    for place in each(range(count), "pictures", "draw garbage"):
        draw = KINDS[random.choice(len(KINDS), p=weights / weights.sum())][0]
        pictures[place] = _drawn(draw, random, digits)
    return pictures


def boxed(drawing: Drawing) -> Drawing:
    """The drawing in MNIST's form, uint8 (28, 28): longer side 20 px, centre of mass in the middle.

    Raises ValueError where there is no ink.
    """
    rows, columns = (np.flatnonzero(drawing.max(axis=axis) > 40) for axis in (1, 0))
    if not len(rows):
        raise ValueError("no ink")
    tight = drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    size = tuple(max(1, round(side * 20 / max(tight.shape))) for side in reversed(tight.shape))
    small = cv2.resize(tight, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    small *= 255 / small.max()
    sheet = np.zeros((28, 28), np.uint8)
    total = small.sum()
    y, x = (
        14 - float((small.sum(axis=1 - axis) * (np.arange(small.shape[axis]) + 0.5)).sum() / total) for axis in (0, 1)
    )
    top, left = (int(np.clip(round(at), 0, 28 - side)) for at, side in zip((y, x), small.shape, strict=True))
    sheet[top : top + small.shape[0], left : left + small.shape[1]] = small
    return sheet


def _drawn(draw: Draw, random: Random, digits: Digits) -> Drawing:
    while True:
        try:
            return boxed(draw(random, digits))
        except ValueError:
            continue  # a sheet that stayed empty: the normaliser turns those away before the network
