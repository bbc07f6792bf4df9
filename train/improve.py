"""A trained network learns people's own pictures; its bundle is written only if it is better for it."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np

from train import card, improved, mnist, networks
from train.comparison import table
from train.descent import Card, Learnt, shown
from train.digits import GARBAGE, Digits
from train.evaluate import evaluate
from train.export import agreement, keep
from train.fit import material
from train.judgement import Judgement, NotBetterError
from train.parent import Parent
from train.people import People
from train.readings import of_digits
from train.recipe import Recipe, improving
from train.rehearsal import fresh_pictures, rehearsal
from train.trainer import Trainer
from train.trial import compared, report_sets, standard_sets, try_out
from watcher import bars
from watcher.errors import UsageError
from watcher.recognition.model import load_model
from watcher.recognition.recogniser import Recogniser

Say = Callable[[str], None]

_LOOKED_AT = 500  # digits on which a network and the weights that were made of it are compared
_SAME_NETWORK = 0.98


@dataclass(frozen=True)
class Settings:
    """data: MNIST as in fit. suite: folder of what else is rehearsed, calibrated with and judged on.

    folders: names of the folders of people's pictures, for the card.
    """

    data: str
    folders: tuple[str, ...]
    suite: Path | None = None
    epochs: int | None = None
    seed: int = 1


def improve(parent: Parent, given: People, settings: Settings, out: Path, say: Say) -> None:
    """Train on, convert, calibrate, judge; then write the bundle whole, or raise NotBetterError and write nothing.

    Thresholds are chosen as export chooses them. The judgement falls on people's held-out pictures and on the parts to
    work on of the standard sets; only then are MNIST's test digits and the parts `report` read, for the card.
    """
    old = material(replace(parent.recipe, data=settings.data, pictures=()), say)
    _check_source(parent, old.holdout.take(np.arange(min(_LOOKED_AT, len(old.holdout)))))
    given = _fitting(given, parent)
    say(
        f"{len(given.training)} new pictures to train on, {len(given.held_out)} held out to judge by, "
        f"{given.unread} unreadable, {given.passed_over} passed over"
    )
    recipe = _recipe(parent, given, settings)
    model = _trained(recipe, parent, given.training, old.training, say)
    with _draft(out) as folder:
        contents = improved.write(folder, model, Learnt(parent, recipe, given, settings.suite), old, say)
        before, after = (Recogniser(load_model(place)) for place in (parent.folder, folder))
        trial = try_out(before, after, given.held_out, standard_sets(old.holdout, settings.suite))
        say(f"\nbefore → after, on what neither was trained on\n{trial.table()}\n")
        _insist(trial.judged(), say)
        contents["improved"][-1]["judged_on"] = shown(trial.all)
        contents["improved"][-1]["reported"] = _report(contents, before, after, settings, say)
        card.replace(folder, contents)
        keep(model, folder)


def _check_source(parent: Parent, digits: Digits) -> None:
    """Raises UsageError where model.keras is not what the bundle's weights were made of."""
    agreed = agreement(parent.network(), load_model(parent.folder).network, digits.pictures)
    if agreed < _SAME_NETWORK:
        raise UsageError(
            f"{parent.path} is not the network of {parent.folder}: they agree on {agreed:.1%} of {len(digits)} digits",
            hint="put the two files back that were exported together",
        )


def _recipe(parent: Parent, given: People, settings: Settings) -> Recipe:
    strokes = settings.suite / "unipen" if settings.suite else None
    found = strokes is not None and strokes.is_dir()
    return replace(
        improving(parent.recipe, settings.epochs, settings.seed),
        data=settings.data,
        pictures=settings.folders,
        unipen=str(strokes) if found else "",
        fresh=fresh_pictures(len(given.training), strokes=found),
    )


def _fitting(given: People, parent: Parent) -> People:
    """Without what is no digit, where the network has no output for it."""
    if len(networks.classes(parent.network())) > GARBAGE:
        return given
    digits = given.training.take(np.flatnonzero(given.training.labels < GARBAGE))
    return replace(given, training=digits, passed_over=given.passed_over + len(given.training) - len(digits))


def _trained(recipe: Recipe, parent: Parent, new: Digits, old: Digits, say: Say) -> keras.Model:
    """The parent's network after some epochs of new pictures among old ones; its averaged weights."""
    with rehearsal(recipe, new, old, say) as among:
        trainer = Trainer(recipe, among.digits, among.garbage, among.fresh, build=lambda _: parent.network())
        total = recipe.epochs * trainer.steps_per_epoch
        say(f"{recipe.epochs} epochs of {trainer.steps_per_epoch} batches")
        with bars.bar(total, "batches", "train") as bar:
            for _ in range(total):
                loss, _ = trainer.advance()
                bar.update()
                if trainer.step % 20 == 0:
                    bar.set_postfix(loss=f"{loss:.4f}")
    return trainer.averaged


@contextmanager
def _draft(out: Path) -> Iterator[Path]:
    """A folder that takes the place of `out` when all is done, and else is gone."""
    folder = out.with_name(f".{out.name}.{os.getpid()}")
    folder.mkdir(parents=True)
    try:
        yield folder
        folder.replace(out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _insist(judgement: Judgement, say: Say) -> None:
    gains = "".join(f"\n  better: {line}" for line in judgement.gains)
    if judgement.is_better:
        say(f"the new model takes the old one's place{gains}")
        return
    objections = "".join(f"\n  against: {line}" for line in judgement.objections)
    raise NotBetterError(
        f"the new model may not take the old one's place; nothing was written{gains}{objections}",
        hint="The old model stays. More pictures of what is misread, their labels looked over, may do it.",
    )


def _report(contents: Card, before: Recogniser, after: Recogniser, settings: Settings, say: Say) -> Card:
    """Figures on test sets, when all is decided."""
    test = mnist.load(settings.data, "test")
    contents["scores"]["mnist_t10k"] = evaluate(of_digits(after, test))
    found = [compared(before, after, one) for one in report_sets(test, settings.suite)]
    say(f"\nfor the record, on test sets, which decided nothing\n{table({'': found})}\n")
    return shown(found)
