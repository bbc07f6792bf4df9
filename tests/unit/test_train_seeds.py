"""train.seeds: the same recipe by other seeds, and what that does to each figure."""

import json
from pathlib import Path

import pytest
from drawing import digit, encoded
from test_model import bundle
from tiny_network import FLOAT, INT8

from train import seeds
from train.sets import Set, Suite
from watcher.errors import UsageError

DRAWN = Suite(
    (
        Set("print", lambda: iter([(encoded(digit(number)), str(number), {}) for number in range(10)])),
        Set("none", lambda: iter([(encoded(digit(7)), "", {})]), digits=False),
        Set("nothing", lambda: iter([])),
    )
)


def of_seed(folder: Path, seed: int, weights: bytes = FLOAT, epochs: int = 3) -> Path:
    """A bundle of a network that is not worth much."""
    return bundle(folder, weights, training={"recipe": {"seed": seed, "epochs": epochs}}, scores={"kept": 1})


def test_the_first_card_keeps_every_seeds_figures(tmp_path: Path) -> None:
    """In the order given, a share for each set that has pictures; what the card had before stays."""
    bundles = [of_seed(tmp_path / "a", 1), of_seed(tmp_path / "b", 2, INT8), of_seed(tmp_path / "c", 5)]
    found = seeds.spread(bundles, DRAWN)
    assert [1, 2, 5] == found["seeds"]
    assert {"print"} == set(found["right"]) == set(found["ok"])
    assert [3] == [len(shares) for shares in found["not_ok"].values()]
    assert found["right"]["print"][0] == found["right"]["print"][2]
    seeds.keep(bundles[0], found)
    scores = json.loads((bundles[0] / "model.json").read_text())["scores"]
    assert {"kept": 1, "seeds": found} == scores
    assert ["model.json", "model.tflite"] == sorted(path.name for path in bundles[0].iterdir())


def test_the_table_has_mean_and_spread() -> None:
    """Standard deviation of a single run."""
    text = seeds.table(
        {"seeds": [1, 2, 3], "right": {"print": [0.97, 0.98, 0.99]}, "not_ok": {"none": [1.0, 1.0, 1.0]}}
    )
    title, line, _, other, nothing = text.splitlines()
    assert ["right", "seed", "1", "seed", "2", "seed", "3", "mean", "spread"] == title.split()
    assert ["print", "97.00%", "98.00%", "99.00%", "98.00%", "1.00%"] == line.split()
    assert other.startswith("not ok")
    assert nothing.endswith("100.00%    0.00%")


def test_bundles_that_differ_in_more_than_the_seed_are_refused(tmp_path: Path) -> None:
    """Or not even in that."""
    first, same, longer = (of_seed(tmp_path / name, 1, epochs=n) for name, n in (("a", 3), ("b", 3), ("c", 4)))
    other = of_seed(tmp_path / "d", 2)
    for bundles in ([first], [first, same], [first, other, same], [other, longer], [first, tmp_path]):
        with pytest.raises(UsageError):
            seeds.spread(bundles, DRAWN)
