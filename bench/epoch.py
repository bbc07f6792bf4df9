"""An epoch of digitnet's training in its parts, each to be timed by itself."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from bench.step_times import StepTimes
from train import mnist, unipen
from train.augment import augment
from train.batches import Batches, Fresh
from train.digits import hold_out
from train.garbage import garbage
from train.recipe import recipe_for
from train.trainer import Trainer
from train.world import World
from watcher.bars import each

_GARBAGE = 2000  # different ones: how many there are makes a step neither slower nor faster
_FRESH = 100  # fresh pictures in a round
_WARM_UP = 5  # steps, in which TensorFlow builds its graphs


class Epoch:
    """steps: so many has it. world: what makes fresh pictures, where there are strokes to make them of."""

    def __init__(self, data: str, strokes: str | None) -> None:
        """data: as `train.mnist.load`. strokes: UniPen's folder."""
        self.recipe = recipe = recipe_for("digitnet", None)
        digits, _ = hold_out(mnist.load(data, "train"), recipe.holdout, recipe.seed)
        self.world: World | None = None
        if strokes:
            folder = Path(strokes)
            self.world = World(digits, tuple(unipen.load(folder, "train")), tuple(unipen.letters(folder, "train")))
        material = digits, garbage(_GARBAGE, digits, recipe.seed), self._fresh()
        self._trainer, self._batches = Trainer(recipe, *material), Batches(recipe, *material)
        self._some = self._batches.batch(0)
        self._distorted = tf.function(_distorted)
        self.steps = self._trainer.steps_per_epoch

    def times(self, count: int, rounds: int) -> StepTimes:
        """Each a value a round of `count` steps, all of them in turn."""
        doing: tuple[Callable[[int], object], ...] = (
            lambda _: self._trainer.advance(), lambda step: self._batches.batch(step % self.steps), self._distort,
        )  # fmt: skip
        for do in doing:
            _each(do, range(_WARM_UP))
        found: tuple[list[float], ...] = ([], [], [])
        for number in each(range(rounds), "rounds", "train"):
            for do, seconds in zip(doing, found, strict=True):
                seconds.append(_each(do, range(number * count, (number + 1) * count)))
        return StepTimes(*map(tuple, found))

    def making(self, rounds: int) -> tuple[float, ...]:
        """Seconds of one core for the fresh pictures of an epoch, told from a few in each round."""
        return tuple(self._made(number) / _FRESH * self.recipe.fresh for number in range(1, rounds + 1))

    def _made(self, number: int) -> float:
        began = time.perf_counter()
        if self.world:
            self.world.chunk(self.recipe.seed, 0, number, _FRESH)
        return time.perf_counter() - began

    def _fresh(self) -> Fresh | None:
        """As many pictures as in earnest, few of them different: it is their number that takes time."""
        if self.world is None:
            return None
        few = self.world.epoch(self.recipe.seed, 0, _FRESH)
        many = few.take(np.arange(self.recipe.fresh) % len(few))
        return lambda _: many

    def _distort(self, step: int) -> None:
        seed = tf.constant([self.recipe.seed, step], tf.int32)
        self._distorted(tf.constant(self._some.pictures), tf.constant(self._some.worn), seed).numpy()


def _each(do: Callable[[int], object], steps: range) -> float:
    began = time.perf_counter()
    for step in steps:
        do(step)
    return (time.perf_counter() - began) / len(steps)


def _distorted(raw: Any, worn: Any, seed: Any) -> Any:
    return augment(tf.cast(raw, tf.float32) / 255.0, seed, worn)
