"""Grey picture → contrast with the paper around each pixel: light, shadow and polarity taken away."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from watcher.recognition.small import median, quantile
from watcher.recognition.steps import ALL_STEPS, Steps

# A drawing program's canvas is of one shade: at least this share of the pixels.
ONE_SHADE = 0.6
# Light is looked at on a picture of this side, its tilt on one of that.
_LIGHT_SIDE, _TILT_SIDE = 48, 24
# The shares of the shorter and of the longer side that strokes may fill: what is wider than both is paper.
_REACH, _REACH_ALONG = 0.5, 0.4
# Where the two classes of shades share the rim so evenly, it does not tell which is paper.
MIXED = 0.3
# There dark shades may be this share and still be ink, as most pens are dark; on a tiny picture half.
MOST_INK = 0.56
# A picture that is not larger than this has strokes too wide, for its size, to follow light between them.
TINY = 20

Soft = NDArray[np.float32]
_RIDGE = 1e-9 * np.eye(3)  # or a picture of one row has no plane
_SHADES = np.arange(256, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class ByShade:
    """The contrast of a (h, w) uint8 picture on paper of one shade, where it hangs on the shade of each pixel alone.

    of: (256,) float32, the contrast of each shade, one more or one less from each to the next.
    counts: how often each shade occurs.
    """

    grey: NDArray[np.uint8]
    of: Soft
    counts: NDArray[np.float64]

    def pixels(self) -> Soft:
        """The contrast of each pixel, (h, w) float32."""
        return np.asarray(cv2.LUT(self.grey, self.of), np.float32)

    def range(self) -> tuple[float, float]:
        """The least contrast in the picture, and the most."""
        darkest, lightest, _, _ = cv2.minMaxLoc(self.grey)
        one, other = float(self.of[int(darkest)]), float(self.of[int(lightest)])
        return min(one, other), max(one, other)

    def turned(self) -> "ByShade":
        """The contrast towards the other side."""
        return ByShade(self.grey, -self.of, self.counts)


Contrast = Soft | ByShade


def contrast_with_paper(grey: NDArray[np.uint8], pixel: int = 1, steps: Steps = ALL_STEPS) -> Contrast:
    """How far each pixel of (h, w) uint8 is from the paper around it, towards ink.

    Returns (h, w) float32, paper near 0, may be negative; by shade, where the paper is of one.
    pixel: how many times the picture was enlarged.
    The paper is a tilted plane, then what a grey-level closing wider than any stroke leaves of it.
    """
    counts = histogram(grey)
    if counts.max() > ONE_SHADE * grey.size:
        flat = ByShade(grey, np.float32(counts.argmax()) - _SHADES, counts)
        return flat if not steps.polarity or _ink_on_canvas_is_below(flat) else flat.turned()
    larger = max(grey.shape) > TINY * pixel
    if not steps.light or not larger or _two_shades(counts):
        flat = ByShade(grey, np.float32(_middle_of_rim(grey)) - _SHADES, counts)
        return flat if not steps.polarity or _ink_is_below(flat.pixels(), larger) else flat.turned()
    level = _without_tilt(grey)
    depth = level if not steps.polarity or _ink_is_below(level) else -level
    return depth - _hollows(depth)


def histogram(shades: NDArray[np.uint8], where: NDArray[np.uint8] | None = None) -> NDArray[np.float64]:
    """How often each of 256 shades occurs, where a mask of the same shape is 1."""
    # Paper is often of one shade, and to add to the same count again and again takes longest: that one is told apart.
    paper = int(shades[0, 0])
    others = (shades != paper).view(np.uint8)
    if where is not None:
        others &= where
    elif cv2.countNonZero(others) > 0.5 * shades.size:
        return cv2.calcHist([shades], [0], None, [256], [0, 256]).ravel().astype(np.float64)
    counts = cv2.calcHist([shades], [0], others, [256], [0, 256]).ravel().astype(np.float64)
    counts[paper] = (shades.size if where is None else cv2.countNonZero(where)) - counts.sum()
    return counts


def _two_shades(counts: NDArray[np.float64]) -> bool:
    """A bitmap, or bold strokes by a drawing program."""
    first, second = np.sort(counts)[:-3:-1]
    return bool(first + second > 0.75 * counts.sum() and second > 0.1 * counts.sum())


def _ink_on_canvas_is_below(flat: ByShade) -> bool:
    lowest, highest = flat.range()
    paper = float(flat.of[0]) - _middle_of_rim(flat.grey)
    if lowest >= paper or highest <= paper:  # as nearly always: the ink is all there is
        return lowest >= paper
    return _furthest_is_below(flat.pixels())


def _ink_is_below(depth: Soft, larger: bool = True) -> bool:
    """Ink is what departs furthest from the paper, and the paper is what most of the rim is. Positive is darker."""
    small = _reduced(depth, _LIGHT_SIDE)
    low, high, _, _ = cv2.minMaxLoc(small)
    shades = np.asarray(cv2.convertScaleAbs(small - low, alpha=255 / max(high - low, 1e-6)), np.uint8)
    _, below = cv2.threshold(shades, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    if MIXED < float(_rim(below).mean()) < 1 - MIXED:  # cut out so tightly that ink is much of the rim: less is ink
        return float(below.mean()) < (MOST_INK if larger else 0.5)
    return _furthest_is_below(depth)


def _furthest_is_below(depth: Soft) -> bool:
    smooth = cv2.blur(depth, (3, 3)) if min(depth.shape) > 64 else depth
    low, high, _, _ = cv2.minMaxLoc(smooth)
    paper = _middle_of_rim(depth)
    return high - paper >= paper - low


def _rim(values: NDArray[np.generic]) -> NDArray[np.generic]:
    rim = max(1, min(values.shape) // 40)
    around = [values[:rim].ravel(), values[-rim:].ravel(), values[:, :rim].ravel(), values[:, -rim:].ravel()]
    return np.concatenate(around)


def _middle_of_rim(values: NDArray[np.generic]) -> float:
    return median(_rim(values).astype(np.float32))


def _reduced(values: NDArray[np.generic], side: int) -> Soft:
    scale = min(1.0, side / max(values.shape))
    size = tuple(max(1, round(length * scale)) for length in reversed(values.shape))
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float32)  # type: ignore[arg-type]


def _without_tilt(grey: NDArray[np.uint8]) -> Soft:
    """How far below the plane through the paper each pixel lies: trimmed least squares, as ink is an outlier."""
    small = _reduced(grey, _TILT_SIDE)
    height, width = small.shape
    terms = _plane_terms(height, width)
    values = small.ravel().astype(np.float64)
    off = np.abs(values - median(values))
    for _ in range(4):
        kept = off <= max(1.0, quantile(off, 0.6))
        chosen = terms.compress(kept, axis=0)  # as terms[kept], at a quarter of its cost
        plane = np.linalg.solve(chosen.T @ chosen + _RIDGE, chosen.T @ values[kept])
        off = np.abs(values - terms @ plane)
    base, down, right = plane
    fine_rows = ((np.arange(grey.shape[0]) + 0.5) / grey.shape[0] * height - 0.5) / max(height, 2)
    fine_columns = ((np.arange(grey.shape[1]) + 0.5) / grey.shape[1] * width - 0.5) / max(width, 2)
    paper = (base + down * fine_rows)[:, None] + (right * fine_columns)[None]
    paper -= grey
    return np.asarray(paper, np.float32)


@lru_cache(32)
def _plane_terms(height: int, width: int) -> NDArray[np.float64]:
    """(height * width, 3): one, and the share of the way down and to the right, of each pixel."""
    rows, columns = np.mgrid[0:height, 0:width].reshape(2, -1) / np.array([[max(height, 2)], [max(width, 2)]])
    return np.stack([np.ones_like(rows), rows, columns], axis=1)


def _hollows(depth: Soft) -> Soft:
    """The paper's own depth: a grey-level opening by a disc wider than any stroke, smoothed."""
    small = _reduced(depth, _LIGHT_SIDE)
    reach = max(3, int(max(_REACH * min(small.shape), _REACH_ALONG * max(small.shape))) | 1)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    paper = cv2.morphologyEx(small, cv2.MORPH_OPEN, disc, borderType=cv2.BORDER_REPLICATE)
    paper = cv2.GaussianBlur(paper, (0, 0), reach / 4)
    return np.asarray(cv2.resize(paper, depth.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
