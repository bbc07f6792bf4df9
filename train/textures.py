"""Pictures with no sign in them: crumpled paper, cloth, skies, edges of things, as a camera gives them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from train.paper import Sheet, paper, recorded, ruled, shadow
from train.pen import Random


def texture(random: Random) -> NDArray[np.uint8]:
    """One such picture (h, w) uint8, 28 to 120 px a side."""
    shape = (int(random.integers(28, 121)), int(random.integers(28, 121)))
    draw = (_cloud, _edges, _blobs, _empty)[random.choice(4, p=[0.3, 0.25, 0.25, 0.2])]
    return recorded(random, draw(random, shape), random.uniform(0, 1.5), random.uniform(0, 12))


def _cloud(random: Random, shape: tuple[int, int]) -> Sheet:
    """Noise of several scales on top of each other."""
    sheet = np.full(shape, random.uniform(60, 200), np.float32)
    for side in (3, 6, 12, 24):
        grain = random.normal(0, random.uniform(0, 40), (side, side)).astype(np.float32)
        sheet += cv2.resize(grain, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return sheet


def _edges(random: Random, shape: tuple[int, int]) -> Sheet:
    """Flat areas that meet, as walls, tables and shadows do."""
    sheet = paper(random, shape, (60, 240))
    for _ in range(int(random.integers(2, 6))):
        points = (random.uniform(-0.5, 1.5, (int(random.integers(3, 6)), 2)) * shape[::-1]).astype(np.int32)
        cv2.fillPoly(sheet, [cv2.convexHull(points)], float(random.uniform(20, 250)))
    return shadow(random, sheet)


def _blobs(random: Random, shape: tuple[int, int]) -> Sheet:
    """Round things of any shade."""
    sheet = paper(random, shape, (60, 240))
    for _ in range(int(random.integers(4, 14))):
        middle = tuple(int(value) for value in random.uniform(0, 1, 2) * shape[::-1])
        axes = tuple(int(value) for value in random.uniform(2, 0.3 * min(shape) + 3, 2))
        cv2.ellipse(sheet, middle, axes, random.uniform(0, 180), 0, 360, float(random.uniform(20, 250)), -1)
    return sheet


def _empty(random: Random, shape: tuple[int, int]) -> Sheet:
    """Paper that nobody wrote on."""
    sheet = paper(random, shape)
    if random.random() < 0.5:
        sheet = ruled(random, sheet, random.uniform(5, 40), random.uniform(5, 60))
    return shadow(random, sheet) if random.random() < 0.4 else sheet
