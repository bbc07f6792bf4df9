"""numpy's median, quantile and pad spend fifty microseconds before they begin: the same for small arrays, at once."""

from functools import lru_cache
from typing import TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

Image = TypeVar("Image", NDArray[np.uint8], NDArray[np.float32])


def median(values: NDArray[np.floating]) -> float:
    """np.median of a one-dimensional array that is not empty."""
    ordered = np.sort(values)
    half = len(ordered) // 2
    return float(ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2)


def quantile(values: NDArray[np.floating], share: float) -> float:
    """np.quantile of a one-dimensional array that is not empty, by linear interpolation."""
    ordered = np.sort(values)
    rank = share * (len(ordered) - 1)
    at = int(rank)
    low, high = float(ordered[at]), float(ordered[min(at + 1, len(ordered) - 1)])
    weight = rank - at
    # From the nearer end, as numpy does.
    return low + (high - low) * weight if weight < 0.5 else high - (high - low) * (1 - weight)


@lru_cache(8)
def square(side: int) -> NDArray[np.uint8]:
    """A structuring element of ones, which callers share."""
    return np.ones((side, side), np.uint8)


def looked_up(table: NDArray[np.uint8], labels: NDArray[np.int32]) -> NDArray[np.uint8]:
    """table[labels], of labels from 0 to len(table) - 1."""
    if len(table) > 256:
        return table.take(labels)
    every = np.zeros(256, np.uint8)
    every[: len(table)] = table
    return np.asarray(cv2.LUT(labels.astype(np.uint8), every), np.uint8)


def padded(values: Image, width: int, value: int = 0) -> Image:
    """np.pad of a two-dimensional array by `width` on all sides with a constant."""
    return cast("Image", cv2.copyMakeBorder(values, width, width, width, width, cv2.BORDER_CONSTANT, value=value))


def part_with_margin(values: Image, box: tuple[int, int, int, int], margin: int) -> Image:
    """A box (top, left, height, width) of a two-dimensional array and what is around it, 0 beyond the array."""
    top, left, height, width = box
    above, before = max(margin - top, 0), max(margin - left, 0)
    part = values[max(top - margin, 0) : top + height + margin, max(left - margin, 0) : left + width + margin]
    below, after = height + 2 * margin - above - part.shape[0], width + 2 * margin - before - part.shape[1]
    return cast("Image", cv2.copyMakeBorder(part, above, below, before, after, cv2.BORDER_CONSTANT, value=0))
