"""The bundle of a network that learnt more: weights, calibration, and a card that says what it was before."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from train import card, descent, networks
from train.calibrate import calibrate, validation_table
from train.convert import to_litert
from train.descent import Card, Learnt
from train.export import agreement
from train.fit import Material
from train.gathering import gather
from watcher.recognition.model import LiteRTNetwork

Say = Callable[[str], None]

_RANGES = 100  # of the new pictures, before MNIST's, tell the converter how large its numbers get


def write(folder: Path, model: keras.Model, learnt: Learnt, old: Material, say: Say) -> Card:
    """Convert and calibrate as export does, and write weights and card; gives the card, which has no scores yet."""
    shown = np.concatenate([learnt.given.training.pictures[:_RANGES], old.training.pictures])
    weights = to_litert(model, shown, int8=True)
    classes = networks.classes(model)
    network = LiteRTNetwork(weights, len(classes))
    agreed = agreement(model, network, old.holdout.pictures)
    say(f"{len(weights):,} bytes of weights; same digit as the float network for {agreed:.2%} held out")
    fitted = calibrate(gather(network, old.holdout, learnt.suite, say))
    say(f"calibrated: {fitted.second_look}, {fitted.calibration}, {fitted.thresholds}\n{validation_table(fitted)}")
    scores = {"holdout_agreement_with_float": agreed}
    contents = card.card(learnt.parent.card["name"], weights, classes, fitted, descent.origin(learnt), scores)
    contents["improved"] = [*learnt.parent.card.get("improved", ()), descent.step(learnt)]
    card.write(folder, contents, weights)
    return contents
