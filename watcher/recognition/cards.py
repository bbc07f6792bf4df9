"""Where the paper that was written on ends within the picture: a sheet on a table, a sticker, a box drawn around."""

import cv2
import numpy as np
from numpy.typing import NDArray

from watcher.recognition.threshold import Ink

CARD = 0.25  # of the picture, at least
SLIMMEST_CARD = 0.4  # width by height, or height by width
# Of its box: a card's ink, also at a slant; or, where a 0 cuts out its middle, its ink and what its outline holds.
FILLED, HALF_FILLED, SQUARE = 0.75, 0.45, 0.9
# A sheet is looked for on a picture of at most this side, and not on smaller ones than that.
_SIDE, _LEAST_SIDE = 160, 64
# Of the picture; and of its box, what its outline holds: no bow or loop of a digit is so square.
SHEET, STRAIGHT = 0.12, 0.93

Part = tuple[slice, slice]


def sheet_inside(grey: NDArray[np.uint8]) -> Part | None:
    """The inside of a rectangle of one of two shades (Otsu 1979) that reaches no rim of (h, w) uint8; else None.

    Light on dark it is a sheet, or what a drawn box holds; dark on light a sticker. Whether anything is written on it,
    or it is the inside of a very square 0, is not looked at.
    """
    if min(grey.shape) < _LEAST_SIDE:
        return None
    scale = min(1.0, _SIDE / max(grey.shape))
    small = grey if scale == 1 else cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, light = cv2.threshold(small, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    boxes = [box for shade in (light, 1 - light) if (box := _rectangle(np.asarray(shade, np.uint8))) is not None]
    if not boxes:
        return None
    left, top, width, height = (round(length / scale) for length in max(boxes, key=lambda box: box[2] * box[3]))
    return _inset(left, top, width, height)


def card_inside(ink: Ink) -> Part | None:
    """Where the "ink" is a filled card with something in it, the card's inside; else None."""
    if cv2.countNonZero(ink.mask) < CARD * ink.mask.size:
        return None
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink.mask, connectivity=4)
    if count < 2:
        return None
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    left, top, width, height, area = (int(value) for value in stats[largest])
    if min(width, height) < 16 * ink.pixel or _slim(width, height):  # a bold 1 is no card
        return None
    box = width * height
    outlined = HALF_FILLED * box <= area < FILLED * box and _within_outline(np.asarray(labels), largest) >= SQUARE * box
    if area < CARD * ink.mask.size or not (area >= FILLED * box or outlined):
        return None
    return _inset(left, top, width, height)


def _rectangle(shade: NDArray[np.uint8]) -> tuple[int, int, int, int] | None:
    """Left, top, width and height of the largest component that reaches no rim, where that is a rectangle."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(shade, connectivity=4)
    left, top, width, height, area = stats.T
    within = (left > 0) & (top > 0) & (left + width < shade.shape[1]) & (top + height < shade.shape[0])
    within[0] = False
    if not within.any():
        return None
    largest = int(np.where(within, area, 0).argmax())
    box = int(width[largest]), int(height[largest])
    if box[0] * box[1] < SHEET * shade.size or _slim(*box):
        return None
    if _within_outline(np.asarray(labels), largest) < STRAIGHT * (box[0] - 1) * (box[1] - 1):
        return None
    return int(left[largest]), int(top[largest]), *box


def _slim(width: int, height: int) -> bool:
    return min(width, height) < SLIMMEST_CARD * max(width, height)


def _inset(left: int, top: int, width: int, height: int) -> Part:
    """Without its edges."""
    inset_x, inset_y = max(1, width // 25), max(1, height // 25)
    return slice(top + inset_y, top + height - inset_y), slice(left + inset_x, left + width - inset_x)


def _within_outline(labels: NDArray[np.int32], label: int) -> float:
    """The area within the outline of a component, in px, with its holes."""
    outlines, _ = cv2.findContours((labels == label).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return max(cv2.contourArea(outline) for outline in outlines)
