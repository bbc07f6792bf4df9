"""Contrast with the paper → ink, or nothing: where the threshold lies, and whether what lies above it was drawn."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from watcher.recognition.paper import TINY, histogram
from watcher.recognition.small import padded
from watcher.recognition.steps import ALL_STEPS, Steps
from watcher.recognition.stripes import without_stripes

# The least contrast, of 255 shades, that counts as drawn.
LEAST_CONTRAST = 6.0
# How far ink stands above the paper's own noise: this far by its contrast alone,
CLEARLY_ABOVE_NOISE = 9.0
# or this far where it is all in one piece, as noise never is.
ABOVE_NOISE, ABOVE_NOISE_IF_TINY = 5.0, 3.0
# The share of the longer side within which strokes rise to half their contrast: what is softer is light.
SOFTEST_EDGE = 0.06
# So much of the spread of stripes may be left where they were taken away: it counts as noise.
LEFT_OVER = 0.2
# Print that is finer than this share of the strokes' width is not writing.
PRINT = 0.5

Soft = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Ink:
    """strength: (h, w) float32, 0 paper to 1 ink. mask: (h, w) uint8, 1 where something is drawn.

    pixel: how many of its pixels one of the picture's is wide, where that was enlarged.
    """

    strength: NDArray[np.float32]
    mask: NDArray[np.uint8]
    pixel: int = 1


@dataclass(frozen=True, slots=True)
class _Levels:
    """The contrast in 256 steps: `shades` uint8, `step` of contrast each. The rest is counted in steps.

    paper: its level. noise: its spread. texture: the level that little of the paper, away from strokes, exceeds.
    otsu: threshold between the two classes. peak: level of the boldest ink.
    """

    shades: NDArray[np.uint8]
    step: float
    paper: float
    noise: float
    texture: float
    otsu: float
    peak: float


def separate(contrast: Soft, pixel: int = 1, steps: Steps = ALL_STEPS) -> Ink | None:
    """Ink in a contrast (h, w) float32, paper near 0; None where nothing is drawn.

    pixel: how many times the picture was enlarged.
    """
    levels = _levels(contrast, pixel)
    if levels is None:
        return None
    left_over = 0.0
    if steps.stripes and levels.noise * levels.step > 1:
        plain = without_stripes(contrast, pixel)
        if plain is not contrast:
            left_over = LEFT_OVER * float(np.std(contrast - plain))
            contrast, levels = plain, _levels(plain, pixel) or levels
    if steps.noise and levels.noise * levels.step > 1 and min(contrast.shape) > 64 * pixel:
        contrast = np.asarray(cv2.GaussianBlur(contrast, (3, 3), 0), np.float32)
        levels = _levels(contrast, pixel) or levels
    if steps.print and levels.noise * levels.step > 1:
        levels = _levels(_without_print(contrast, levels), pixel) or levels
    above = levels.peak - levels.paper
    noise = max(levels.noise, left_over / levels.step) if steps.noise else 0.0
    if (
        above * levels.step < LEAST_CONTRAST
        or above < (ABOVE_NOISE if max(contrast.shape) > TINY * pixel else ABOVE_NOISE_IF_TINY) * noise
    ):
        return None
    mask, low, high = _above_threshold(levels, noise)
    mask = _with_edges(mask, levels, max(2.5 * pixel, SOFTEST_EDGE * max(mask.shape)))
    if not mask.any():
        return None
    if above < CLEARLY_ABOVE_NOISE * noise and not (_in_one_piece(mask) or _in_one_piece(_darker_half(levels))):
        return None
    base = levels.paper + min(0.5 * (low - levels.paper), 3 * noise)
    span = max(2 * high - levels.paper - base, 1.0)
    strength = np.clip((levels.shades.astype(np.float32) - np.float32(base)) * np.float32(1 / span), 0, 1)
    return Ink(strength, mask, pixel)


def _without_print(contrast: Soft, levels: _Levels) -> Soft:
    """A security background's lines are finer than what is written on it: an opening takes them off."""
    inside = np.asarray(cv2.distanceTransform((levels.shades > levels.otsu).astype(np.uint8), cv2.DIST_L2, 3))
    drawn = inside[inside > 0]
    # A bar of width w has a mean distance of w/4 to its edge, half a pixel less than counted from outside.
    reach = round(PRINT * 4 * (float(drawn.mean()) - 0.5)) if drawn.size else 0
    if reach < 2:
        return contrast
    shape = cv2.MORPH_RECT if reach == 2 else cv2.MORPH_ELLIPSE
    opened = cv2.morphologyEx(contrast, cv2.MORPH_OPEN, cv2.getStructuringElement(shape, (reach, reach)))
    return np.asarray(opened, np.float32)


