"""Where an improved bundle comes from, for its card: its parent, the pictures, and how both models compared."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from train import unipen
from train.card import Origin
from train.comparison import Comparison
from train.parent import Parent
from train.people import People
from train.recipe import Recipe
from train.versions import versions

Card = dict[str, Any]


@dataclass(frozen=True)
class Learnt:
    """How a network went on from its parent's."""

    parent: Parent
    recipe: Recipe
    given: People
    suite: Path | None


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


def origin(learnt: Learnt) -> Origin:
    """The parent's origin, and what came to it."""
    before: Mapping[str, Any] = learnt.parent.card["training"]
    suite = " --suite DIR" if learnt.suite else ""
    folders = learnt.recipe.pictures
    command = (
        f"python -m train improve {' '.join(folders)} --from PARENT --data {_data(learnt.recipe)}{suite} "
        f"--epochs {learnt.recipe.epochs} --seed {learnt.recipe.seed} --out BUNDLE"
    )
    data = [*before["data"], *((unipen.LICENCE,) if learnt.recipe.unipen else ())]
    data += [f"{name}: labelled pictures under their owner's licence" for name in folders]
    return Origin(
        commands=(*before["commands"], command),
        data=tuple(dict.fromkeys(data)),
        recipe=before["recipe"],
        trained_on=before["trained_on"] + len(learnt.given.training),
        seconds=before["seconds"],
        versions=versions(),
    )


def step(learnt: Learnt) -> Card:
    """From what the bundle was made, on what, and how."""
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
