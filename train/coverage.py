"""Risk against coverage: how much error comes with each share of pictures that is accepted unseen.

El-Yaniv & Wiener, 2010. What the knob `accepted_error` moves along.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from train.readings import Reading
from train.scores import Bools, Floats
from watcher.recognition.verdict import Reason, Status


@dataclass(frozen=True)
class Curve:
    """coverage: shares accepted, rising. risk: share of wrong among those. Both float (n,), 0 to 1.

    point: where the reader's own thresholds stand, as (coverage, risk); None where there are none yet.
    """

    coverage: NDArray[np.float64]
    risk: NDArray[np.float64]
    point: tuple[float, float] | None

    @property
    def area(self) -> float:
        """The mean risk over all coverages that can be reached (AURC; Geifman et al., 2019); 0 of nothing."""
        return float(self.risk.mean()) if len(self.risk) else 0.0


def curve(readings: Sequence[Reading]) -> Curve:
    """The curve of digits, the surest first; those doubted for another reason than low confidence never come."""
    eligible = [r for r in readings if r.verdict.status is Status.OK or r.verdict.reason is Reason.LOW_CONFIDENCE]
    accepted = [reading for reading in readings if reading.verdict.status is Status.OK]
    error = sum(not reading.right for reading in accepted) / max(1, len(accepted))
    return curve_of(
        np.array([reading.verdict.confidence or 0 for reading in eligible], float),
        np.array([reading.right for reading in eligible], bool),
        len(readings),
        (len(accepted) / max(1, len(readings)), error),
    )


def curve_of(confidence: Floats, right: Bools, count: int, point: tuple[float, float] | None = None) -> Curve:
    """The curve of pictures that may be accepted, out of `count`. confidence: float (n,); right: bool (n,)."""
    wrong = np.cumsum(~right[np.argsort(-confidence, kind="stable")])
    order = np.arange(1, len(right) + 1)
    return Curve(order / max(1, count), wrong / order, point)
