"""A trained network → a bundle: weights for LiteRT, calibration, thresholds, card."""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from train import card, mnist, networks, readings, unipen
from train.calibrate import Fitted, calibrate, validation_table
from train.convert import to_litert
from train.evaluate import Figures, evaluate
from train.fit import material
from train.gathering import gather
from train.sources import Source
from train.versions import versions
from watcher.recognition.model import LiteRTNetwork, Network, load_model
from watcher.recognition.recogniser import Recogniser

Say = Callable[[str], None]


def export(source: Source, out: Path, *, int8: bool, say: Say, suite: Path | None = None) -> None:
    """Write the bundle, then score it on the test digits through the whole path and note that on its card.

    suite: folder with unipen/, orand-car/ and wild/, whose parts to work on calibrate beside the held-out digits.
    """
    digits = material(source.recipe, say)
    weights = to_litert(source.model, digits.training.pictures, int8=int8)
    network = LiteRTNetwork(weights, len(networks.classes(source.model)))
    agreed = agreement(source.model, network, digits.holdout.pictures)
    say(f"{len(weights):,} bytes of weights; same digit as the float network for {agreed:.2%} held out")
    fitted = calibrate(gather(network, digits.holdout, suite, say))
    say(f"calibrated: {fitted.second_look}, {fitted.calibration}, {fitted.thresholds}\n{validation_table(fitted)}")
    scores: Figures = {"holdout_agreement_with_float": agreed}
    exported = f"python -m train export RUN {'--suite DIR ' if suite else ''}--out BUNDLE"
    commands = tuple(filter(None, (source.command, exported)))
    _write(source, commands, out, weights, fitted, scores)
    test = mnist.load(source.recipe.data, "test")
    scores["mnist_t10k"] = evaluate(readings.of_digits(Recogniser(load_model(out)), test))
    say(f"test digits through the whole path: accuracy {scores['mnist_t10k']['accuracy']:.4f}")
    _write(source, commands, out, weights, fitted, scores)
    keep(source.model, out)


def agreement(model: keras.Model, network: Network, pictures: NDArray[np.uint8]) -> float:
    """For which share of the pictures both read the same digit."""
    float_read = networks.log_probabilities(model, pictures)[:, :10].argmax(axis=1)
    return float((network.logits(pictures)[:, :10].argmax(axis=1) == float_read).mean())


def _write(
    source: Source, commands: tuple[str, ...], out: Path, weights: bytes, fitted: Fitted, scores: Figures
) -> None:
    made = source.recipe
    folders = tuple(Path(folder).name for folder in made.pictures)
    origin = card.Origin(
        commands=commands,
        data=(
            mnist.LICENCE,
            *((unipen.LICENCE,) if made.unipen else ()),
            *(f"{name}: labelled pictures under their owner's licence" for name in folders),
        ),
        # Names, not paths: where the data lay is nobody's business.
        recipe=asdict(replace(made, data=Path(made.data).name, unipen=Path(made.unipen).name, pictures=folders)),
        trained_on=source.trained_on,
        seconds=source.seconds,
        versions=versions(),
    )
    classes = networks.classes(source.model)
    card.write(out, card.card(made.network, weights, classes, fitted, origin, scores), weights)


def keep(model: keras.Model, out: Path) -> None:
    """The source of the weights, replaced at one stroke."""
    temporary = out / "new.keras"
    model.save(temporary)
    temporary.replace(out / "model.keras")
