"""What a network is given again while it learns new pictures, so that it forgets nothing of what it could."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from train import unipen
from train.batches import Fresh
from train.digits import Digits
from train.garbage import garbage
from train.recipe import Recipe
from train.stream import Stream
from train.world import World

Say = Callable[[str], None]

# One new picture among eighteen old ones: three times as many taught no more, and more letters were taken for digits.
OLD_DIGITS = 12_000  # of MNIST's training digits, drawn by the seed
OLD_FRESH = 3_000  # of pen strokes, pages, cheques and garbage, as fit makes them; each epoch meets two such lots
NEW_FRESH = 500  # of the new pictures, at least, again and again; the same


@dataclass(frozen=True)
class Rehearsal:
    """What a trainer is given beside its recipe: `fresh` gives old and new pictures by the number of the epoch."""

    digits: Digits
    garbage: NDArray[np.uint8]
    fresh: Fresh


@contextmanager
def rehearsal(recipe: Recipe, new: Digits, old: Digits, say: Say) -> Iterator[Rehearsal]:
    """The new pictures among MNIST's old ones; with `recipe.unipen` also among pen strokes and garbage in scenes.

    Raises UsageError where UniPen's files are missing or broken.
    """
    drawn = np.empty((0, 28, 28), np.uint8)
    if recipe.garbage_share:
        drawn = garbage(recipe.garbage_pool, old, recipe.seed)
    some = np.random.default_rng(recipe.seed).permutation(len(old))[:OLD_DIGITS]
    digits = old.take(np.sort(some))
    if not recipe.unipen:
        yield Rehearsal(digits, drawn, lambda epoch: again(new, recipe.fresh, recipe.seed, epoch))
        return
    folder = Path(recipe.unipen)
    world = World(old, tuple(unipen.load(folder, "train")), tuple(unipen.letters(folder, "train")))
    say(f"rehearsed with {len(world.strokes)} digits and {len(world.letters)} letters as pen strokes")
    share = recipe.fresh - OLD_FRESH
    with Stream(world, recipe.seed, OLD_FRESH) as stream:
        yield Rehearsal(digits, drawn, lambda epoch: again(new, share, recipe.seed, epoch).plus(stream.get(epoch)))


def fresh_pictures(new: int, *, strokes: bool) -> int:
    """How many pictures each epoch makes, for so many new ones; strokes: whether pen strokes are rehearsed."""
    return max(NEW_FRESH, new) + (OLD_FRESH if strokes else 0)


def again(new: Digits, count: int, seed: int, epoch: int) -> Digits:
    """`count` of the new pictures, each as often as any other or once more, in an order of this epoch's own."""
    random = np.random.default_rng((seed, epoch))
    rounds = [random.permutation(len(new)) for _ in range(-(-count // len(new)))]
    return new.take(np.concatenate(rounds)[:count])
