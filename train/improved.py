"""The bundle of a network that learnt more: weights, calibration, and a card that says what it was before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from train import card, networks, unipen
from train.calibrate import calibrate, validation_table
from train.comparison import Comparison
from train.convert import to_litert
from train.export import agreement
from train.fit import Material
from train.gathering import gather
from train.parent import Parent
from train.people import People
from train.recipe import Recipe
from train.versions import versions
from watcher.recognition.model import LiteRTNetwork

Say = Callable[[str], None]
Card = dict[str, Any]

_RANGES = 100  # of the new pictures, before MNIST's, tell the converter how large its numbers get


@dataclass(frozen=True)
class Learnt:
    """How a network went on from its parent's."""

    parent: Parent
    recipe: Recipe
    given: People
    suite: Path | None


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
    contents = card.card(learnt.parent.card["name"], weights, classes, fitted, _origin(learnt), scores)
    contents["improved"] = [*learnt.parent.card.get("improved", ()), _step(learnt)]
    card.write(folder, contents, weights)
    return contents


def shown(comparisons: Sequence[Comparison]) -> Card:
    """Comparisons as the card has them, by the name of their set."""
    return {
        one.name: {
            "n": one.n,
            **{
                name: {
                    **asdict(change),
                    "chance_of_gain": change.chance_of_gain,
                    "chance_of_loss": change.chance_of_loss,
                }
                for name, change in (("right", one.right), ("ok_and_right", one.served), ("ok_and_wrong", one.misled))
            },
        }
        for one in comparisons
    }


def _origin(learnt: Learnt) -> card.Origin:
    """The parent's, and what came to it."""
    before: Mapping[str, Any] = learnt.parent.card["training"]
    suite = " --suite DIR" if learnt.suite else ""
    folders = learnt.recipe.pictures
    command = (
        f"python -m train improve {' '.join(folders)} --from PARENT --data {_data(learnt.recipe)}{suite} "
        f"--epochs {learnt.recipe.epochs} --seed {learnt.recipe.seed} --out BUNDLE"
    )
    data = [*before["data"], *((unipen.LICENCE,) if learnt.recipe.unipen else ())]
    data += [f"{name}: labelled pictures under their owner's licence" for name in folders]
    return card.Origin(
        commands=(*before["commands"], command),
        data=tuple(dict.fromkeys(data)),
        recipe=before["recipe"],
        trained_on=before["trained_on"] + len(learnt.given.training),
        seconds=before["seconds"],
        versions=versions(),
    )


def _step(learnt: Learnt) -> Card:
    given, parent = learnt.given, learnt.parent.card
    # Names, not paths: where the data lay is nobody's business.
    recipe = replace(learnt.recipe, data=_data(learnt.recipe), unipen=Path(learnt.recipe.unipen).name)
    return {
        "from": {"name": parent["name"], "sha256": parent["sha256"]},
        "pictures": {
            "trained_on": len(given.training),
            "held_out": len(given.held_out),
            "unread": given.unread,
            "passed_over": given.passed_over,
        },
        "seed": recipe.seed,
        "recipe": asdict(recipe),
        "versions": versions(),
    }


def _data(recipe: Recipe) -> str:
    return recipe.data if recipe.data == "mnist" else "DIR-OF-IDX-FILES"
