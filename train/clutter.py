"""Ink that is no digit, for any picture to be made from: letters, words, rows of digits, spoilt digits."""

from collections.abc import Callable
from typing import Protocol

import cv2
import numpy as np

from train.digits import Digits
from train.drawings import KINDS
from train.pen import Coverage, Pen, Random, tight
from train.styles import WRITER, curve
from train.unipen import Strokes

_PRINTED = "ABCDEFGHJKLMNPQRTUVWXYacdefhjkmnprtuvwx"
_FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
)  # fmt: skip
# Halves that nobody reads: half of an 8 is a 0 or a 3, half of a 7 a 1.
_HALVES = {0: ("top", "bottom"), 2: ("bottom",), 3: ("left",), 4: ("top",), 5: ("top",)}


class Signs(Protocol):
    """Where digits and letters come from."""

    def digit(self, random: Random, size: float, pen: float) -> tuple[Coverage, int]:
        """A digit, its longer side about `size` px, drawn with a pen of `pen` px; and its label."""

    def letter(self, random: Random, size: float, pen: float) -> Coverage:
        """A letter that is no digit to any reader."""


Clutter = Callable[[Random, Signs, float, float], Coverage]


def letter(random: Random, signs: Signs, size: float, pen: float) -> Coverage:
    """One written letter."""
    return signs.letter(random, size, pen)


def scrawl(random: Random, _: Signs, size: float, pen: float) -> Coverage:
    """A pen that wanders: one to three curves, each of so many turns that it is no digit."""
    lines = []
    room = np.array([random.uniform(400, 1000), 1000.0])
    for _stroke in range(int(random.choice([1, 2, 3], p=[0.6, 0.25, 0.15]))):
        turns = int(random.integers(10, 22))
        headings = random.uniform(0, 2 * np.pi) + np.cumsum(random.normal(random.normal(0, 0.5), 1.0, turns))
        steps = random.uniform(100, 500, turns)[:, None] * np.stack([np.cos(headings), np.sin(headings)], axis=1)
        beyond = random.uniform(0, 1, 2) * room + np.cumsum(steps, axis=0)
        lines.append(curve(room - np.abs(beyond % (2 * room) - room)).astype(np.float32))  # turned back at the rims
    return tight(random, Strokes("", WRITER, tuple(lines)), size, Pen(pen))


def several(random: Random, signs: Signs, size: float, pen: float) -> Coverage:
    """Two to six digits side by side, near each other or touching; now and then two lines of them."""
    if random.random() < 0.2:
        lines = [_row(random, signs, int(random.integers(2, 5)), size * 0.5, pen * 0.6) for _ in range(2)]
        return _joined([line.T for line in lines], random, 0.1).T
    count = int(random.choice([2, 3, 4, 5, 6], p=[0.5, 0.25, 0.13, 0.07, 0.05]))
    small = max(1 / count, min(1.0, 16 / size))
    return _row(random, signs, count, size * small, max(1.0, pen * small))


def word(random: Random, signs: Signs, size: float, pen: float) -> Coverage:
    """Two to five written letters."""
    count = int(random.integers(2, 6))
    size, pen = max(16.0, size * 2 / count), max(1.0, pen * 2 / count)
    return _joined([signs.letter(random, size * random.uniform(0.6, 1), pen) for _ in range(count)], random, 0.08)


def printed(random: Random, _: Signs, size: float, pen: float) -> Coverage:
    """A word or a letter in a plotter's font."""
    count = 1 if random.random() < 0.35 else int(random.integers(2, 8))
    text = "".join(random.choice(list(_PRINTED), count))
    font, thick = int(random.choice(_FONTS)), max(1, round(pen))
    scale = max(16.0, size * min(1.0, 2 / count)) / 22
    (width, height), under = cv2.getTextSize(text, font, scale, thick)
    sheet = np.zeros((height + under + 4 * thick, width + 4 * thick), np.uint8)
    cv2.putText(sheet, text, (2 * thick, height + 2 * thick), font, scale, 255, thick, cv2.LINE_AA)
    return sheet


