"""Rules and frame lines in a mask of ink: thin, straight, and running from one rim to the other."""

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]

# Of the picture's height or width.
THINNER_THAN = 0.12  # what a rule that strokes touch may be thick
MARGIN = 0.05  # what the digit leaves free on both sides, or the line may be its own bar or foot
IN_ONE_PIECE = 0.5  # the share of the ink left that still hangs together, or the line held a digit together


def loose_lines(stats: NDArray[np.int32], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which components, by OpenCV's statistics of them, (n, 5), are rules or frame lines that no stroke touches."""
    height, width = shape
    w, h = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    rules = (w >= 0.95 * width) & (h <= 0.08 * height)
    frames = (h >= 0.99 * height) & (w <= 0.04 * width) & (width > 28)
    return np.asarray(rules | frames, np.bool_)


def without_joined_rules(mask: Mask) -> Mask:
    """Leave out rules that strokes touch, of (h, w) uint8, 1 where it is drawn; strokes that cross them stay whole."""
    height, width = mask.shape
    if min(height, width) < 16 or not mask[:, 0].any() or not mask[:, -1].any():
        return mask
    # A slope of a pixel or two is bridged before the search for runs from rim to rim.
    bridged = cv2.dilate(mask, np.ones((3, 1), np.uint8))
    line = (
        np.asarray(cv2.morphologyEx(bridged, cv2.MORPH_OPEN, np.ones((1, int(0.9 * width)), np.uint8)), np.uint8) & mask
    )
    rows = np.flatnonzero(line.any(axis=1))
    if not rows.size:
        return mask
    rest = mask.copy()
    for band in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1):
        top, bottom = int(band[0]), int(band[-1]) + 1
        if bottom - top <= max(3.0, THINNER_THAN * height):
            _clear(rest, line, top, bottom)
    return rest if _digit_is_left(rest) else mask


def _clear(mask: Mask, line: Mask, top: int, bottom: int) -> None:
    """Take the line out between two rows, but where a stroke goes on above and below it."""
    near = np.ones((1, 3), np.uint8)
    above, below = mask[max(top - 1, 0)][None], mask[min(bottom, len(mask) - 1)][None]
    if top == 0 or bottom == len(mask):
        above = np.zeros_like(above)
    crossed = np.asarray(cv2.dilate(above, near), np.uint8) & np.asarray(cv2.dilate(below, near), np.uint8)
    mask[top:bottom][(line[top:bottom] > 0) & (crossed == 0)] = 0


def _digit_is_left(rest: Mask) -> bool:
    count, _, stats, _ = cv2.connectedComponentsWithStats(rest, connectivity=8)
    if count < 2:
        return False
    area = stats[1:, cv2.CC_STAT_AREA]
    left, _, width, _, largest = stats[1 + int(area.argmax())]
    free = MARGIN * rest.shape[1]
    return bool(left >= free and left + width <= rest.shape[1] - free and largest >= IN_ONE_PIECE * area.sum())
