"""A trained network → a bundle: weights for LiteRT, calibration, thresholds, card."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from train import card, mnist, networks, readings, recipe
from train.augment import augment
from train.calibrate import Fitted, calibrate
from train.convert import to_litert
from train.digits import Digits, normalised
from train.evaluate import evaluate
from train.fit import material
from train.garbage import garbage
from train.recipe import Recipe
from train.versions import versions
from watcher.errors import UsageError
from watcher.recognition.model import LiteRTNetwork, load_model
from watcher.recognition.recogniser import Recogniser

Say = Callable[[str], None]

_COPIES = 4  # of each held-out digit, distorted each time differently
_GARBAGE = 4000
_SEED = 990_001  # far from any seed of training: unseen distortions, unseen garbage


@dataclass(frozen=True)
class Source:
    """What to export: the network, its recipe, and how long it trained (0 where unknown)."""

    model: keras.Model
    recipe: Recipe
    trained_on: int
    seconds: float
    command: str


def source(path: Path, data: str | None) -> Source:
    """A run's folder, or a Keras file of any origin that takes 28×28 pictures in 0..1.

    Raises UsageError for anything else.
    """
    if path.is_dir():
        stored = recipe.load(path)
        made = replace(stored, data=data or stored.data)
        model = _keras_model(path / "model.keras")
        facts = path / "metrics.json"
        metrics = json.loads(facts.read_text()) if facts.is_file() else {}
        return Source(model, made, metrics.get("trained_on", 0), metrics.get("seconds", 0.0), _command(made))
    model = _keras_model(path)
    return Source(model, Recipe(network=path.stem, data=data or "mnist"), 0, 0.0, "")


def _keras_model(path: Path) -> keras.Model:
    hint = "give the folder of a run made by `python -m train fit`, or a .keras or .h5 file"
    if not path.is_file():
        raise UsageError(f"{path}: no such model", hint=hint)
    try:
        model = keras.models.load_model(path, compile=False)
    except (ValueError, OSError, TypeError, KeyError) as error:
        raise UsageError(f"{path}: Keras cannot load it: {error}", hint=hint) from error
    if model.output_shape[-1] not in (10, 11) or int(np.prod(model.input_shape[1:])) != 784:
        raise UsageError(
            f"{path}: maps {model.input_shape} to {model.output_shape}",
            hint="a bundle needs a network from one 28×28 picture to 10 digits (or 10 and garbage)",
        )
    return model


def _command(made: Recipe) -> str:
    extra = "".join(f" --pictures {Path(folder).name}" for folder in made.pictures)
    data = made.data if made.data == "mnist" else f"MNIST-FOLDER ({Path(made.data).name})"
    return (
        f"python -m train fit --network {made.network} --data {data}{extra} "
        f"--epochs {made.epochs} --seed {made.seed} --holdout {made.holdout}"
    )


def export(found: Source, out: Path, *, int8: bool, say: Say) -> None:
    """Write the bundle, then score it on the test digits through the whole path and note that on its card."""
    digits = material(found.recipe, say)
    weights = to_litert(found.model, digits.training.pictures, int8=int8)
    classes = networks.classes(found.model)
    network = LiteRTNetwork(weights, len(classes))
    agreement = _agreement(found.model, network, digits.holdout.pictures)
    say(f"{len(weights):,} bytes of weights; same digit as the float network for {agreement:.2%} held out")
    distorted = _distorted(digits.holdout)
    fitted = calibrate(
        network.logits(distorted.pictures),
        distorted.labels,
        network.logits(_unseen_garbage(digits.holdout, len(classes))),
    )
    say(
        f"calibrated on {len(distorted)} distorted held-out digits: {fitted.calibration}, {fitted.thresholds}"
    )
    scores: dict[str, object] = {"holdout_agreement_with_float": agreement}
    _write(found, out, weights, fitted, scores)
    test = mnist.load(found.recipe.data, "test")
    scores["mnist_t10k"] = evaluate(readings.of_digits(Recogniser(load_model(out)), test))
    _write(found, out, weights, fitted, scores)
    _keep_source(found.model, out)


def _write(found: Source, out: Path, weights: bytes, fitted: Fitted, scores: dict[str, object]) -> None:
    made = found.recipe
    shown = replace(
        made, data=Path(made.data).name, pictures=tuple(Path(folder).name for folder in made.pictures)
    )
    origin = card.Origin(
        commands=tuple(
            command for command in (found.command, "python -m train export RUN --out BUNDLE") if command
        ),
        data=(mnist.LICENCE, *shown.pictures),
        recipe=asdict(shown),
        trained_on=found.trained_on,
        seconds=found.seconds,
        versions=versions(),
    )
    card.write(
        out, card.card(made.network, weights, networks.classes(found.model), fitted, origin, scores), weights
    )


def _keep_source(model: keras.Model, out: Path) -> None:
    temporary = out / f"new-{os.getpid()}.keras"
    model.save(temporary)
    shutil.move(temporary, out / "model.keras")


def _agreement(model: keras.Model, network: LiteRTNetwork, pictures: NDArray[np.uint8]) -> float:
    float_read = networks.log_probabilities(model, pictures)[:, :10].argmax(axis=1)
    return float((network.logits(pictures)[:, :10].argmax(axis=1) == float_read).mean())


def _distorted(digits: Digits) -> Digits:
    """Held-out digits as strange as those of training, and normalised as a user's picture would be."""
    pictures = []
    for copy in range(_COPIES):
        for at in range(0, len(digits), 500):
            batch = tf.constant(digits.pictures[at : at + 500] / np.float32(255))
            changed = augment(batch, tf.constant([_SEED + copy, at]))
            pictures.append(np.rint(np.asarray(changed) * 255).astype(np.uint8))
    return normalised(Digits(np.concatenate(pictures), np.tile(digits.labels, _COPIES)), "distorted digits")[
        0
    ]


def _unseen_garbage(digits: Digits, outputs: int) -> NDArray[np.uint8]:
    return garbage(_GARBAGE if outputs > len(networks.DIGITS) else 0, digits, _SEED)
