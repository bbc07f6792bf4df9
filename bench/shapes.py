"""`python -m bench.shapes`: what shape should the network have? Accuracy against multiply-adds and time, one table.

Each shape trains alike, on MNIST alone: python -m bench.shapes --data DIR-OF-IDX-FILES --epochs 5
The 5,000 held-out training digits judge, as they are and twice distorted; the test digits have no say.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click
import keras
import numpy as np
from keras import layers

from train import mnist, networks
from train.convert import to_litert
from train.digits import Digits, hold_out
from train.garbage import garbage
from train.gathering import distorted
from train.networks import convolution, head
from train.recipe import recipe_for
from train.trainer import Trainer
from watcher.bars import each
from watcher.recognition.model import LiteRTNetwork

_ROUNDS, _READS = 60, 50  # the best of so many rounds of so many readings


def pooled(picture: Any) -> Any:
    """As the tutorials' networks, widened: 5×5 at full size, then max pooling twice."""
    seen = layers.MaxPooling2D()(convolution(picture, 24, 5))
    seen = layers.MaxPooling2D()(convolution(seen, 48, 3))
    return convolution(convolution(seen, 64, 3), 96, 3, padding="valid")


def strided_pooled(picture: Any) -> Any:
    """A stride in the first convolution, one max pooling."""
    seen = layers.MaxPooling2D()(convolution(convolution(picture, 32, 5, strides=2), 40, 3))
    return convolution(convolution(seen, 80, 3), 96, 3, padding="valid")


def strided(picture: Any) -> Any:
    """Two strides, one wide residual block."""
    seen = convolution(convolution(picture, 32, 5, strides=2), 60, 3, strides=2)
    return convolution(residual(seen, 60), 96, 3, padding="valid")


def two_residual(picture: Any) -> Any:
    """Two strides, two narrow residual blocks."""
    seen = convolution(convolution(picture, 32, 5, strides=2), 48, 3, strides=2)
    return convolution(residual(residual(seen, 48), 48), 72, 3, padding="valid")


def residual(seen: Any, channels: int) -> Any:
    """Two convolutions, added to what went in (He et al., 2016)."""
    more = convolution(seen, channels, 3)
    more = layers.BatchNormalization()(layers.Conv2D(channels, 3, padding="same", use_bias=False)(more))
    return layers.ReLU()(layers.Add()([seen, more]))


SHAPES: dict[str, Callable[[Any], Any]] = {
    "pooled": pooled,
    "strided_pooled": strided_pooled,
    "strided": strided,
    "two_residual": two_residual,
    "digitnet": networks.body,
}


def build(name: str) -> keras.Model:
    """A fresh network of one of SHAPES, with digitnet's head."""
    picture = keras.Input((28, 28, 1))
    return keras.Model(picture, head(SHAPES[name](picture)), name=name)


@click.command()
@click.option("--data", default="mnist", show_default=True, help="`mnist`, or the folder of the idx files.")
@click.option("--epochs", default=5, show_default=True)
@click.option("--seed", default=1, show_default=True)
def main(data: str, epochs: int, seed: int) -> None:
    """Train, convert and time each shape."""
    training, held_out = hold_out(mnist.load(data, "train"), 5000, seed)
    drawn = garbage(8000, training, seed)
    judges = (held_out, distorted(held_out.take(np.tile(np.arange(len(held_out)), 2))))
    click.echo(
        f"{'shape':<16}{'params':>9}{'mult-adds':>11}{'int8 read':>11}{'s/epoch':>9}{'wrong':>9}{'distorted':>11}"
    )
    for name in SHAPES:
        recipe = replace(recipe_for("digitnet", epochs), network=name, seed=seed, warmup_epochs=1.0)
        trainer = Trainer(recipe, training, drawn, build=build)
        began = time.monotonic()
        for _ in each(range(epochs * trainer.steps_per_epoch), "batches", name):
            trainer.advance()
        seconds = (time.monotonic() - began) / epochs
        wrong = [_wrong(trainer.averaged, digits) for digits in judges]
        size = f"{trainer.model.count_params() / 1e3:>7.0f} k{networks.multiply_adds(trainer.model) / 1e6:>9.2f} M"
        click.echo(
            f"{name:<16}{size}"
            f"{_microseconds(trainer.averaged, training):>8.0f} µs{seconds:>9.0f}{wrong[0]:>9.2%}{wrong[1]:>11.2%}"
        )


def _wrong(model: keras.Model, digits: Digits) -> float:
    read = networks.log_probabilities(model, digits.pictures)[:, :10].argmax(axis=1)
    return float((read != digits.labels).mean())


def _microseconds(model: keras.Model, digits: Digits) -> float:
    network = LiteRTNetwork(to_litert(model, digits.pictures, int8=True), 11)
    rounds = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        network.logits(digits.pictures[:_READS])
        rounds.append((time.perf_counter() - began) / _READS * 1e6)
    return min(rounds)


if __name__ == "__main__":
    main()
