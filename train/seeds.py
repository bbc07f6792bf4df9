"""How far figures hang on the seed: bundles of one recipe, scored on all sets; the first one's card keeps it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from train import card, suite
from train.evaluate import Figures
from train.sets import Suite
from watcher.errors import UsageError
from watcher.recognition.model import load_model
from watcher.recognition.recogniser import Recogniser


def spread(bundles: Sequence[Path], sets: Suite) -> Figures:
    """Figures of each bundle, in the order given: `right` and `ok` of digits, `not_ok` of what is none; all shares.

    Raises UsageError unless the bundles are of one recipe and differ in their seeds.
    """
    seeds = _seeds(bundles)
    scored = [_scored(bundle, sets, f"bundle {number}/{len(bundles)}, ") for number, bundle in enumerate(bundles, 1)]
    return {
        "seeds": seeds,
        **{kind: {name: [one[kind][name] for one in scored] for name in scored[0][kind]} for kind in scored[0]},
    }


def keep(bundle: Path, found: Figures) -> None:
    """Write the spread into the bundle's card."""
    kept = card.read(bundle)
    kept["scores"]["seeds"] = found
    card.replace(bundle, kept)


def table(found: Figures) -> str:
    """A line a set: the figure of each seed, their mean and standard deviation (of one run, n - 1)."""
    kinds = [kind for kind in found if kind != "seeds"]
    wide = 2 + max(len(name) for kind in kinds for name in found[kind])
    lines: list[str] = []
    for kind in kinds:
        seeds = "".join(f"{f'seed {seed}':>9}" for seed in found["seeds"])
        lines += ["", f"{kind.replace('_', ' '):<{wide}}{seeds}{'mean':>9}{'spread':>9}"]
        for name, shares in found[kind].items():
            each = "".join(f"{share:>9.2%}" for share in shares)
            lines.append(f"{name:<{wide}}{each}{np.mean(shares):>9.2%}{np.std(shares, ddof=1):>9.2%}")
    return "\n".join(lines[1:])


def _scored(bundle: Path, sets: Suite, what: str) -> dict[str, dict[str, float]]:
    scored = suite.score(sets, suite.read(Recogniser(load_model(bundle)), sets, what))
    digits = {name: figures for name, figures in scored["digits"].items() if figures["n"]}
    return {
        "right": {name: round(figures["accuracy"], 6) for name, figures in digits.items()},
        "ok": {name: round(figures["ok_share"], 6) for name, figures in digits.items()},
        "not_ok": {
            name: round(figures["not_ok_share"], 6) for name, figures in scored["no_digit"].items() if figures["n"]
        },
    }


def _seeds(bundles: Sequence[Path]) -> list[int]:
    recipes = [dict(card.read(bundle)["training"]["recipe"]) for bundle in bundles]
    seeds = [recipe.pop("seed") for recipe in recipes]
    if any(recipe != recipes[0] for recipe in recipes) or len(set(seeds)) < max(2, len(seeds)):
        raise UsageError(
            "these bundles are not of one recipe and of two or more seeds",
            hint="fit with the same options but --seed, export each run, and name all the bundles",
        )
    return seeds
