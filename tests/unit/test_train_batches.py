"""Each step's batch: from the seed and the step alone, fresh pictures in it, each for two epochs."""

import numpy as np

from train.batches import Batches
from train.digits import GARBAGE, Digits
from train.recipe import Recipe

RECIPE = Recipe(batch_size=8, garbage_share=0.25, fresh=6, seed=3)
NOTHING = np.empty((0, 28, 28), np.uint8)


def numbered(count: int, first: int = 0) -> Digits:
    """Digits whose pixels say which they are."""
    numbers = np.arange(first, first + count)
    return Digits(np.tile(numbers[:, None, None], (1, 28, 28)).astype(np.uint8), numbers % 10)


def fresh(epoch: int) -> Digits:
    """The fresh pictures of an epoch: 100, 101, … in the first, 110, … in the second."""
    return numbered(RECIPE.fresh, 100 + 10 * epoch)


def epoch_of(batches: Batches, epoch: int) -> list[int]:
    """Numbers of all but garbage in an epoch."""
    found = [batches.batch(epoch * batches.per_epoch + at) for at in range(batches.per_epoch)]
    return [int(n) for batch in found for n in batch.pictures[batch.labels != GARBAGE, 0, 0]]


def test_an_epoch_meets_each_digit_once_with_garbage_in_each_batch() -> None:
    """The rest that fills no batch is left out."""
    batches = Batches(RECIPE, numbered(30), np.full((4, 28, 28), 255, np.uint8))
    met = epoch_of(batches, 0)
    assert len(met) == len(set(met)) == 30 == 6 * batches.per_epoch
    batch = batches.batch(2)
    assert batch.labels.tolist()[6:] == [GARBAGE] * 2
    assert (batch.pictures[6:] == 255).all()
    assert not batch.worn.any()


def test_fresh_pictures_serve_for_two_epochs() -> None:
    """Beside the digits, marked as worn; the first epoch has only its own, twice."""
    batches = Batches(RECIPE, numbered(30), NOTHING, fresh)
    seen = {n for n in epoch_of(batches, 1) if n >= 100}
    assert seen <= {*range(100, 106), *range(110, 116)}
    assert {n // 10 for n in seen} == {10, 11}
    assert {n // 10 for n in epoch_of(batches, 0) if n >= 100} == {10}
    batch = batches.batch(0)
    assert batch.worn.tolist() == [bool(n >= 100) for n in batch.pictures[:, 0, 0]]


def test_a_resumed_run_meets_the_same_batches() -> None:
    """Whichever step it goes on at."""
    whole, resumed = (Batches(RECIPE, numbered(30), NOTHING, fresh) for _ in range(2))
    steps = range(2 * whole.per_epoch + 1, 2 * whole.per_epoch + 3)
    for step in range(steps.start):
        whole.batch(step)
    for step in steps:
        assert (whole.batch(step).pictures == resumed.batch(step).pictures).all()
