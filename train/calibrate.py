"""Temperature and thresholds, from distorted held-out digits and from garbage; never from test data."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from train import scores
from watcher.recognition.verdict import Calibration, Thresholds

# What the thresholds promise on distorted held-out digits.
ERROR_AMONG_OK = 0.002
DIGITS_REVIEWED_AS_GARBAGE = 0.005
DIGITS_REJECTED_AS_GARBAGE = 0.0005
# Users' digits are stranger than ours: below these no picture is doubted or turned away as garbage.
LEAST_REVIEW, LEAST_UNREADABLE = 0.2, 0.9

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fitted:
    """Calibration and thresholds, and the shares of garbage that they let pass, doubt and turn away."""

    calibration: Calibration
    thresholds: Thresholds
    garbage_shares: dict[str, float]


def calibrate(logits: NDArray[np.float32], labels: NDArray[np.int64], garbage: NDArray[np.float32]) -> Fitted:
    """Fit on logits float32 (n, 10 or 11) of distorted digits, and on those of garbage (m, the same).

    Temperature: least negative log-likelihood over the ten digits (Guo et al., 2017). `ok`: the
    smallest confidence with an error of at most ERROR_AMONG_OK among the digits accepted by it.
    """
    temperature = fit_temperature(logits[:, :10], labels)
    confidence = np.exp(scores.log_softmax(logits[:, :10] / temperature)).max(axis=1)
    right = logits[:, :10].argmax(axis=1) == labels
    as_garbage = _garbage(logits, temperature)
    review = max(_exceeded_by(as_garbage, DIGITS_REVIEWED_AS_GARBAGE), LEAST_REVIEW)
    unreadable = max(_exceeded_by(as_garbage, DIGITS_REJECTED_AS_GARBAGE), LEAST_UNREADABLE)
    read = as_garbage < review
    thresholds = Thresholds(
        ok=accept_above(confidence[read], right[read], ERROR_AMONG_OK),
        garbage_review=review,
        garbage_unreadable=unreadable,
    )
    return Fitted(Calibration(temperature), thresholds, _shares(garbage, temperature, thresholds))


def fit_temperature(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """The temperature from 0.25 to 8 with the least surprise, to three digits."""
    grid = np.geomspace(0.25, 8, 60)
    for _ in range(2):
        best = int(np.argmin([scores.mean_surprise(logits, labels, t) for t in grid]))
        grid = np.geomspace(grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)], 40)
    best = int(np.argmin([scores.mean_surprise(logits, labels, t) for t in grid]))
    return round(float(grid[best]), 3)


def accept_above(confidence: Floats, right: NDArray[np.bool_], error: float) -> float:
    """The smallest threshold so that at most this share of those at or above it is wrong; 1 if none is."""
    order = np.argsort(-confidence, kind="stable")
    ordered = confidence[order]
    wrong = np.cumsum(~right[order]) / np.arange(1, len(order) + 1)
    # Equal confidences are accepted together: only the last of a run counts.
    last = np.append(ordered[1:] != ordered[:-1], True)
    fitting = np.flatnonzero((wrong <= error) & last)
    return _down(float(ordered[fitting[-1]])) if len(fitting) else 1.0


def _garbage(logits: NDArray[np.float32], temperature: float) -> Floats:
    if logits.shape[1] == 10:
        return np.zeros(len(logits))
    return np.exp(scores.log_softmax(logits / temperature)[:, 10])


def _exceeded_by(values: Floats, share: float) -> float:
    """A threshold that at most this share of the values reaches."""
    ordered = np.sort(values)[::-1]
    return _up(float(ordered[int(share * len(ordered))]))


def _shares(garbage: NDArray[np.float32], temperature: float, thresholds: Thresholds) -> dict[str, float]:
    if garbage.shape[1] == 10 or not len(garbage):
        return {}
    found = _garbage(garbage, temperature)
    confidence = np.exp(scores.log_softmax(garbage[:, :10] / temperature)).max(axis=1)
    unreadable = found >= thresholds.garbage_unreadable
    ok = (found < thresholds.garbage_review) & (confidence >= thresholds.ok)
    return {
        "ok": float(ok.mean()),
        "review": float((~ok & ~unreadable).mean()),
        "unreadable": float(unreadable.mean()),
    }


def _down(value: float) -> float:
    return float(np.floor(value * 1e4) / 1e4)


def _up(value: float) -> float:
    return min(float(np.floor(value * 1e4 + 1) / 1e4), 1.0)
