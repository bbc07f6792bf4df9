"""Train one recipe into a run's folder."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from train import checkpoint, mnist, networks, pictures, report, unipen
from train.batches import Fresh
from train.checkpoint import Row
from train.digits import Digits, hold_out, normalised
from train.garbage import garbage
from train.recipe import Recipe
from train.stream import Stream
from train.trainer import Trainer
from train.world import World
from watcher import bars

Say = Callable[[str], None]

_FIRST_CHECKPOINT_STEP = 50


@dataclass(frozen=True)
class Material:
    """What is trained on, what chooses, and what is drawn to be turned away."""

    training: Digits
    holdout: Digits


def material(recipe: Recipe, say: Say) -> Material:
    """Read, normalise and divide the training digits of a recipe; the test digits are not touched."""
    digits, unread = normalised(mnist.load(recipe.data, "train"), "training digits")
    training, holdout = hold_out(digits, recipe.holdout, recipe.seed)
    for folder in recipe.pictures:
        more, missed = pictures.as_digits(pictures.listed(Path(folder)), garbage=recipe.garbage_share > 0)
        training, unread = training.plus(more), unread + missed
    say(f"{len(training)} digits to train on, {len(holdout)} held out, {unread} unreadable and left out")
    return Material(training, holdout)


def fit(recipe: Recipe, run: Path, *, resume: bool, stop: Callable[[], bool], say: Say) -> bool:
    """Train to the end, or until `stop` says so; whether the end was reached.

    Either way the run's folder holds model.keras and a checkpoint to resume from.
    Raises UsageError where the data or the checkpoint cannot be used.
    """
    found = material(recipe, say)
    drawn = np.empty((0, 28, 28), np.uint8)
    if recipe.garbage_share:
        drawn = garbage(recipe.garbage_pool, found.training, recipe.seed)
    rows: list[Row] = []
    with _fresh(recipe, found.training, say) as fresh:
        trainer = Trainer(recipe, found.training, drawn, fresh)
        if resume:
            state = checkpoint.load(run, trainer.shapes())
            trainer.restore(state)
            rows.extend(state.rows)
        say(_header(trainer))
        finished = _epochs(trainer, rows, found.holdout, run, stop, say)
    trainer.averaged.save(run / "model.keras")
    if finished:
        say(report.finish(trainer.averaged, recipe, rows, run, len(found.training), found.holdout))
    return finished


@contextmanager
def _fresh(recipe: Recipe, digits: Digits, say: Say) -> Iterator[Fresh | None]:
    """What makes the fresh pictures of an epoch, where the recipe wants any."""
    if not (recipe.unipen and recipe.fresh):
        yield None
        return
    folder = Path(recipe.unipen)
    world = World(digits, tuple(unipen.load(folder, "train")), tuple(unipen.letters(folder, "train")))
    writers = len({sign.writer for sign in world.strokes})
    say(f"{len(world.strokes)} digits by {writers} writers and {len(world.letters)} letters as pen strokes")
    with Stream(world, recipe.seed, recipe.fresh) as stream:
        yield stream.get


def _header(trainer: Trainer) -> str:
    recipe, model = trainer.recipe, trainer.model
    size = f"{model.count_params():,} parameters, {networks.multiply_adds(model) / 1e6:.1f} M multiply-adds"
    done = f", {trainer.step / trainer.steps_per_epoch:.2f} done before" if trainer.step else ""
    return f"{recipe.network}: {size}; {recipe.epochs} epochs of {trainer.steps_per_epoch} batches{done}"


def _epochs(trainer: Trainer, rows: list[Row], holdout: Digits, run: Path, stop: Callable[[], bool], say: Say) -> bool:
    epochs = trainer.recipe.epochs
    # Over the whole run, at its mean speed: epochs end with a pause.
    with bars.bar(epochs * trainer.steps_per_epoch, "batches", done=trainer.step, smoothing=0) as bar:
        while trainer.epoch < epochs:
            row = _epoch(trainer, rows, run, stop, bar)
            if row is None:
                checkpoint.save(trainer.state(tuple(rows)), run)
                return False
            row |= _score(trainer, holdout)
            rows.append(row)
            checkpoint.save(trainer.state(tuple(rows)), run)
            report.write_history(rows, run)
            trainer.averaged.save(run / "model.keras")
            with bars.aside(bar):
                say(_line(row, epochs))
    return True


def _epoch(trainer: Trainer, rows: list[Row], run: Path, stop: Callable[[], bool], bar: "bars.Bar") -> Row | None:
    """The rest of the epoch under way; None where it was stopped."""
    began, epoch = time.monotonic(), trainer.epoch
    losses, rights = [], []
    bar.set_description(f"epoch {epoch + 1}/{trainer.recipe.epochs}", refresh=False)
    while trainer.epoch == epoch:
        if stop():
            return None
        loss, right = trainer.advance()
        losses.append(loss)
        rights.append(right)
        bar.update()
        if trainer.step == _FIRST_CHECKPOINT_STEP:
            checkpoint.save(trainer.state(tuple(rows)), run)
        if trainer.step % 20 == 0:
            shown = {"loss": f"{np.mean(losses[-100:]):.4f}", "accuracy": f"{np.mean(rights[-100:]):.4f}"}
            bar.set_postfix(shown, refresh=False)
    seconds = time.monotonic() - began
    return {
        "epoch": epoch + 1, "seconds": round(seconds, 1), "loss": float(np.mean(losses)),
        "accuracy": float(np.mean(rights)),
    }  # fmt: skip


def _score(trainer: Trainer, holdout: Digits) -> Row:
    logs = networks.log_probabilities(trainer.averaged, holdout.pictures)
    right = logs[:, :10].argmax(axis=1) == holdout.labels
    loss = -logs[np.arange(len(holdout)), holdout.labels].mean()
    return {"holdout_loss": float(loss), "holdout_accuracy": float(right.mean())}


def _line(row: Row, epochs: int) -> str:
    return (
        f"epoch {row['epoch']:.0f}/{epochs}  {row['seconds']:.0f} s  loss {row['loss']:.4f}  "
        f"accuracy {row['accuracy']:.4f}  held out: loss {row['holdout_loss']:.4f}  "
        f"accuracy {row['holdout_accuracy']:.4f}"
    )
