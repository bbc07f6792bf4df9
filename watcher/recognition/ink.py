"""Grey picture → ink: how strongly each pixel is drawn on, whatever the paper, the light and the polarity."""

import cv2
import numpy as np
from numpy.typing import NDArray

from watcher.recognition.paper import contrast_with_paper
from watcher.recognition.steps import ALL_STEPS, Steps
from watcher.recognition.threshold import Ink, separate

__all__ = ["LONGEST_SIDE", "Ink", "find_ink"]

# Pictures are looked at with a longer side of SMALL_SIDE to LONGEST_SIDE pixels.
LONGEST_SIDE = 600
SMALL_SIDE = 64
CARD = 0.25  # of the picture, at least
SLIMMEST_CARD = 0.4  # width by height, or height by width
# Of its box: a card's ink, also at a slant; or, where a 0 cuts out its middle, its ink and what its outline holds.
FILLED, HALF_FILLED, SQUARE = 0.75, 0.45, 0.9


def find_ink(grey: NDArray[np.uint8], steps: Steps = ALL_STEPS) -> Ink | None:
    """Separate ink from paper in a (h, w) uint8 picture; None where nothing is drawn."""
    grey, pixel = _of_fitting_size(grey, steps.enlarging)
    for _ in range(3):  # a card on a table, a frame on the card
        ink = separate(contrast_with_paper(grey, pixel, steps), pixel, steps)
        if ink is None:
            return None
        card = _card_inside(ink) if steps.cards else None
        if card is None:
            return ink
        grey = grey[card]
    return ink


def _of_fitting_size(grey: NDArray[np.uint8], enlarging: bool) -> tuple[NDArray[np.uint8], int]:
    """At most LONGEST_SIDE, by area; at least SMALL_SIDE, by cubics, which make no stairs; and how large a pixel is."""
    longest = max(grey.shape)
    if longest > LONGEST_SIDE:
        size = tuple(max(1, round(side * LONGEST_SIDE / longest)) for side in reversed(grey.shape))
        return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8), 1
    if longest >= SMALL_SIDE or not enlarging:
        return grey, 1
    pixel = -(-SMALL_SIDE // longest)
    return np.asarray(cv2.resize(grey, None, fx=pixel, fy=pixel, interpolation=cv2.INTER_CUBIC), np.uint8), pixel


def _card_inside(ink: Ink) -> tuple[slice, slice] | None:
    """Where the "ink" is a filled card with something in it, the card's inside; else None."""
    if cv2.countNonZero(ink.mask) < CARD * ink.mask.size:
        return None
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink.mask, connectivity=4)
    if count < 2:
        return None
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    left, top, width, height, area = (int(value) for value in stats[largest])
    shorter, longer = sorted((width, height))
    if shorter < 16 * ink.pixel or shorter < SLIMMEST_CARD * longer:  # a bold 1 is no card
        return None
    box = width * height
    outlined = HALF_FILLED * box <= area < FILLED * box and _within_outline(np.asarray(labels), largest) >= SQUARE * box
    if area < CARD * ink.mask.size or not (area >= FILLED * box or outlined):
        return None
    inset_x, inset_y = max(1, width // 25), max(1, height // 25)
    return slice(top + inset_y, top + height - inset_y), slice(left + inset_x, left + width - inset_x)


def _within_outline(labels: NDArray[np.int32], label: int) -> float:
    """The area within the outline of a component, in px, with its holes."""
    outlines, _ = cv2.findContours((labels == label).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return max(cv2.contourArea(outline) for outline in outlines)