def crossed_out(random: Random, signs: Signs, size: float, pen: float) -> Coverage:
    """A digit struck out by a cross, by many lines, or scribbled over; one line alone would be a slashed 0 or a 7."""
    sign = np.ascontiguousarray(signs.digit(random, size, pen)[0])
    height, width = sign.shape
    sheet = np.pad(sign, ((0, 0), (max(0, (height - width) // 3),) * 2))
    wide, thick = sheet.shape[1], max(1, round(pen))
    if random.random() < 0.3:
        cv2.line(sheet, (0, 0), (wide, height), 255, thick, cv2.LINE_AA)
        cv2.line(sheet, (0, height), (wide, 0), 255, thick, cv2.LINE_AA)
        return sheet
    turns = int(random.integers(5, 12))
    along = np.linspace(0, 1, turns)
    across = np.where(np.arange(turns) % 2, 0.0, 1.0) + random.normal(0, 0.08, turns)
    pair = (across * wide, along * height) if random.random() < 0.5 else (along * wide, across * height)
    points = np.stack(pair, axis=1).astype(np.int32)
    cv2.polylines(sheet, [points], False, 255, thick, cv2.LINE_AA)
    return sheet


def half(random: Random, signs: Signs, size: float, pen: float) -> Coverage:
    """A part of a digit that nobody can tell."""
    while True:
        sign, label = signs.digit(random, size, pen)
        if label in _HALVES and min(sign.shape) > 0.4 * size:
            break
    kept = float(random.uniform(0.28, 0.42))
    rows, columns = round(kept * sign.shape[0]), round(kept * sign.shape[1])
    side = str(random.choice(_HALVES[label]))
    return {"top": sign[:rows], "bottom": sign[-rows:], "left": sign[:, :columns]}[side]


def drawn(random: Random, _: Signs, size: float, pen: float) -> Coverage:
    """A scribble, a grid, a blob, noise: the drawings that need no digits."""
    kinds = [kind for kind in KINDS if kind[0].__name__ not in _WITH_DIGITS]
    weights = np.array([weight for _, weight in kinds], float)
    sheet = kinds[random.choice(len(kinds), p=weights / weights.sum())][0](random, _NO_DIGITS)
    scale = size / max(sheet.shape) * (1 + min(pen, 4) / 40)
    side = (max(4, round(sheet.shape[1] * scale)), max(4, round(sheet.shape[0] * scale)))
    return np.asarray(cv2.resize(sheet, side, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC), np.uint8)


def _row(random: Random, signs: Signs, count: int, size: float, pen: float) -> Coverage:
    """Digits side by side. In a pair neither is a 1: with another stroke beside it that may be a B, an 11 an H."""
    found: list[Coverage] = []
    while len(found) < count:
        sign, label = signs.digit(random, size * random.uniform(0.75, 1.0), pen)
        if count > 2 or label != 1:
            found.append(sign)
    return _joined(found, random, 0.12)


def _joined(signs: list[Coverage], random: Random, gap: float) -> Coverage:
    """Side by side, up to a tenth of the height overlapping or `gap` of it apart, not quite on one line."""
    height = max(sign.shape[0] for sign in signs)
    sheet = np.zeros(
        (int(height * 1.15) + 1, sum(sign.shape[1] for sign in signs) + int(gap * height + 1) * len(signs))
    )
    at = 0
    for sign in signs:
        top = int(random.integers(0, sheet.shape[0] - sign.shape[0] + 1))
        part = sheet[top : top + sign.shape[0], at : at + sign.shape[1]]
        np.maximum(part, sign[:, : part.shape[1]], out=part)
        at = max(0, at + sign.shape[1] + int(random.uniform(-0.1, gap) * height))
    return np.asarray(sheet[:, : at + 1], np.uint8)


_WITH_DIGITS = ("_several", "_pair", "_overlaid", "_quarter_turned")
_NO_DIGITS = Digits(np.empty((0, 28, 28), np.uint8), np.empty(0, np.int64))
# Each with its weight.
CLUTTER: tuple[tuple[Clutter, float], ...] = (
    (letter, 0.36), (drawn, 0.2), (scrawl, 0.1), (several, 0.15), (printed, 0.06), (word, 0.05), (crossed_out, 0.05),
    (half, 0.03),
)  # fmt: skip
