"""A set of labelled digits, in the form in which the network sees them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watcher.bars import each
from watcher.errors import UsageError
from watcher.recognition.normalise import normalise
from watcher.recognition.verdict import Unreadable

GARBAGE = 10


@dataclass(frozen=True)
class Digits:
    """Pictures uint8 (n, 28, 28), ink 255 on 0, and their labels int64 (n,), 0 to 9; GARBAGE for what is no digit."""

    pictures: NDArray[np.uint8]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, index: NDArray[np.intp]) -> "Digits":
        """The digits at these places, in this order."""
        return Digits(self.pictures[index], self.labels[index])

    def plus(self, other: "Digits") -> "Digits":
        """These digits, then the others."""
        return Digits(np.concatenate([self.pictures, other.pictures]), np.concatenate([self.labels, other.labels]))


def normalised(digits: Digits, what: str) -> tuple[Digits, int]:
    """Every picture through the normaliser that serves users, and the number it could not read.

    A network trained on one form and served another loses most of what it learnt, so the
    training digits pass the same function as users' pictures. Those it cannot read are left out.
    """
    kept: list[NDArray[np.uint8]] = []
    places: list[int] = []
    for place, picture in enumerate(each(digits.pictures, "pictures", f"normalise {what}")):
        try:
            kept.append(normalise(picture).digit)
        except Unreadable:
            continue
        places.append(place)
    if not kept:
        raise UsageError(
            f"none of the {len(digits)} {what} digits can be read",
            hint="look at one of them with: python -m watcher predict PICTURE --figure out.png",
        )
    return Digits(np.stack(kept), digits.labels[places]), len(digits) - len(kept)


def hold_out(digits: Digits, count: int, seed: int) -> tuple[Digits, Digits]:
    """Two sets, all but `count` digits and `count` digits, drawn by `seed`.

    The second chooses between models and sets thresholds; it is never trained on.
    """
    if not 0 < count < len(digits):
        raise UsageError(
            f"--holdout {count} does not fit a training set of {len(digits)} digits",
            hint=f"choose a number from 1 to {len(digits) - 1}; 5000 is usual for MNIST",
        )
    order = np.random.default_rng(seed).permutation(len(digits))
    return digits.take(np.sort(order[count:])), digits.take(np.sort(order[:count]))
