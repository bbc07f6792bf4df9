"""Whether confidence means what it says: the share of right ones among those that were equally sure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from train import scores
from train.readings import Reading
from train.scores import Bools, Floats

BINS = 15  # as the expected calibration error has them


@dataclass(frozen=True)
class Sure:
    """Pictures that were read. confidence: float (n,), 0 to 1; right: bool (n,)."""

    confidence: Floats
    right: Bools

    @property
    def error(self) -> float:
        """The expected calibration error (Guo et al., 2017)."""
        return scores.calibration_error(self.confidence, self.right, BINS)


@dataclass(frozen=True)
class Bin:
    """Pictures of like confidence. confidence: their mean; right: their share; low, high: its 95 % interval."""

    count: int
    confidence: float
    right: float
    low: float
    high: float


def sure(readings: Sequence[Reading]) -> Sure:
    """Those of the readings that have a confidence."""
    read = [
        (reading.verdict.confidence, reading.right) for reading in readings if reading.verdict.confidence is not None
    ]
    return Sure(np.array([confidence for confidence, _ in read], float), np.array([right for _, right in read], bool))


def binned(found: Sure) -> list[Bin]:
    """The bins of equal width that hold any, from the least sure to the surest."""
    place = np.minimum((found.confidence * BINS).astype(int), BINS - 1)
    bins = []
    for number in np.unique(place):
        here = place == number
        count, right = int(here.sum()), int(found.right[here].sum())
        share, (low, high) = right / count, scores.wilson(right, count)
        # Where all are right, or none, rounding may leave the share a hair outside.
        bins.append(Bin(count, float(found.confidence[here].mean()), share, min(low, share), max(high, share)))
    return bins
