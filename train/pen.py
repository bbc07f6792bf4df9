"""A pen that follows strokes: points → how much of each pixel it inks."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from train.unipen import Strokes

Random = np.random.Generator
Coverage = NDArray[np.uint8]  # (h, w), ink 255 on 0
Line = NDArray[np.float32]  # (n, 2), x and y in px

# In UniPen's units, of which the longer side of a sign has 1000: how far a stroke strays from where it stood, and
# above which line the bar of a 5 ends, that may float up to so far above its place.
LOOSE = 25.0
FLOATING_BAR = (400.0, 250.0)
_SHIFT = 4  # OpenCV's fixed point: 1/16 px


@dataclass(frozen=True, slots=True)
class Pen:
    """width: px. hard: every pixel is inked or not. nib: round, square or slanted (a brush). pressed: width varies."""

    width: float
    hard: bool = False
    nib: str = "round"
    pressed: bool = False
    breaks: bool = False


def shaped(random: Random, strokes: Strokes, size: float) -> list[Line]:
    """The sign as its writer might write it again, its longer side `size` px, its box at (0, 0).

    Slant, turn and aspect vary slightly; corners that come from a coarse tablet are rounded, mostly.
    """
    slant, turn = random.normal(0, 0.12), random.normal(0, 0.06)
    aspect = float(np.exp(random.normal(0, 0.1)))
    cos, sin = float(np.cos(turn)), float(np.sin(turn))
    matrix = np.array([[cos, -sin], [sin, cos]]) @ np.array([[aspect, -slant], [0, 1]])
    rounding = random.uniform(0.5, 1.6) if random.random() < 0.85 else 0.0
    lines = [_rounded(line, rounding) @ matrix.T for line in strokes.lines]
    points = np.concatenate(lines)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = size / max(float((high - low).max()), 1e-3)
    return [((line - low) * scale).astype(np.float32) for line in lines]


def loosened(random: Random, strokes: Strokes) -> Strokes:
    """The sign with its later strokes set down somewhat elsewhere; the bar of a 5 may float high above it."""
    first, *later = strokes.lines
    moved = [first]
    for line in later:
        shift = random.normal(0, LOOSE, 2)
        if strokes.label == "5" and line[:, 1].max() < FLOATING_BAR[0]:
            shift[1] -= random.uniform(0, FLOATING_BAR[1])
        moved.append((line + shift).astype(np.float32))
    return replace(strokes, lines=tuple(moved))


def inked(random: Random, lines: list[Line], shape: tuple[int, int], pen: Pen) -> Coverage:
    """Draw lines with a pen on an empty sheet of (height, width)."""
    if pen.nib != "round":
        sheet = _dilated(_drawn(random, lines, shape, Pen(1.0, pen.hard)), random, pen)
    elif pen.hard or pen.width > 6:
        sheet = _drawn(random, lines, shape, pen)
    else:  # OpenCV's widths are whole pixels: a fine soft pen is drawn larger
        fine = 4 if max(shape) <= 48 else 2
        large = [line * fine + (fine - 1) / 2 for line in lines]
        sheet = _drawn(random, large, (shape[0] * fine, shape[1] * fine), Pen(pen.width * fine, pressed=pen.pressed))
        sheet = np.asarray(cv2.resize(sheet, (shape[1], shape[0]), interpolation=cv2.INTER_AREA), np.uint8)
    return _broken(random, sheet, lines, pen) if pen.breaks else sheet


def tight(random: Random, strokes: Strokes, size: float, pen: Pen) -> Coverage:
    """One sign, its longer side about `size` px, cut out as tightly as its ink allows."""
    lines = shaped(random, strokes, size)
    edge = pen.width / 2 + 1
    width, height = (int(np.ceil(side + 2 * edge)) for side in np.concatenate(lines).max(axis=0))
    sheet = inked(random, [line + np.float32(edge) for line in lines], (height, width), pen)
    rows, columns = (np.flatnonzero(sheet.max(axis=axis) > 60) for axis in (1, 0))
    return sheet[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if len(rows) else sheet


def _rounded(line: Line, sigma: float) -> NDArray[np.float64]:
    """Resampled evenly and smoothed by `sigma` hundredths of the sign; ends stay where they are."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    length = float(steps.sum())
    if length < 30 or sigma == 0:
        return line.astype(np.float64)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    places = np.linspace(0, length, max(4, int(length / 10)))
    even = np.stack([np.interp(places, along, line[:, axis]) for axis in (0, 1)], axis=1)
    smooth = cv2.GaussianBlur(even, (1, 0), sigmaX=0.01, sigmaY=sigma * 1.5, borderType=cv2.BORDER_REFLECT)
    smooth[0], smooth[-1] = even[0], even[-1]
    return np.asarray(smooth, np.float64)


def _drawn(random: Random, lines: list[Line], shape: tuple[int, int], pen: Pen) -> Coverage:
    sheet = np.zeros(shape, np.uint8)
    kind = cv2.LINE_8 if pen.hard else cv2.LINE_AA
    width = max(1, round(pen.width))
    for line in lines:
        points = np.rint(np.concatenate([line, line[-1:]]) * (1 << _SHIFT)).astype(np.int32)
        if not pen.pressed:
            cv2.polylines(sheet, [points], False, 255, width, kind, _SHIFT)
            continue
        cuts = np.linspace(0, len(points) - 1, min(len(points), 12) + 1).astype(int)
        swell = np.exp(np.cumsum(random.normal(0, 0.13, len(cuts))))
        for first, last, factor in zip(cuts, cuts[1:], np.clip(swell, 0.55, 1.5), strict=False):
            wide = max(1, round(pen.width * factor))
            cv2.polylines(sheet, [points[first : last + 1]], False, 255, wide, kind, _SHIFT)
    return sheet


def _dilated(sheet: Coverage, random: Random, pen: Pen) -> Coverage:
    side = max(1, round(pen.width))
    if pen.nib == "square":
        kernel = np.ones((side, side), np.uint8)
    else:
        kernel = np.zeros((side, side), np.uint8)
        ends = ((0, side - 1), (side - 1, 0)) if random.random() < 0.8 else ((0, 0), (side - 1, side - 1))
        cv2.line(kernel, *ends, 1, max(1, side // 2))
    return np.asarray(cv2.dilate(sheet, kernel), np.uint8)


def _broken(random: Random, sheet: Coverage, lines: list[Line], pen: Pen) -> Coverage:
    """Ink that failed for a moment, in one or two places."""
    points = np.concatenate(lines)
    for x, y in points[random.integers(len(points), size=int(random.integers(1, 3)))].tolist():
        gap = max(1, round(pen.width * random.uniform(0.3, 0.7)))
        cv2.circle(sheet, (round(x), round(y)), gap, 0, -1)
    return sheet
