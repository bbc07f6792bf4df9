"""What each step trains on: digits of the training set, pictures made afresh this epoch, and garbage."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from train.digits import GARBAGE, Digits
from train.recipe import Recipe

Fresh = Callable[[int], Digits]

# Each fresh picture serves in so many epochs: making one takes as long as training on three.
EPOCHS_FRESH = 2


@dataclass(frozen=True)
class Batch:
    """pictures: uint8 (n, 28, 28). labels: int64 (n,), 10 for garbage. worn: bool (n,), True where it is a picture
    of people's kind already, which further distortion would only spoil."""

    pictures: NDArray[np.uint8]
    labels: NDArray[np.int64]
    worn: NDArray[np.bool_]


class Batches:
    """Every batch of a run by the number of its step, from the recipe's seed alone."""

    def __init__(self, recipe: Recipe, digits: Digits, garbage: NDArray[np.uint8], fresh: Fresh | None = None) -> None:
        """garbage: uint8 (m, 28, 28), m may be 0. fresh: the `recipe.fresh` pictures of an epoch, by its number."""
        self._recipe, self._digits, self._garbage, self._fresh = recipe, digits, garbage, fresh
        self._garbage_each = round(recipe.batch_size * recipe.garbage_share) if len(garbage) else 0
        self._others_each = recipe.batch_size - self._garbage_each
        self._others = len(digits) + (EPOCHS_FRESH * recipe.fresh if fresh is not None else 0)
        self._epoch = -1
        self._made: dict[int, Digits] = {}

    @property
    def per_epoch(self) -> int:
        """Batches in an epoch: each digit is met once, but for a rest that fills no batch."""
        return max(1, self._others // self._others_each)

    def batch(self, step: int) -> Batch:
        """The batch of this step, counted from 0."""
        epoch, at = divmod(step, self.per_epoch)
        self._begin(epoch)
        chosen = self._order[at * self._others_each : (at + 1) * self._others_each]
        worn = chosen >= len(self._digits)
        old, new = chosen[~worn], chosen[worn] - len(self._digits)
        random = np.random.default_rng((self._recipe.seed, epoch, at))
        garbage = self._garbage[random.integers(max(1, len(self._garbage)), size=self._garbage_each)]
        return Batch(
            np.concatenate([self._digits.pictures[old], self._new.pictures[new], garbage]),
            np.concatenate([self._digits.labels[old], self._new.labels[new], np.full(len(garbage), GARBAGE)]),
            np.repeat([False, True, False], [len(old), len(new), len(garbage)]),
        )

    def _begin(self, epoch: int) -> None:
        if epoch == self._epoch:
            return
        self._epoch = epoch
        self._order = np.random.default_rng((self._recipe.seed, epoch)).permutation(self._others)
        self._new = self._digits.take(np.arange(0))
        if self._fresh is None:
            return
        wanted = [max(made, 0) for made in range(epoch - EPOCHS_FRESH + 1, epoch + 1)]
        self._made = {made: self._made.get(made) or self._fresh(made) for made in sorted(set(wanted))}
        for made in wanted:
            self._new = self._new.plus(self._made[made])
