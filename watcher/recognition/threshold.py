"""Contrast with the paper → ink, or nothing: where the threshold lies, and whether what lies above it was drawn."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from watcher.recognition.levels import Levels, levels_of
from watcher.recognition.paper import TINY, ByShade, Contrast
from watcher.recognition.small import looked_up, padded, square
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
_SHADES = np.arange(256, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Ink:
    """strength: (h, w) float32, 0 paper to 1 ink. mask: (h, w) uint8, 1 where something is drawn.

    pixel: how many of its pixels one of the picture's is wide, where that was enlarged.
    in_one: whether the mask is known to hang together.
    """

    strength: NDArray[np.float32]
    mask: NDArray[np.uint8]
    pixel: int = 1
    in_one: bool = False


def separate(contrast: Contrast, pixel: int = 1, steps: Steps = ALL_STEPS) -> Ink | None:
    """Ink in a contrast (h, w), paper near 0; None where nothing is drawn.

    pixel: how many times the picture was enlarged.
    """
    levels = levels_of(contrast, pixel)
    if levels is None:
        return None
    left_over = 0.0
    if levels.noise * levels.step > 1:
        levels, left_over = _of_less_noise(contrast, levels, pixel, steps)
    shape = levels.shades.shape
    above = levels.peak - levels.paper
    noise = max(levels.noise, left_over / levels.step) if steps.noise else 0.0
    if (
        above * levels.step < LEAST_CONTRAST
        or above < (ABOVE_NOISE if max(shape) > TINY * pixel else ABOVE_NOISE_IF_TINY) * noise
    ):
        return None
    low, high = _thresholds(levels, noise)
    mask, in_one = _drawn(levels, low, high, reach=max(2.5 * pixel, SOFTEST_EDGE * max(shape)))
    if mask is None:
        return None
    if above < CLEARLY_ABOVE_NOISE * noise and not (_in_one_piece(mask) or _in_one_piece(_darker_half(levels))):
        return None
    base = levels.paper + min(0.5 * (low - levels.paper), 3 * noise)
    span = max(2 * high - levels.paper - base, 1.0)
    strength = np.clip((_SHADES - np.float32(base)) * np.float32(1 / span), 0, 1)
    return Ink(np.asarray(cv2.LUT(levels.shades, strength), np.float32), mask, pixel, in_one)


def _of_less_noise(contrast: Contrast, levels: Levels, pixel: int, steps: Steps) -> tuple[Levels, float]:
    """Without print and grain, as far as there are; and the spread, in contrast, of what the stripes left behind."""
    pixels = contrast.pixels() if isinstance(contrast, ByShade) else contrast
    left_over = 0.0
    if steps.stripes:
        plain = without_stripes(pixels, pixel)
        if plain is not pixels:
            left_over = LEFT_OVER * float(np.std(pixels - plain))
            pixels, levels = plain, levels_of(plain, pixel) or levels
    if steps.noise and levels.noise * levels.step > 1 and min(pixels.shape) > 64 * pixel:
        pixels = np.asarray(cv2.GaussianBlur(pixels, (3, 3), 0), np.float32)
        levels = levels_of(pixels, pixel) or levels
    if steps.print and levels.noise * levels.step > 1:
        levels = levels_of(_without_print(pixels, levels), pixel) or levels
    return levels, left_over


def _without_print(contrast: Soft, levels: Levels) -> Soft:
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


def _thresholds(levels: Levels, noise: float) -> tuple[float, float]:
    """The lower and the upper threshold of a hysteresis (Canny 1986)."""
    above = levels.peak - levels.paper
    high = levels.paper + min(levels.otsu - levels.paper, 0.5 * above)
    low = levels.paper + max(0.5 * (high - levels.paper), 3 * noise, 0.05 * above)
    if noise > 0:
        low = max(low, min(levels.texture, 0.9 * (high - levels.paper) + levels.paper))
    return low, high


def _drawn(levels: Levels, low: float, high: float, reach: float) -> tuple[NDArray[np.uint8] | None, bool]:
    """Mask of the ink, None where there is none; and whether it is known to hang together.

    Faint ink counts where it hangs on to strong ink, unless the paper's print is as faint.
    """
    _, found = cv2.threshold(levels.shades, low, 1, cv2.THRESH_BINARY)
    mask = np.asarray(found, np.uint8)
    count, numbers = cv2.connectedComponents(mask, connectivity=8)
    labels = np.asarray(numbers, np.int32)
    keep = _with_edges(levels, mask, labels, count, reach) & _strong(levels.shades, max(high, low), labels, count)
    keep[0] = False
    kept = int(keep.sum())
    if not kept:
        return None, False
    return mask if kept == count - 1 else looked_up(keep.view(np.uint8), labels), kept == 1


def _strong(shades: NDArray[np.uint8], high: float, labels: NDArray[np.int32], count: int) -> NDArray[np.bool_]:
    """Which components exceed a shade anywhere."""
    if count == 2:
        return np.array([False, cv2.minMaxLoc(shades)[1] > high])
    strong = np.zeros(count, np.bool_)
    strong[labels[shades > math.floor(high)]] = True
    return strong


def _with_edges(
    levels: Levels, mask: NDArray[np.uint8], labels: NDArray[np.int32], count: int, reach: float
) -> NDArray[np.bool_]:
    """Which components do not fade into the paper on all sides, as shadow and light do."""
    rim = mask - np.asarray(cv2.erode(mask, square(3), borderType=cv2.BORDER_REPLICATE), np.uint8)
    climb = np.asarray(cv2.morphologyEx(levels.shades, cv2.MORPH_GRADIENT, square(3)), np.uint8)
    edge = _means(labels, climb, rim, count) / 2  # the gradient spans two pixels
    depth = _means(labels, levels.shades, mask, count) - levels.paper
    return np.asarray(edge * reach >= 0.8 * depth, np.bool_)


def _means(
    labels: NDArray[np.int32], values: NDArray[np.uint8], where: NDArray[np.uint8], count: int
) -> NDArray[np.float64]:
    """Mean of the values of each label from 0 to count - 1 where a mask is 1, which it is on none that is 0."""
    if count == 2:  # as most often: without a list of its pixels
        total = cv2.sumElems(cv2.copyTo(values, where))[0]
        return np.array([0, total / max(cv2.countNonZero(where), 1)])
    chosen = where.view(np.bool_)
    mine = labels[chosen]
    return np.bincount(mine, values[chosen], count) / np.maximum(np.bincount(mine, minlength=count), 1)


def _darker_half(levels: Levels) -> NDArray[np.uint8]:
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
