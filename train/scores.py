"""Figures that say how good a reader is, in a few lines of numpy each."""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Bools = NDArray[np.bool_]


def wilson(right: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, 1927), in 0..1; (0, 1) of nothing."""
    if n == 0:
        return 0.0, 1.0
    share = right / n
    middle = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def sign_test(won: int, lost: int) -> float:
    """How likely at least `won` of `won + lost` tosses of a fair coin are heads: McNemar's exact test, one-sided."""
    tosses = won + lost
    ways: int = sum(math.comb(tosses, heads) for heads in range(won, tosses + 1))
    return ways / (1 << tosses)


def calibration_error(confidence: Floats, right: Bools, bins: int = 15) -> float:
    """Expected calibration error with bins of equal width (Guo et al., 2017); 0 of nothing."""
    if not len(confidence):
        return 0.0
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    count = np.bincount(place, minlength=bins)
    sure = np.bincount(place, weights=confidence, minlength=bins)
    hits = np.bincount(place, weights=right.astype(float), minlength=bins)
    return float(np.abs(sure - hits).sum() / count.sum())


def confusion(labels: NDArray[np.int64], predictions: NDArray[np.int64]) -> NDArray[np.int64]:
    """Counts int64 (10, 11): row the true digit, column the predicted one, the last for none (-1)."""
    table = np.zeros((10, 11), np.int64)
    np.add.at(table, (labels, predictions), 1)
    return table


def log_softmax(logits: Floats) -> NDArray[np.float64]:
    """Natural logarithms of the softmax over the last axis."""
    shifted = logits.astype(np.float64) - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def mean_surprise(logits: Floats, labels: NDArray[np.int64], temperature: float) -> float:
    """Mean negative log-likelihood of the labels at this temperature."""
    logs = log_softmax(logits / temperature)
    return float(-logs[np.arange(len(labels)), labels].mean())
