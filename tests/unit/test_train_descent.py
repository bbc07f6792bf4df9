"""train.descent, train.parent: what a bundle says of the one that it was made from."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_model import bundle

from train import descent, parent
from train.comparison import Change, Comparison
from train.descent import Learnt
from train.digits import Digits
from train.people import People
from train.recipe import improving, recipe_for
from watcher.errors import UsageError

TRAINED: dict[str, Any] = {
    "commands": ["python -m train fit"], "data": ["MNIST"], "recipe": {"network": "digitnet", "seed": 4, "holdout": 77},
    "trained_on": 100, "seconds": 5.0, "versions": {},
}  # fmt: skip


def made(folder: Path, **changes: Any) -> Path:
    """A bundle with a file where its network should be."""
    made = bundle(folder, training=TRAINED, **changes)
    (made / "model.keras").touch()
    return made


def learnt(folder: Path) -> Learnt:
    """Thirty pictures, with pen strokes from a folder of somebody's."""
    from dataclasses import replace

    found = parent.find(folder)
    recipe = replace(
        improving(found.recipe, 2, 9), data="/home/ann/mnist", unipen="/home/ann/unipen", pictures=("scans",)
    )
    training = Digits(np.zeros((30, 28, 28), np.uint8), np.zeros(30, np.int64))
    return Learnt(found, recipe, People(training, (), 1, 2), Path("/home/ann"))


def test_the_card_names_the_parent_and_what_came_to_it(tmp_path: Path) -> None:
    """By hash; pictures, seed, recipe and versions; and no path of anybody's."""
    before = made(tmp_path / "old")
    step = descent.step(learnt(before))
    assert json.loads((before / "model.json").read_text())["sha256"] == step["from"]["sha256"]
    assert {"trained_on": 30, "held_out": 0, "unread": 1, "passed_over": 2} == step["pictures"]
    assert (9, 9, 77) == (step["seed"], step["recipe"]["seed"], step["recipe"]["holdout"])
    assert "python" in step["versions"]
    assert "/home/ann" not in json.dumps(step)


def test_the_origin_is_the_parents_and_more(tmp_path: Path) -> None:
    """Its own recipe stays, so that its held-out digits are known; licences and commands are added."""
    origin = descent.origin(learnt(made(tmp_path / "old")))
    assert TRAINED["recipe"] == origin.recipe
    assert ("MNIST", "scans: labelled pictures under their owner's licence") == (origin.data[0], origin.data[-1])
    assert 130 == origin.trained_on
    assert origin.commands[-1].startswith("python -m train improve scans --from PARENT ")
    assert "/home/ann" not in origin.commands[-1]


def test_both_models_figures_stand_in_the_card() -> None:
    """With the chance of each, so that nobody need work it out again."""
    found = descent.shown([Comparison("some", 9, Change(1, 7, 6, 0), Change(0, 0, 0, 0), Change(2, 1, 0, 1))])
    assert 9 == found["some"]["n"]
    assert {"before": 1, "after": 7, "won": 6, "lost": 0} == {
        name: found["some"]["right"][name] for name in ("before", "after", "won", "lost")
    }
    assert 0.5**6 == found["some"]["right"]["chance_of_gain"]


def test_a_bundles_recipe_is_found_whatever_came_to_it_later(tmp_path: Path) -> None:
    """Fields that this version does not know are passed over."""
    folder = made(tmp_path / "old")
    card = json.loads((folder / "model.json").read_text())
    card["training"]["recipe"]["colour"] = "red"
    (folder / "model.json").write_text(json.dumps(card))
    found = parent.find(folder).recipe
    assert (4, 77, recipe_for("digitnet", None).network) == (found.seed, found.holdout, found.network)


def test_without_a_network_that_can_be_trained_it_is_said_where_there_is_one(tmp_path: Path) -> None:
    """As in a wheel."""
    with pytest.raises(UsageError, match=r"has no model\.keras, and model\.tflite cannot be trained on") as caught:
        parent.find(bundle(tmp_path / "wheel", training=TRAINED))
    assert "in no wheel" in caught.value.hint


@pytest.mark.parametrize("training", [None, {}, {"recipe": 3}, {"recipe": {"pictures": 3}}])
def test_a_card_that_does_not_say_how_it_was_trained_is_refused(tmp_path: Path, training: object) -> None:
    """What was held out is not known then."""
    folder = bundle(tmp_path / "old", training=training)
    with pytest.raises(UsageError, match="says not how its network was trained"):
        parent.find(folder)
