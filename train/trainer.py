"""One network in training: its variables, one step, its averaged copy."""

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from train import networks
from train.augment import augment
from train.batches import Batches, Fresh
from train.checkpoint import Checkpoint, Row
from train.digits import Digits
from train.recipe import Recipe

Tensor = Any  # TensorFlow ships no types


class Trainer:
    """Trains one recipe's network; `averaged` is the network to keep (the same one without averaging).

    All randomness hangs on the recipe's seed and the step's number, so a run that is stopped
    and resumed sees the same batches, distortions and dropout as one that was not.
    """

    def __init__(
        self, recipe: Recipe, digits: Digits, garbage: NDArray[np.uint8], fresh: Fresh | None = None,
        build: Callable[[str], keras.Model] = networks.build,
    ) -> None:  # fmt: skip
        keras.utils.set_random_seed(recipe.seed)
        self.recipe = recipe
        self.model = build(recipe.network)
        self.averaged = build(recipe.network) if recipe.ema else self.model
        self.averaged.set_weights(self.model.get_weights())
        self.step = 0
        self._batches = Batches(recipe, digits, garbage, fresh)
        self.steps_per_epoch = self._batches.per_epoch
        self._optimizer = _optimizer(recipe, self.steps_per_epoch)
        self._optimizer.build(self.model.trainable_variables)
        self._logits = not networks.ends_in_softmax(self.model)
        self._function = tf.function(self._update)

    @property
    def epoch(self) -> int:
        """Whole epochs done."""
        return self.step // self.steps_per_epoch

    def advance(self) -> tuple[float, float]:
        """Train on the next batch; gives its loss and accuracy."""
        batch = self._batches.batch(self.step)
        arrays = (batch.pictures, batch.labels, batch.worn)
        loss, accuracy = self._function(*map(tf.constant, arrays), tf.constant(self.step, tf.int32))
        self.step += 1
        return float(loss), float(accuracy)

    def state(self, rows: tuple[Row, ...]) -> Checkpoint:
        """Everything that is needed to go on from here."""
        return Checkpoint(self.step, rows, tuple(np.asarray(variable) for variable in self._variables()))

    def restore(self, state: Checkpoint) -> None:
        """Go on from there."""
        for variable, array in zip(self._variables(), state.arrays, strict=True):
            variable.assign(array)
        self.step = state.step

    def shapes(self) -> list[tuple[int, ...]]:
        """Shapes of the arrays in a checkpoint of this trainer."""
        return [tuple(variable.shape) for variable in self._variables()]

    def _variables(self) -> list[Any]:
        averaged = [] if self.averaged is self.model else self.averaged.weights
        return [*self.model.variables, *self._optimizer.variables, *averaged]

    def _update(self, raw: Tensor, labels: Tensor, worn: Tensor, step: Tensor) -> tuple[Tensor, Tensor]:
        pictures = tf.cast(raw, tf.float32) / 255.0
        if self.recipe.augmented:
            pictures = augment(pictures, tf.stack([self.recipe.seed, step]), worn)
        with tf.GradientTape() as tape:
            outputs = self.model(pictures[..., None], training=True)
            losses = keras.losses.sparse_categorical_crossentropy(labels, outputs, from_logits=self._logits)
            loss = tf.reduce_mean(losses)
        variables = self.model.trainable_variables
        self._optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        self._average(step)
        right = tf.cast(tf.argmax(outputs, axis=1) == labels, tf.float32)
        return loss, tf.reduce_mean(right)

    def _average(self, step: Tensor) -> None:
        """Exponential average of the weights and of batch norm's statistics, quicker in the first steps."""
        if self.averaged is self.model:
            return
        done = tf.cast(step, tf.float32)
        kept = tf.minimum(self.recipe.ema, (1.0 + done) / (10.0 + done))
        for average, weight in zip(self.averaged.weights, self.model.weights, strict=True):
            average.assign(kept * average + (1.0 - kept) * weight)


def _optimizer(recipe: Recipe, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    if not recipe.scheduled:
        return keras.optimizers.Adam(recipe.learning_rate)
    total = recipe.epochs * steps_per_epoch
    warmup = min(math.ceil(recipe.warmup_epochs * steps_per_epoch), total // 2)
    schedule = keras.optimizers.schedules.CosineDecay(
        recipe.learning_rate / 25, total - warmup, warmup_target=recipe.learning_rate, warmup_steps=warmup
    )
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=recipe.weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer
