"""Print in stripes: parallel lines at one distance, as on cheques, found in the spectrum and taken away.

No threshold tells lines as dark as a thin pen from it; that they come at one beat, and the pen at none, does.
"""

from functools import lru_cache

import cv2
import numpy as np
from numpy.fft import fftfreq, rfft2, rfftfreq  # here: numpy loads it late, and a confined reader opens no files
from numpy.typing import NDArray

from watcher.recognition.small import median

# The distance from line to line, in the picture's own pixels.
CLOSEST, WIDEST = 2.5, 8.0
# So many lines are print; three may be a 5.
FEWEST = 4
# Larger pictures show such print as texture, if at all.
LARGEST = 128
# A beat is this many times the mean of all that come into question, and stronger than what is slower the same way:
# a pen's stroke is the stronger, the slower.
PEAK = 4.0
SLOWER, WEAKER = 0.7, 0.65
# Ink counts as no darker than this, in amplitudes of the stripes, or it would be taken for one.
CLIPPED = 2.5
_SPECTRUM = 64  # frequencies each way, at least

Soft = NDArray[np.float32]


def without_stripes(contrast: Soft, pixel: int = 1) -> Soft:
    """Contrast (h, w) float32 with the strongest stripes taken out of paper and ink, or as it is.

    pixel: how many times the picture was enlarged. Stripes may bend and fade: they are followed as a lock-in amplifier
    does, by the mean of the contrast times a wave, over a period each way.
    """
    size = tuple(side // pixel for side in contrast.shape[::-1])
    if not 8 <= min(size) <= max(size) <= LARGEST:
        return contrast
    own = contrast
    if pixel > 1:
        own = np.asarray(cv2.resize(contrast, size, interpolation=cv2.INTER_AREA), np.float32)
    level = own - np.float32(median(own.ravel()))
    found = _beat(level)
    if found is None:
        return contrast
    down, right, amplitude = found
    level = np.clip(level, -CLIPPED * amplitude, CLIPPED * amplitude)
    followed = [_followed(level * wave, 1 / np.hypot(down, right)) for wave in _waves(own.shape, down, right, 1)]
    stripes = np.zeros_like(contrast)
    for strength, wave in zip(followed, _waves(contrast.shape, down, right, pixel), strict=True):
        stripes += 2 * wave * cv2.resize(strength, contrast.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(contrast - stripes, np.float32)


def _beat(level: Soft) -> tuple[float, float, float] | None:
    """Periods a pixel down and to the right, and the amplitude, of the strongest stripes; None where there are none."""
    height, width = level.shape
    usual = 2 * 1.4826 * median(np.abs(level).ravel())
    window = _window(height, width)
    whole = float(window.sum())
    level = np.clip(level, -usual, usual)
    rows, columns = max(_SPECTRUM, height), max(_SPECTRUM, width)
    strength = np.abs(rfft2((level - (level * window).sum() / whole) * window, (rows, columns)))
    asked = strength * _asked_for(rows, columns)
    row, column = divmod(int(asked.argmax()), asked.shape[1])
    peak = float(asked[row, column])
    mean = float(np.sqrt((asked**2).sum() / _asked_for(rows, columns).sum()))
    down, right = (row if row <= rows / 2 else row - rows) / rows, column / columns
    slower = strength[round(SLOWER * down * rows), round(SLOWER * column)]
    if peak <= PEAK * mean or slower > WEAKER * peak or abs(down) * height + right * width < FEWEST:
        return None
    return down, right, 2 * peak / whole


@lru_cache(16)
def _window(height: int, width: int) -> NDArray[np.float64]:
    return np.asarray(np.hanning(height + 2)[1:-1, None] * np.hanning(width + 2)[None, 1:-1], np.float64)


@lru_cache(8)
def _asked_for(rows: int, columns: int) -> NDArray[np.bool_]:
    beats = np.hypot(fftfreq(rows)[:, None], rfftfreq(columns)[None])
    return np.asarray((beats > 1 / WIDEST) & (beats < 1 / CLOSEST), np.bool_)


def _waves(shape: tuple[int, ...], down: float, right: float, pixel: int) -> tuple[Soft, Soft]:
    """Cosine and sine with so many periods a pixel of the picture, on a grid `pixel` times as fine."""
    rows, columns = ((np.arange(side, dtype=np.float32) + 0.5) / pixel for side in shape)
    phase = (2 * np.pi * (down * rows[:, None] + right * columns[None])).astype(np.float32)
    return np.cos(phase), np.sin(phase)


def _followed(product: Soft, period: float) -> Soft:
    return np.asarray(cv2.GaussianBlur(product, (0, 0), period), np.float32)
