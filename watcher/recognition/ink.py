"""Grey picture → ink: how strongly each pixel is drawn on, whatever the paper, the light and the polarity."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from watcher.recognition.steps import ALL_STEPS, Steps

LONGEST_SIDE = 600
# The least contrast, of 255, that counts as drawn; and how far it must stand above the paper's own noise.
LEAST_CONTRAST = 6.0
LEAST_NOISE_RATIO = 9.0


@dataclass(frozen=True, slots=True)
class Ink:
    """strength: (h, w) float32, 0 paper to 1 ink. mask: (h, w) uint8, 1 where something is drawn."""

    strength: NDArray[np.float32]
    mask: NDArray[np.uint8]


def find_ink(grey: NDArray[np.uint8], steps: Steps = ALL_STEPS) -> Ink | None:
    """Separate ink from paper in a (h, w) uint8 picture; None where nothing is drawn."""
    grey = _shrunk(grey)
    for _ in range(3):  # a card on a table, a frame on the card
        contrast = _contrast(grey, not steps.polarity or _ink_is_dark(grey), steps.light)
        ink = _separate(contrast, steps.noise)
        if ink is None:
            return None
        card = _card_inside(ink.mask) if steps.cards else None
        if card is None:
            return ink
        grey = grey[card]
    return ink


def _shrunk(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    scale = LONGEST_SIDE / max(grey.shape)
    if scale >= 1:
        return grey
    size = tuple(max(1, round(side * scale)) for side in reversed(grey.shape))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _ink_is_dark(grey: NDArray[np.uint8]) -> bool:
    """Ink is what departs furthest from the paper, and the paper is what most of the rim is."""
    rim = max(1, min(grey.shape) // 40)
    around = np.concatenate([grey[:rim].ravel(), grey[-rim:].ravel(), grey[:, :rim].ravel(), grey[:, -rim:].ravel()])
    paper = float(np.median(around))
    smooth = cv2.blur(grey, (3, 3)) if min(grey.shape) > 64 else grey
    return paper - float(smooth.min()) >= float(smooth.max()) - paper


def _contrast(grey: NDArray[np.uint8], dark: bool, light: bool) -> NDArray[np.float32]:
    """How far each pixel is from the paper around it, towards ink; paper near 0, float32, may be negative."""
    bright_paper = grey if dark else 255 - grey
    values, counts = np.unique(bright_paper, return_counts=True)
    if not light or counts.max() > 0.6 * grey.size:  # a drawing program's canvas: one shade
        return (int(values[counts.argmax()]) - bright_paper.astype(np.float32)).astype(np.float32)
    scale = min(1.0, 96 / max(grey.shape))
    size = tuple(max(1, round(side * scale)) for side in reversed(grey.shape))
    small = np.asarray(cv2.resize(bright_paper, size, interpolation=cv2.INTER_AREA))
    reach = max(3, int(0.4 * min(size)) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE)
    paper = cv2.GaussianBlur(paper.astype(np.float32), (0, 0), reach / 4)
    whole = cv2.resize(paper, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    contrast = whole - bright_paper.astype(np.float32)
    return np.asarray(contrast, np.float32)


def _separate(contrast: NDArray[np.float32], noise_matters: bool) -> Ink | None:
    calm, noise = _calmed(contrast) if noise_matters else (contrast, 0.0)
    count = min(max(4, calm.size // 1000), calm.size)
    peak = float(np.partition(calm.ravel(), -count)[-count:].mean())
    if peak < max(LEAST_CONTRAST, LEAST_NOISE_RATIO * noise):
        return None
    eight_bit = np.clip(calm * (255 / peak), 0, 255).astype(np.uint8)
    otsu, _ = cv2.threshold(eight_bit, 0, 255, cv2.THRESH_OTSU)
    high = min(float(otsu), 128.0)
    floor = 255 * 3 * noise / peak
    low = max(0.5 * high, floor, 12.0)
    # Hysteresis (Canny 1986): faint ink counts where it hangs on to strong ink.
    _, labels = cv2.connectedComponents((eight_bit > low).astype(np.uint8), connectivity=8)
    strong = np.zeros(labels.max() + 1, np.uint8)
    strong[np.unique(labels[eight_bit > max(high, low)])] = 1
    strong[0] = 0
    mask = strong[labels]
    base = min(0.5 * low, floor)
    strength = np.clip((eight_bit - base) / max(2 * high - base, 1.0), 0, 1).astype(np.float32)
    return Ink(strength, mask) if mask.any() else None


def _calmed(contrast: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
    """The contrast with the paper's own level at 0, smoothed where it is noisy; and how noisy the paper is.

    Noise is measured on what Otsu's threshold takes for paper: bold ink on a small picture is half of it.
    """
    low, high = float(contrast.min()), float(contrast.max())
    if high <= low:
        return contrast, 0.0
    eight_bit = ((contrast - low) * (255 / (high - low))).astype(np.uint8)
    otsu, _ = cv2.threshold(eight_bit, 0, 255, cv2.THRESH_OTSU)
    paper = contrast[eight_bit <= otsu]
    level = float(np.median(paper))
    noise = 1.4826 * float(np.median(np.abs(paper - level)))
    level_free = np.asarray(contrast - level, np.float32)
    if noise > 1 and min(contrast.shape) > 64:
        return np.asarray(cv2.GaussianBlur(level_free, (3, 3), 0), np.float32), noise
    return level_free, noise


def _card_inside(mask: NDArray[np.uint8]) -> tuple[slice, slice] | None:
    """Where the "ink" is a filled card with something in it, the card's inside; else None."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    if count < 2:
        return None
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    left, top, width, height, area = (int(value) for value in stats[largest])
    if area < 0.25 * mask.size or area < 0.75 * width * height or min(width, height) < 16:
        return None
    inset_x, inset_y = max(1, width // 25), max(1, height // 25)
    return slice(top + inset_y, top + height - inset_y), slice(left + inset_x, left + width - inset_x)
