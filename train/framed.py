"""MNIST's digits where the sheet ends within the picture: on a table, on a sticker, in a frame drawn around them."""

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
        seen = cv2.GaussianBlur(draw(random, coverage), (0, 0), 1)
        noisy = np.clip(seen + random.normal(0, 2, seen.shape), 0, 255).astype(np.uint8)
        yield png(noisy), str(label), {"label": str(label)}


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
