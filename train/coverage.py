"""Risk against coverage: how much error comes with each share of pictures that is accepted unseen.

El-Yaniv & Wiener, 2010. What the knob `accepted_error` moves along.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from train.readings import Reading
from watcher.recognition.verdict import Reason, Status


@dataclass(frozen=True)
class Curve:
    """coverage: shares accepted, rising. risk: share of wrong among those. Both float (n,), 0 to 1.

    point: where the reader's own thresholds stand, as (coverage, risk).
    """

    coverage: NDArray[np.float64]
    risk: NDArray[np.float64]
    point: tuple[float, float]


def curve(readings: Sequence[Reading]) -> Curve:
    """The curve of digits, the surest first; those doubted for another reason than low confidence never come."""
    eligible = [r for r in readings if r.verdict.status is Status.OK or r.verdict.reason is Reason.LOW_CONFIDENCE]
    eligible.sort(key=lambda reading: -(reading.verdict.confidence or 0))
    wrong = np.cumsum([not reading.right for reading in eligible])
    order = np.arange(1, len(eligible) + 1)
    accepted = [reading for reading in readings if reading.verdict.status is Status.OK]
    error = sum(not reading.right for reading in accepted) / max(1, len(accepted))
    point = (len(accepted) / max(1, len(readings)), error)
    return Curve(order / max(1, len(readings)), wrong / order, point)
