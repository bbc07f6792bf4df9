"""What temperature and thresholds are fitted on: held-out digits and fresh garbage, never test data."""

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from train.augment import augment
from train.digits import Digits, normalised
from train.garbage import garbage

# A mix that errs about as often as strangers' pictures do (1 to 2 in a hundred). Fitted on distorted
# digits alone, a network doubts itself too much; on clean ones alone, too little.
CLEAN_COPIES, DISTORTED_COPIES = 6, 2
GARBAGE = 4000
_SEED = 990_001  # far from any seed of training: unseen distortions, unseen garbage


def mixed(holdout: Digits) -> Digits:
    """The held-out digits as they are, and distorted; the latter normalised as a user's picture would be."""
    clean = Digits(np.tile(holdout.pictures, (CLEAN_COPIES, 1, 1)), np.tile(holdout.labels, CLEAN_COPIES))
    return clean.plus(normalised(_distorted(holdout), "distorted digits")[0])


def unseen_garbage(holdout: Digits) -> NDArray[np.uint8]:
    """Garbage uint8 (n, 28, 28) that training never saw."""
    return garbage(GARBAGE, holdout, _SEED)


def _distorted(holdout: Digits) -> Digits:
    pictures = []
    for copy in range(DISTORTED_COPIES):
        for at in range(0, len(holdout), 500):
            batch = tf.constant(holdout.pictures[at : at + 500] / np.float32(255))
            changed = augment(batch, tf.constant([_SEED + copy, at]))
            pictures.append(np.rint(np.asarray(changed) * 255).astype(np.uint8))
    return Digits(np.concatenate(pictures), np.tile(holdout.labels, DISTORTED_COPIES))
