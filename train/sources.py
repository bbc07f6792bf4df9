"""What can be exported: the folder of a run, or a Keras file."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np

from train import recipe
from train.recipe import Recipe
from watcher.errors import UsageError

_HINT = "give the folder of a run made by `python -m train fit`, or a .keras or .h5 file"


@dataclass(frozen=True)
class Source:
    """A network, its recipe, and what is known of its training (0 or empty where nothing is)."""

    model: keras.Model
    recipe: Recipe
    trained_on: int = 0
    seconds: float = 0.0
    command: str = ""


def find(path: Path, data: str | None) -> Source:
    """A run's folder, or a Keras file of any origin that takes 28×28 pictures in 0..1.

    `data` stands in for the run's own. Raises UsageError for anything else.
    """
    if not path.is_dir():
        return Source(keras_model(path), Recipe(network=path.stem, data=data or "mnist"))
    made = recipe.load(path)
    model = keras_model(path / "model.keras")
    facts = path / "metrics.json"
    metrics = json.loads(facts.read_text()) if facts.is_file() else {}
    return Source(
        model,
        replace(made, data=data or made.data),
        metrics.get("trained_on", 0),
        metrics.get("seconds", 0.0),
        _command(made),
    )


def keras_model(path: Path) -> keras.Model:
    """The network in a Keras file; raises UsageError unless it reads one 28×28 picture as a digit."""
    if not path.is_file():
        raise UsageError(f"{path}: no such model", hint=_HINT)
    try:
        model = keras.models.load_model(path, compile=False)
    except (ValueError, OSError, TypeError, KeyError) as error:
        raise UsageError(f"{path}: Keras cannot load it: {error}", hint=_HINT) from error
    if model.output_shape[-1] not in (10, 11) or int(np.prod(model.input_shape[1:])) != 28 * 28:
        raise UsageError(
            f"{path}: maps {model.input_shape} to {model.output_shape}",
            hint="a bundle needs a network from one 28×28 picture to 10 digits (or 10 and garbage)",
        )
    return model


def _command(made: Recipe) -> str:
    data = made.data if made.data == "mnist" else "DIR-OF-IDX-FILES"
    extra = " --unipen DIR-OF-STROKES" if made.unipen else ""
    extra += "".join(f" --pictures {Path(folder).name}" for folder in made.pictures)
    return (
        f"python -m train fit --network {made.network} --data {data}{extra} "
        f"--epochs {made.epochs} --seed {made.seed} --holdout {made.holdout} --run RUN"
    )
