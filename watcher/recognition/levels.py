"""Contrast with the paper in 256 steps: where the paper lies among them, its noise, and the boldest ink."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from watcher.recognition.paper import ByShade, Contrast, histogram
from watcher.recognition.small import square


@dataclass(frozen=True, slots=True)
class Levels:
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


def levels_of(contrast: Contrast, pixel: int) -> Levels | None:
    """Levels of a contrast (h, w); None where it is the same everywhere. pixel: how many times it was enlarged."""
    lowest, highest = contrast.range() if isinstance(contrast, ByShade) else cv2.minMaxLoc(contrast)[:2]
    if highest <= lowest:
        return None
    scale = 255 / (highest - lowest)
    shades, counts = _in_shades(contrast, scale, -lowest * scale)
    otsu, below = cv2.threshold(shades, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    # Blurred edges are neither ink nor paper: noise is measured beside them, where enough paper is left for it.
    paper = histogram(shades, np.asarray(cv2.erode(below, square(2 * pixel + 1)), np.uint8))
    if paper.sum() < 0.1 * shades.size:
        paper = counts * (np.arange(256) <= otsu)
    cumulated = paper.cumsum()
    middle, texture = _quantile(cumulated, 0.5), _quantile(cumulated, 0.97)
    most = min(max(4, shades.size // 1000), shades.size)
    peak = _mean_of_top(counts, most)
    # Of most canvases more than half is exactly the paper's shade: they have no noise.
    noise = 0.0 if paper[round(middle)] >= 0.5 * cumulated[-1] else _spread(paper, round(middle))
    return Levels(shades, 1 / scale, middle, noise, texture, float(otsu), peak)


def _in_shades(contrast: Contrast, scale: float, offset: float) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """The contrast, scaled, as (h, w) uint8; and how often each of its values occurs."""
    if not isinstance(contrast, ByShade):
        shades = np.asarray(cv2.convertScaleAbs(contrast, alpha=scale, beta=offset), np.uint8)
        return shades, histogram(shades)
    scaled = np.asarray(cv2.convertScaleAbs(contrast.of, alpha=scale, beta=offset), np.uint8).ravel()
    counts = np.asarray(np.bincount(scaled, weights=contrast.counts, minlength=256), np.float64)
    return np.asarray(cv2.LUT(contrast.grey, scaled), np.uint8), counts


def _spread(counts: NDArray[np.float64], middle: int) -> float:
    """Of values 0, 1, 2, … that occur so often: by the median distance from their middle."""
    away = np.bincount(np.abs(np.arange(256) - middle), weights=counts, minlength=256)
    return 1.4826 * _quantile(away.cumsum(), 0.5)


def _quantile(cumulated: NDArray[np.float64], share: float) -> float:
    """Of values of which so many are at most 0, 1, 2, …; between two values in proportion."""
    rank = share * cumulated[-1]
    at = int(cumulated.searchsorted(rank))
    before = float(cumulated[at - 1]) if at else 0.0
    inside = (rank - before) / max(float(cumulated[at]) - before, 1.0)
    return max(0.0, at - 0.5 + inside) if at else 0.0


def _mean_of_top(counts: NDArray[np.float64], most: int) -> float:
    """Of values 0, 1, 2, … that occur so often, the mean of the largest `most`."""
    from_top = counts[:0:-1].cumsum()  # how many are 255, at least 254, … at least 1: their sum is that of the values
    return float(np.minimum(from_top, most).sum()) / most
