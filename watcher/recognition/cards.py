"""Where the paper that was written on ends within the picture: a sheet on a table, a sticker, a box drawn around."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from watcher.recognition.threshold import Ink

CARD = 0.25  # of the picture, at least
LEAST_CARD = 16  # its shorter side, in the picture's own pixels
SLIMMEST_CARD = 0.4  # width by height, or height by width
# Of its box: a card's ink, also at a slant; or, where a 0 cuts out its middle, its ink and what its outline holds.
FILLED, HALF_FILLED, SQUARE = 0.75, 0.45, 0.9
# A sheet is looked for on a picture of at most this side, and not on smaller ones than that.
_SIDE, _LEAST_SIDE = 160, 64
# Of the picture; and of its box, what its outline holds: no bow or loop of a digit is so square.
SHEET, STRAIGHT = 0.12, 0.93
BESIDE = 0.3  # of the sheet's longer side: what stands beside it and is as large was written, or is another sheet

BUSY = 0.1  # of the pixels differ from the one before: more outlines than it pays to look at

Part = tuple[slice, slice]
Box = tuple[int, int, int, int]  # left, top, width, height


def sheet_inside(grey: NDArray[np.uint8]) -> Part | None:
    """The inside of a rectangle of one of two shades (Otsu 1979) that reaches no rim of (h, w) uint8; else None.

    Light on dark it is a sheet, or what a drawn box holds; dark on light a sticker. None too where something of its
    size stands beside it. Whether anything is written on it, or it is the inside of a square 0, is not looked at.
    """
    if min(grey.shape) < _LEAST_SIDE:
        return None
    scale = min(1.0, _SIDE / max(grey.shape))
    small = grey if scale == 1 else cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, found = cv2.threshold(small, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    light = np.asarray(found, np.uint8)
    if not _may_hold_a_rectangle(light):
        return None
    shades = [_within_rim(shade) for shade in (light, 1 - light)]
    boxes = [box for labels, stats in shades if (box := _rectangle(labels, stats)) is not None]
    if not boxes:
        return None
    sheet = max(boxes, key=lambda box: box[2] * box[3])
    if any(_stands_beside(stats, sheet) for _, stats in shades):
        return None
    left, top, width, height = (round(length / scale) for length in sheet)
    return _inset(left, top, width, height)


def card_inside(ink: Ink) -> Part | None:
    """Where the "ink" is a filled card, alone, with something in it, the card's inside; else None."""
    if cv2.countNonZero(ink.mask) < CARD * ink.mask.size:
        return None
    if min(cv2.boundingRect(ink.mask)[2:]) < LEAST_CARD * ink.pixel:
        return None
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.mask, connectivity=4)
    stats[0] = 0  # the paper
    largest = int(stats[:, cv2.CC_STAT_AREA].argmax())
    left, top, width, height, area = (int(value) for value in stats[largest])
    if min(width, height) < LEAST_CARD * ink.pixel or _slim(width, height):  # a bold 1 is no card
        return None
    box = width * height
    outlined = HALF_FILLED * box <= area < FILLED * box and _within_outline(np.asarray(labels), largest) >= SQUARE * box
    if area < CARD * ink.mask.size or not (area >= FILLED * box or outlined):
        return None
    if _stands_beside(np.asarray(stats, np.int32), (left, top, width, height)):
        return None
    return _inset(left, top, width, height)


def _may_hold_a_rectangle(light: NDArray[np.uint8]) -> bool:
    """False where `_rectangle` finds none in either shade for certain: told by outlines, at a fraction of the cost.

    What reaches no rim is a hole in the other shade. Its own outline holds no more than that of all which touches it
    at a corner.
    """
    if np.count_nonzero(light[:, 1:] != light[:, :-1]) > BUSY * light.size:
        return True
    least = SHEET * light.size
    boxes, areas = zip(*(_large_outlines(shade, least) for shade in (light, 1 - light)), strict=True)
    return any(
        area >= STRAIGHT * (width - 1) * (height - 1)
        for holes, within in zip(boxes, reversed(areas), strict=True)
        for width, height in holes
        for area in within
    )


def _large_outlines(shade: NDArray[np.uint8], least: float) -> tuple[list[tuple[int, int]], list[float]]:
    """Widths and heights of the holes in a mask whose boxes have `least` px; the areas within all other outlines."""
    outlines, found = cv2.findContours(shade, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return [], []
    within = np.asarray(found)[0, :, 3].tolist()
    shortest = 2 * (math.sqrt(least) - 1)  # there and back along the longer side
    large = [
        (outline, around >= 0) for outline, around in zip(outlines, within, strict=True) if len(outline) >= shortest
    ]
    boxes = [cv2.boundingRect(outline) for outline, is_hole in large if is_hole]  # a pixel around what is in them
    holes = [(width - 2, height - 2) for _, _, width, height in boxes if (width - 2) * (height - 2) >= least]
    return holes, [cv2.contourArea(outline) for outline, is_hole in large if not is_hole]


def _within_rim(shade: NDArray[np.uint8]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Labels (h, w) of the components of a mask, and the statistics (n, 5) of those that reach no rim, others 0."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(shade, connectivity=4)
    left, top, width, height, _ = stats.T
    within = (left > 0) & (top > 0) & (left + width < shade.shape[1]) & (top + height < shade.shape[0])
    within[0] = False
    return np.asarray(labels, np.int32), np.where(within[:, None], stats, 0).astype(np.int32)


def _rectangle(labels: NDArray[np.int32], stats: NDArray[np.int32]) -> Box | None:
    """The box of the largest component, where that is large and a rectangle."""
    largest = int(stats[:, cv2.CC_STAT_AREA].argmax())
    left, top, width, height, _ = stats[largest].tolist()
    if width * height < SHEET * labels.size or _slim(width, height):
        return None
    if _within_outline(labels, largest) < STRAIGHT * (width - 1) * (height - 1):
        return None
    return left, top, width, height


def _stands_beside(stats: NDArray[np.int32], sheet: Box) -> bool:
    """Whether a component of some size is neither in the sheet nor a frame around it: two cells of a form, say."""
    left, top, width, height, _ = stats.T
    x, y, wide, high = sheet
    right, bottom = left + width, top + height
    inside = (left >= x) & (top >= y) & (right <= x + wide) & (bottom <= y + high)
    around = (left <= x) & (top <= y) & (right >= x + wide) & (bottom >= y + high)
    large = np.maximum(width, height) >= BESIDE * max(wide, high)
    return bool((large & ~inside & ~around).any())


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
