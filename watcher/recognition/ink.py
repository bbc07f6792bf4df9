"""Grey picture → ink: how strongly each pixel is drawn on, whatever the paper, the light and the polarity."""

import cv2
import numpy as np
from numpy.typing import NDArray

from watcher.recognition.cards import card_inside, sheet_inside
from watcher.recognition.frames import IN_A_BOX
from watcher.recognition.paper import contrast_with_paper
from watcher.recognition.steps import ALL_STEPS, Steps
from watcher.recognition.threshold import Ink, separate

__all__ = ["LONGEST_SIDE", "Ink", "find_ink"]

# Pictures are looked at with a longer side of SMALL_SIDE to LONGEST_SIDE pixels.
LONGEST_SIDE = 600
SMALL_SIDE = 64


def find_ink(grey: NDArray[np.uint8], steps: Steps = ALL_STEPS) -> Ink | None:
    """Separate ink from paper in a (h, w) uint8 picture; None where nothing is drawn."""
    sheet = sheet_inside(grey) if steps.cards else None
    ink = None if sheet is None else _ink_on(grey[sheet], steps)
    return ink if ink is not None and _is_written_on(ink) else _ink_on(grey, steps)


def _ink_on(grey: NDArray[np.uint8], steps: Steps) -> Ink | None:
    grey, pixel = _of_fitting_size(grey, steps.enlarging)
    for _ in range(3):  # a card on a table, a frame on the card
        ink = separate(contrast_with_paper(grey, pixel, steps), pixel, steps)
        if ink is None:
            return None
        card = card_inside(ink) if steps.cards else None
        if card is None:
            return ink
        grey = grey[card]
    return ink


def _is_written_on(sheet: Ink) -> bool:
    """Whether something as large stands on it as a frame may hold: more than a speck, or the dot in a square 0."""
    _, _, width, height = cv2.boundingRect(sheet.mask)
    return bool(max(width, height) >= IN_A_BOX * max(sheet.mask.shape))


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
