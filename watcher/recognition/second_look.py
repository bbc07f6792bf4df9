"""A second look at what the network is not sure of: its mean answer to the picture and to copies one pixel aside.

Averaging over shifted copies is Krizhevsky et al. (2012); it pays because a network with strides answers a shifted
picture differently (Zhang, 2019). Only doubtful pictures cost more than one look.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Look = Callable[[NDArray[np.uint8]], NDArray[np.float32]]

# Where the copies begin, down and across, in the picture with a rim of one pixel; (1, 1) is the picture itself.
_COPIES = ((0, 1), (2, 1), (1, 0), (1, 2))


@dataclass(frozen=True, slots=True)
class SecondLook:
    """Which pictures are looked at again.

    margin: those whose two largest logits, of all classes, are less than this apart; 0: none.
    Raises ValueError where it is no such number.
    """

    margin: float = 0.0

    def __post_init__(self) -> None:
        if type(self.margin) not in (int, float) or not 0 <= self.margin < math.inf:
            raise ValueError(f"the second look's margin is {self.margin!r}, not a number from 0")

    def logits(self, look: Look, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What `look` answers to (n, 28, 28) uint8, ink on 0: float32 (n, classes); means for doubtful pictures.

        Means of logits: after softmax they are the geometric means of the probabilities.
        """
        first = look(batch)
        doubtful = np.flatnonzero(lead(first) < self.margin)
        if not len(doubtful):
            return first
        height, width = batch.shape[1:]
        rimmed = np.zeros((len(doubtful), height + 2, width + 2), np.uint8)
        rimmed[:, 1:-1, 1:-1] = batch[doubtful]
        copies = [look(rimmed[:, top : top + height, left : left + width]) for top, left in _COPIES]
        answers = first.copy()
        answers[doubtful] = sum(copies, first[doubtful]) / (1 + len(copies))
        return answers


def lead(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far the largest of each row (n, classes) is above the second: float32 (n,), from 0."""
    ordered = np.sort(logits, axis=1)
    return np.asarray(ordered[:, -1] - ordered[:, -2], np.float32)
