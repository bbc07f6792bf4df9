"""The bundle that a new one is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from train import card
from train.recipe import Recipe
from watcher.errors import UsageError

if TYPE_CHECKING:
    import keras

KERAS = "model.keras"


@dataclass(frozen=True)
class Parent:
    """folder: of the bundle. recipe: what its network was trained by. path: of the network that can be trained."""

    folder: Path
    card: Mapping[str, Any]
    recipe: Recipe
    path: Path

    def network(self) -> "keras.Model":
        """A fresh copy of the network; raises UsageError where Keras cannot load it."""
        from train.sources import keras_model  # with Keras

        return keras_model(self.path)


def find(folder: Path) -> Parent:
    """The bundle in a folder; raises UsageError where it is none, or has no network that can be trained."""
    found = card.read(folder)
    known = {field.name for field in fields(Recipe)}
    try:
        named = {name: value for name, value in found["training"]["recipe"].items() if name in known}
        recipe = Recipe(**{**named, "pictures": tuple(named.get("pictures", ()))})
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{folder / card.FILE}: says not how its network was trained ({error!r})",
            hint="make the bundle with `python -m train export`",
        ) from error
    path = folder / KERAS
    if not path.is_file():
        raise UsageError(
            f"{folder}: has no {KERAS}, and {found.get('weights')} cannot be trained on",
            hint="give a bundle made by `python -m train export` with --from; that of the shipped one stands in the "
            "repository of digit-watcher, in watcher/models/digitnet, and in no wheel",
        )
    return Parent(folder, found, recipe, path)
