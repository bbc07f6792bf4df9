"""Every hyper-parameter of a run, in one block; stored in the run's folder as config.json."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from watcher.errors import UsageError

FILE = "config.json"


@dataclass(frozen=True)
class Recipe:
    """What a run is made from. Two runs of one recipe on one machine give the same weights."""

    network: str = "digitnet"
    data: str = "mnist"  # `mnist`, or the folder of the idx files
    pictures: tuple[str, ...] = ()  # folders of labelled pictures, added to the training digits
    holdout: int = 5000  # training digits set aside to choose and calibrate with
    seed: int = 1
    epochs: int = 26
    batch_size: int = 128
    learning_rate: float = 3e-3  # the peak, where there is a schedule
    weight_decay: float = 0.0  # above 0: AdamW, one warm-up and a cosine to zero
    warmup_epochs: float = 2.0
    ema: float = 0.0  # share of the old weights kept each step; 0: no averaging
    augmented: bool = False
    garbage_share: float = 0.0  # of each batch
    garbage_pool: int = 20_000  # different garbage pictures
    unipen: str = ""  # the folder of UniPen's strokes; without it MNIST alone is trained on
    fresh: int = 12_000  # with UniPen: pictures of people's kind, made afresh each epoch

    @property
    def scheduled(self) -> bool:
        """Whether the learning rate follows warm-up and cosine."""
        return self.weight_decay > 0


_DEFAULTS = {
    "mlp": Recipe(network="mlp", epochs=8, batch_size=32, learning_rate=1e-3),
    "cnn": Recipe(network="cnn", epochs=10, batch_size=64, learning_rate=1e-3, ema=0.999),
    "digitnet": Recipe(weight_decay=0.02, ema=0.999, augmented=True, garbage_share=0.1),
}
NETWORKS = tuple(_DEFAULTS)


def recipe_for(network: str, epochs: int | None) -> Recipe:
    """The recipe of a network by name, with its own number of epochs where none is given."""
    recipe = _DEFAULTS[network]
    return recipe if epochs is None else replace(recipe, epochs=epochs)


def improving(parent: Recipe, epochs: int | None, seed: int) -> Recipe:
    """How a trained network learns more: short and gently, distorted as it was in its own training."""
    return replace(
        parent, seed=seed, epochs=epochs or 6, batch_size=128, learning_rate=3e-4, weight_decay=0.02, warmup_epochs=0.5,
        ema=0.995, garbage_pool=4_000,
    )  # fmt: skip


def save(recipe: Recipe, run: Path) -> None:
    """Write it to the run's folder."""
    (run / FILE).write_text(json.dumps(asdict(recipe), indent=2) + "\n")


def load(run: Path) -> Recipe:
    """The recipe of a run; raises UsageError where the folder has none that fits."""
    try:
        fields = json.loads((run / FILE).read_text())
        return Recipe(**{**fields, "pictures": tuple(fields["pictures"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UsageError(
            f"{run / FILE}: no recipe of a training run ({error})",
            hint="give the folder of a run made by `python -m train fit --run DIR`",
        ) from error