def _levels(contrast: Soft, pixel: int) -> _Levels | None:
    lowest, highest, _, _ = cv2.minMaxLoc(contrast)
    if highest <= lowest:
        return None
    scale = 255 / (highest - lowest)
    shades = np.asarray(cv2.convertScaleAbs(contrast, alpha=scale, beta=-lowest * scale), np.uint8)
    otsu, above = cv2.threshold(shades, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    counts = histogram(shades)
    # Blurred edges are neither ink nor paper: noise is measured beside them, where enough paper is left for it.
    beside = histogram(shades, 1 - np.asarray(cv2.dilate(above, np.ones((2 * pixel + 1,) * 2, np.uint8)), np.uint8))
    paper = beside if beside.sum() >= 0.1 * shades.size else counts * (np.arange(256) <= otsu)
    middle = _quantile(paper, 0.5)
    away = np.bincount(np.abs(np.arange(256) - round(middle)), weights=paper, minlength=256)
    noise = 1.4826 * _quantile(away, 0.5)
    texture = _quantile(paper, 0.97)
    most = min(max(4, shades.size // 1000), shades.size)
    return _Levels(shades, 1 / scale, middle, noise, texture, float(otsu), _mean_of_top(counts, most))


def _quantile(counts: NDArray[np.generic], share: float) -> float:
    """Of values 0, 1, 2, … that occur so often; between two values in proportion."""
    cumulated = np.cumsum(counts)
    rank = share * cumulated[-1]
    at = int(np.searchsorted(cumulated, rank))
    before = float(cumulated[at - 1]) if at else 0.0
    inside = (rank - before) / max(float(cumulated[at]) - before, 1.0)
    return max(0.0, at - 0.5 + inside) if at else 0.0


def _mean_of_top(counts: NDArray[np.generic], most: int) -> float:
    from_top = np.cumsum(counts[::-1])
    taken = np.diff(np.minimum(from_top, most), prepend=0)
    return float((taken * np.arange(255, -1, -1)).sum()) / most


def _above_threshold(levels: _Levels, noise: float) -> tuple[NDArray[np.uint8], float, float]:
    """Mask, with the lower and the upper threshold of its hysteresis (Canny 1986).

    Faint ink counts where it hangs on to strong ink, unless the paper's print is as faint.
    """
    above = levels.peak - levels.paper
    high = levels.paper + min(levels.otsu - levels.paper, 0.5 * above)
    low = levels.paper + max(0.5 * (high - levels.paper), 3 * noise, 0.05 * above)
    if noise > 0:
        low = max(low, min(levels.texture, 0.9 * (high - levels.paper) + levels.paper))
    _, labels = cv2.connectedComponents((levels.shades > low).astype(np.uint8), connectivity=8)
    strong = np.zeros(int(labels.max()) + 1, np.uint8)
    strong[labels[levels.shades > max(high, low)]] = 1
    strong[0] = 0
    return strong[labels], low, high


def _with_edges(mask: NDArray[np.uint8], levels: _Levels, reach: float) -> NDArray[np.uint8]:
    """Leave out what fades into the paper on all sides: shadow and light, not ink."""
    square = np.ones((3, 3), np.uint8)
    rim = mask - np.asarray(cv2.erode(mask, square, borderType=cv2.BORDER_REPLICATE), np.uint8)
    climb = np.asarray(cv2.morphologyEx(levels.shades, cv2.MORPH_GRADIENT, square), np.uint8)
    count, labels = cv2.connectedComponents(mask, connectivity=8)
    edge = _means(labels, climb, rim, count) / 2  # the gradient spans two pixels
    depth = _means(labels, levels.shades, mask, count) - levels.paper
    keep = np.asarray(edge * reach >= 0.8 * depth, np.uint8)
    keep[0] = 0
    return mask if keep[1:].all() else keep[labels]


def _means(
    labels: NDArray[np.generic], values: NDArray[np.uint8], where: NDArray[np.uint8], count: int
) -> NDArray[np.float64]:
    """Mean of the values of each label from 0 to count - 1, 0 for one that is nowhere."""
    chosen = where > 0
    mine = labels[chosen]
    return np.bincount(mine, values[chosen], count) / np.maximum(np.bincount(mine, minlength=count), 1)


def _darker_half(levels: _Levels) -> NDArray[np.uint8]:
    """Without the print of the paper, which may be what hangs on to the strokes."""
    return (levels.shades > (levels.paper + levels.peak) / 2).astype(np.uint8)


def _in_one_piece(mask: NDArray[np.uint8]) -> bool:
    """Most of the ink hangs together and runs through much of the picture, with few holes."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    if count < 2:
        return False
    area = stats[1:, cv2.CC_STAT_AREA]
    largest = int(area.argmax())
    longer = int(stats[1 + largest, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max())
    if area[largest] < 0.5 * area.sum() or longer < 0.4 * max(mask.shape) or area.sum() > 0.8 * mask.size:
        return False
    mine = padded((labels != 1 + largest).astype(np.uint8), 1, 1)
    holes = cv2.connectedComponents(mine, connectivity=4)[0] - 2
    return bool(holes <= 4)
