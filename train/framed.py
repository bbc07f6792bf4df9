"""MNIST's digits where the sheet ends within the picture: on a table, on a sticker, in a frame, in cells of a form."""

from collections.abc import Callable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from train.digits import Digits
from train.pen import Random
from train.readings import Sample, png

Shade = NDArray[np.float64]  # (h, w), 0 black to 255 white


def samples(random: Random, digits: Digits, draw: Callable[[Random, Shade], Shade]) -> Iterator[Sample]:
    """Each digit, drawn by one of KINDS, a little blurred and noisy, as a PNG file."""
    for picture, label in zip(digits.pictures, digits.labels, strict=True):
        side = int(random.integers(60, 220))
        coverage = cv2.resize(picture, (side, side), interpolation=cv2.INTER_CUBIC) / 255
        yield _recorded(random, draw(random, coverage)), str(label), {"label": str(label)}


def cells(random: Random, digits: Digits) -> Iterator[Sample]:
    """Two digits side by side: each in a box, each on a card, or one in a box and one beside it."""
    for pair in zip(digits.pictures[::2], digits.pictures[1::2], strict=False):
        side, gap = int(random.integers(60, 160)), random.uniform(0.07, 0.35)
        first, second = (cv2.resize(picture, (side, side), interpolation=cv2.INTER_CUBIC) / 255 for picture in pair)
        between, room = np.zeros((side, round(gap * side))), round(random.uniform(0.1, 0.4) * side)
        how, paper, ink = int(random.integers(3)), random.uniform(200, 245), random.uniform(20, 90)
        if how < 2:  # boxes on the paper itself
            _box(first, 2, side)
            if how:
                _box(second, 2, side)
        row = paper + (ink - paper) * np.pad(np.hstack([first, between, second]), room)
        if how == 2:  # cards on a darker table
            there = np.pad(np.hstack([np.ones_like(first), between, np.ones_like(second)]), room)
            row = np.where(there > 0, row, random.uniform(20, 130))
        yield _recorded(random, row), "", {}


def _recorded(random: Random, shades: Shade) -> bytes:
    """As a camera might see it: a little blurred and noisy, as a PNG file."""
    seen = cv2.GaussianBlur(shades, (0, 0), 1)
    return png(np.clip(seen + random.normal(0, 2, seen.shape), 0, 255).astype(np.uint8))


def _box(inked: Shade, room: int, side: int) -> None:
    """Drawn into the picture, `room` px from its rim."""
    cv2.rectangle(inked, (room, room), (side - 1 - room, side - 1 - room), 1.0, max(2, side // 40), cv2.LINE_AA)


def _sheet(random: Random, coverage: Shade) -> Shade:
    """Dark ink on a light sheet, on a darker table."""
    sheet = random.uniform(200, 245) - random.uniform(110, 190) * coverage
    return _laid_on(random, sheet, random.uniform(20, 150))


def _sticker(random: Random, coverage: Shade) -> Shade:
    """Light ink on a dark card, on light ground."""
    card = random.uniform(20, 60) + random.uniform(120, 190) * coverage
    return _laid_on(random, card, random.uniform(170, 240))


def _frame(random: Random, coverage: Shade) -> Shade:
    """A box drawn around the digit, with the same pen, on the same paper."""
    paper, ink = random.uniform(200, 255), random.uniform(0, 80)
    inked = _laid_on(random, coverage, 0.0)
    height, width = inked.shape
    room = random.integers(2, max(3, height // 16), 4)
    start, end = (int(room[2]), int(room[0])), (width - 1 - int(room[3]), height - 1 - int(room[1]))
    cv2.rectangle(inked, start, end, 1.0, max(1, height // 60), cv2.LINE_AA)
    return np.asarray(paper + (ink - paper) * inked, np.float64)


def _laid_on(random: Random, sheet: Shade, ground: float) -> Shade:
    """With ground of one shade around it, a tenth to a half of its side wide."""
    around = np.rint(random.uniform(0.1, 0.5, (2, 2)) * len(sheet)).astype(int)
    return np.pad(sheet, around.tolist(), constant_values=ground)


KINDS: dict[str, Callable[[Random, Shade], Shade]] = {
    "sheet on a table": _sheet, "sticker": _sticker, "drawn frame": _frame,
}  # fmt: skip
