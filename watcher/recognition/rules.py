"""Rules and frame lines in a mask of ink: thin, straight, and running from one rim to the other."""

import cv2
import numpy as np
from numpy.typing import NDArray

from watcher.recognition.paper import TINY
from watcher.recognition.threshold import Ink

Mask = NDArray[np.uint8]

# Of the picture's height or width.
THINNER_THAN = 0.12  # what a rule that strokes touch may be thick
MARGIN = 0.05  # what the digit leaves free on both sides, or the line may be its own bar or foot
AT_THE_END = 0.15  # how near the top or the bottom a rule lies that is told by how fine it is
FINER = 0.6  # of the strokes' width, in ink: no pen draws so thin or pale a bar or foot
MOST = 0.6  # of the ink, left, or lines are what was drawn
IN_ONE_PIECE = 0.5  # the share of the ink left that still hangs together, or the line held a digit together


def loose_lines(stats: NDArray[np.int32], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which components, by OpenCV's statistics of them, (n, 5), are rules or frame lines that no stroke touches."""
    height, width = shape
    w, h = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    rules = (w >= 0.95 * width) & (h <= 0.08 * height)
    frames = (h >= 0.99 * height) & (w <= 0.04 * width) & (width > 28)
    return np.asarray(rules | frames, np.bool_)


def without_joined_rules(ink: Ink) -> Mask:
    """The mask of the ink without rules that strokes touch; strokes that cross them stay whole."""
    mask = ink.mask
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
    bands = [
        (int(band[0]), int(band[-1]) + 1)
        for band in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
        if len(band) <= max(3.0, THINNER_THAN * height)
    ]
    rest = _without(mask, line, bands)
    if _digit_is_left(rest):
        return rest
    if max(mask.shape) <= TINY * ink.pixel:
        return mask
    finest = FINER * _stroke_width(rest)
    rest = _without(mask, line, [band for band in bands if _is_fine_rule(band, ink.strength * line, finest)])
    return rest if rest.sum() >= MOST * mask.sum() else mask


def _is_fine_rule(band: tuple[int, int], drawn: NDArray[np.float32], finest: float) -> bool:
    """Along the top or the bottom, of no more than `finest` px of full ink: whatever the digit is, no part of it."""
    (top, bottom), (height, width) = band, drawn.shape
    at_an_end = top <= AT_THE_END * height or bottom >= (1 - AT_THE_END) * height
    return bool(at_an_end and float(drawn[top:bottom].sum()) <= finest * width)


def _without(mask: Mask, line: Mask, bands: list[tuple[int, int]]) -> Mask:
    rest = mask.copy()
    for top, bottom in bands:
        _clear(rest, line, top, bottom)
    return rest


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


def _stroke_width(strokes: Mask) -> float:
    """Of a bar of width w the mean distance to the edge is w/4, half a pixel less than counted from outside."""
    inside = np.asarray(cv2.distanceTransform(strokes, cv2.DIST_L2, 3))
    drawn = inside[strokes > 0]
    return 4 * (float(drawn.mean()) - 0.5) if drawn.size else 0.0
