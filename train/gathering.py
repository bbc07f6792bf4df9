"""Validation pictures: like the world's, never trained on, never reported on."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from train import sets, unipen
from train.calibrate import fit_second_look
from train.digits import GARBAGE as GARBAGE_LABEL
from train.digits import Digits, normalised
from train.garbage import garbage
from train.sets import Set
from train.validation import Part, Validation
from train.world import World
from watcher.bars import each
from watcher.recognition.decode import decode
from watcher.recognition.model import Network
from watcher.recognition.normalise import normalise
from watcher.recognition.second_look import Look
from watcher.recognition.verdict import DIGITS, Unreadable

Say = Callable[[str], None]

GARBAGE = 4000  # drawn as training has always drawn it
SCENES = 1500  # of each kind
_PLAIN = "mnist held out"
_DIGIT_SCENES = ("cheque", "bitmap", "page")
_SEED = 990_001  # far from any seed of training: unseen distortions, unseen garbage


def gather(network: Network, holdout: Digits, folder: Path | None, say: Say) -> Validation:
    """The answers of a network to all validation pictures, through decode, normalise and the second look.

    holdout: MNIST's digits that were not trained on. folder: holds unipen/ (its part `validate`), orand-car/ and wild/
    (their parts `tune`), each where it is there; None does without.
    """
    second_look = fit_second_look(network.logits(holdout.pictures))
    look = partial(second_look.logits, network.logits)
    # Where a frame is taken for the digit the fault is the normaliser's: no threshold should make up for it.
    made = sets.of_digits(holdout, _PLAIN, "tune")
    found = [one for one in made if one.digits and not one.name.startswith(sets.FRAMED)]
    found += sets.written(folder, "tune") if folder else []
    parts = [_part(one, look) for one in found]
    worn = normalised(distorted(holdout), "distorted digits")[0]
    parts.append(Part(f"{_PLAIN}, distorted", look(worn.pictures), worn.labels))
    if folder and (folder / "unipen").is_dir():
        parts += _scenes(look, holdout, folder / "unipen")
    drawn = garbage(GARBAGE, holdout, _SEED)
    parts.append(Part("drawn garbage", look(drawn), np.full(len(drawn), -1)))
    say("validation: " + ", ".join(f"{part.name} {len(part.labels)}" for part in parts))
    return Validation(tuple(part for part in parts if len(part.labels)), second_look)


def _part(one: Set, look: Look) -> Part:
    pictures, labels, lost = [], [], 0
    for data, label, _ in each(one.samples(), "pictures", f"validate on {one.name}", one.count):
        seen = _seen(decode(data))
        if seen is None:
            lost += 1
            continue
        pictures.append(seen)
        labels.append(int(label) if one.digits and label in DIGITS else -1)
    weight, ours, clean = _standing(one.name)
    answers, plain = look(_stacked(pictures)), one.name == _PLAIN
    return Part(one.name, answers, np.array(labels, np.int64), lost, weight, ours, clean, plain)


def _scenes(look: Look, holdout: Digits, folder: Path) -> list[Part]:
    """Scenes as training has them, of digits and writers that it never saw; also those that the normaliser spoils."""
    letters = tuple(unipen.letters(folder, "validate"))
    world = World(holdout, tuple(unipen.load(folder, "validate")), letters)
    return [_scene(world, look, kind) for kind in (*_DIGIT_SCENES, "garbage")]


def _scene(world: World, look: Look, kind: str) -> Part:
    random = np.random.default_rng(_SEED)
    pictures, labels, lost = [], [], 0
    for _ in each(range(SCENES), "pictures", f"validate on scenes: {kind}"):
        picture, label, _ = world.picture(random, kind)
        seen = _seen(picture)
        if seen is None:
            lost += 1
            continue
        pictures.append(seen)
        labels.append(label if label < GARBAGE_LABEL else -1)
    # Half of the digits are UniPen's strokes, of which one in a hundred is mislabelled.
    answers, weight = look(_stacked(pictures)), 1 / len(_DIGIT_SCENES)
    return Part(f"scenes: {kind}", answers, np.array(labels, np.int64), lost, weight, clean=False)


def _seen(picture: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """What the network is shown, (28, 28) uint8; None where it is not asked."""
    try:
        found = normalise(picture)
    except Unreadable:
        return None
    return found.digit if found.digits_seen == 1 else None


def _stacked(pictures: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    return np.stack(pictures) if pictures else np.empty((0, 28, 28), np.uint8)


def _standing(name: str) -> tuple[float, bool, bool]:
    """Weight, ours, clean. Sets of one kind share the weight of one."""
    if name.startswith(sets.LOW):
        return 1 / 7, True, True
    if name.startswith("cheque"):
        return 1 / 3, False, False
    return 1.0, not name.startswith("wild"), not name.startswith("unipen")


def distorted(digits: Digits) -> Digits:
    """A copy of each digit, distorted as training distorts, but with a seed that training never uses."""
    # Here alone: it takes seconds to import, and everything else of calibration does without.
    import tensorflow as tf

    from train.augment import augment

    pictures = []
    for at in range(0, len(digits), 500):
        batch = tf.constant(digits.pictures[at : at + 500] / np.float32(255))
        changed = augment(batch, tf.constant([_SEED, at]))
        pictures.append(np.rint(np.asarray(changed) * 255).astype(np.uint8))
    return Digits(np.concatenate(pictures), digits.labels)
