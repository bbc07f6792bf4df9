"""A box or a circle drawn around a digit, as forms have them and people draw them: told from a 0 by what is in it."""

import cv2
import numpy as np
from numpy.typing import NDArray

BAND = 0.15  # of its height and width: where the ink of a frame is, at each of its four sides
COVERED = 0.6  # of a side: a circle, or a box with gaps
STRAIGHT = 0.85  # of a side: a box
# Of the frame's longer side, what stands in it. Within a circle less may be the dot of a 0.
IN_A_BOX, IN_A_CIRCLE = 0.2, 0.3
ROUND = 0.8  # width by height, or height by width: a slimmer one is a 0 with a stroke in it
MOST_INK = 0.5  # of its box: more is a card, not a line around something


def frames(labels: NDArray[np.int32], stats: NDArray[np.int32], strokes: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which components are a frame around another one: at most one.

    labels: (h, w), by OpenCV. stats: (n, 5), of each component. strokes: (n,), those that are ink of a digit so far.
    """
    found = np.zeros(len(stats), np.bool_)
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    outer = int(np.where(strokes, np.maximum(width, height), 0).argmax())
    inner = _inside(stats, outer) & strokes
    if not inner.any() or stats[outer, cv2.CC_STAT_AREA] > MOST_INK * width[outer] * height[outer]:
        return found
    shorter, longer = sorted((int(width[outer]), int(height[outer])))
    share = np.maximum(width, height)[inner].max() / longer
    if share < IN_A_BOX:
        return found
    covered = _least_covered_side(labels, stats[outer], outer)
    circled = covered >= COVERED and share >= IN_A_CIRCLE and shorter >= ROUND * longer
    found[outer] = covered >= STRAIGHT or circled
    return found


def _inside(stats: NDArray[np.int32], outer: int) -> NDArray[np.bool_]:
    left, top, width, height, _ = stats.T
    across = (left > left[outer]) & (left + width < left[outer] + width[outer])
    down = (top > top[outer]) & (top + height < top[outer] + height[outer])
    return np.asarray(across & down, np.bool_)


def _least_covered_side(labels: NDArray[np.int32], stat: NDArray[np.int32], label: int) -> float:
    """The share of rows or columns that have ink of the component near its edge, at the side that has least."""
    left, top, width, height, _ = stat.tolist()
    mask = labels[top : top + height, left : left + width] == label
    rows, columns = max(1, round(BAND * height)), max(1, round(BAND * width))
    sides = (
        mask[:rows].any(axis=0),
        mask[-rows:].any(axis=0),
        mask[:, :columns].any(axis=1),
        mask[:, -columns:].any(axis=1),
    )
    return min(float(side.mean()) for side in sides)
