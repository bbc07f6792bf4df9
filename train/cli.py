"""`python -m train`: the commands, and the one place where an error becomes a message and an exit code."""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Literal

import click
from click.core import ParameterSource

from train import recipe as recipes
from train.pictures import chosen
from train.runtime import need_tensorflow
from watcher.errors import DigitWatcherError, SurroundingsError, UsageError
from watcher.models import SHIPPED
from watcher.recognition.model import InputConvention, Scale, Shape, load_model
from watcher.recognition.recogniser import Recogniser

INTERRUPTED = 130
Part = Literal["tune", "report"]
_EPOCHS = ", ".join(f"{name} {recipes.recipe_for(name, None).epochs}" for name in recipes.NETWORKS)

_data = click.option(
    "--data",
    default="mnist",
    show_default=True,
    help="`mnist` (fetched once by Keras) or a folder with the four idx files, gzipped or not.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Make the model that digit-watcher reads with: fit, evaluate, export."""


@cli.command()
@click.option("--network", type=click.Choice(recipes.NETWORKS), default="digitnet", show_default=True)
@_data
@click.option(
    "--unipen",
    type=click.Path(file_okay=False, exists=True),
    metavar="DIR",
    help="UniPen's strokes (digits.jsonl.gz, letters-*.jsonl.gz): trains on pictures of people's kind as well.",
)
@click.option("--pictures", multiple=True, metavar="DIR", help="Labelled pictures to train on as well; repeatable.")
@click.option("--epochs", type=click.IntRange(1), help=f"Default: the network's own number ({_EPOCHS}).")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--holdout", type=int, default=5000, show_default=True, help="Training digits set aside to choose with.")
@click.option(
    "--run",
    "run_path",
    type=click.Path(path_type=Path),
    help="Folder of the run.  [default: runs/NETWORK-TIME]",
)
@click.option("--resume", is_flag=True, help="Go on with the run in --run; all else is taken from there.")
@click.pass_context
def fit(
    context: click.Context, network: str, data: str, unipen: str | None, pictures: tuple[str, ...], epochs: int | None,
    seed: int, holdout: int, run_path: Path | None, resume: bool,
) -> None:  # fmt: skip
    """Train a network into a run's folder; Ctrl-C leaves a run that --resume goes on with."""
    if resume:
        run = _resumed(context, run_path)
        recipe = recipes.load(run)
    else:
        recipe = replace(
            recipes.recipe_for(network, epochs),
            data=data,
            unipen=unipen or "",
            pictures=pictures,
            seed=seed,
            holdout=holdout,
        )
        run = _new_run(run_path or Path("runs") / time.strftime(f"{network}-%Y%m%d-%H%M%S"))
        recipes.save(recipe, run)
    need_tensorflow()
    from train.fit import fit as train
    from train.stop import stop_signals

    with stop_signals() as stop:
        finished = train(recipe, run, resume=resume, stop=stop, say=click.echo)
    if not finished:
        click.echo(f"stopped; go on with: python -m train fit --run {run} --resume")
        sys.exit(INTERRUPTED)
    click.echo(f"run: {run}\nnext: python -m train export {run} --out BUNDLE")


@cli.command()
@click.argument("model", type=click.Path(path_type=Path), default=SHIPPED)
@_data
@click.option("--pictures", type=click.Path(path_type=Path), metavar="DIR", help="Labelled pictures, instead of MNIST.")
@click.option("--only", multiple=True, metavar="COLUMN=VALUE", help="Only such rows of labels.csv; repeatable.")
@click.option("--by", metavar="COLUMN", help="Figures also for each value of this column.")
@click.option(
    "--scale",
    type=click.Choice([scale.value for scale in Scale]),
    default="unit",
    show_default=True,
    help="How a Keras model was fed.",
)
@click.option(
    "--shape", type=click.Choice([shape.value for shape in Shape]), default="image", show_default=True, help="The same."
)
@click.option(
    "--suite",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="All sets below DIR: mnist/, unipen/, orand-car/, wild/, and what is drawn.",
)
@click.option(
    "--part",
    type=click.Choice(["report", "tune"]),
    default="report",
    show_default=True,
    help="Of the suite: what figures are stated on, or what is for working on (held-out digits, other writers).",
)
@click.option("--ablate", is_flag=True, help="Of the suite: also with each step of the normaliser left out.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, not a table.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Also scores.json and figures there.")
def evaluate(
    model: Path, data: str, pictures: Path | None, only: tuple[str, ...], by: str | None,
    scale: str, shape: str, suite: Path | None, part: Part, ablate: bool, as_json: bool, out: Path | None,
) -> None:  # fmt: skip
    """Score MODEL (default: the shipped bundle) through the whole path.

    MODEL is a bundle, a run's folder, or a Keras model.

    Every picture goes as bytes through decode, normalise, network and verdict, as in the watcher.
    """
    path = model / "model.keras" if (model / recipes.FILE).is_file() else model
    by_keras = path.suffix in (".keras", ".h5") or (path / "saved_model.pb").is_file()
    if by_keras or (data == "mnist" and pictures is None and suite is None):
        need_tensorflow()
    from train import evaluate as figures
    from train import mnist, readings

    recogniser = Recogniser(load_model(path, InputConvention.named(scale, shape)))
    if suite is not None:
        _evaluate_suite(recogniser, suite, part, ablate=ablate, as_json=as_json, out=out)
        return
    if pictures is None:
        if only or by:
            raise UsageError("--only and --by choose by columns of labels.csv", hint="add --pictures DIR")
        found = readings.of_digits(recogniser, mnist.load(data, "test"))
    else:
        found = readings.of_pictures(recogniser, chosen(pictures, only, by))
    scored = {"model": recogniser.model.name, **figures.evaluate(found, by)}
    text = json.dumps(scored, indent=2, ensure_ascii=False)
    click.echo(text if as_json else f"model           {recogniser.model.name}\n{figures.table(scored)}")
    if out is not None:
        _make(out, "--out")
        (out / "scores.json").write_text(text + "\n", encoding="utf-8")
        figures.draw(found, out)


def _evaluate_suite(
    recogniser: Recogniser, folder: Path, part: Part, *, ablate: bool, as_json: bool, out: Path | None
) -> None:
    from train import ablation, sets, suite

    found = sets.suite(folder, part)
    read = suite.read(recogniser, found)
    scored = {"model": recogniser.model.name, "part": part, **suite.score(found, read)}
    tables = [f"model {recogniser.model.name}, part {part}", suite.table(scored)]
    if ablate:
        scored["ablation"] = ablation.ablate(recogniser.model, found)
        tables.append(ablation.table(scored["ablation"]))
    text = json.dumps(scored, indent=2, ensure_ascii=False)
    click.echo(text if as_json else "\n\n".join(tables))
    if out is not None:
        _make(out, "--out")
        (out / "scores.json").write_text(text + "\n", encoding="utf-8")
        (out / "table.txt").write_text("\n\n".join(tables) + "\n", encoding="utf-8")
        suite.draw(found, read, out)


@cli.command()
@click.argument("run", type=click.Path(path_type=Path), metavar="RUN_OR_KERAS_FILE")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Folder of the bundle.")
@click.option("--int8/--float", default=True, show_default=True, help="Integer arithmetic, or float32.")
@click.option("--data", help="MNIST as in fit, instead of what the run names (a Keras file: default mnist).")
@click.option(
    "--suite",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Folder with unipen/, orand-car/ and wild/, to calibrate on their parts to work on as well.",
)
def export(run: Path, out: Path, int8: bool, data: str | None, suite: Path | None) -> None:
    """Make a bundle for the watcher: convert, calibrate on held-out digits, score, write the card."""
    need_tensorflow()
    from train.export import export as write
    from train.sources import find

    source = find(run, data)
    _make(out, "--out")
    write(source, out, int8=int8, say=click.echo, suite=suite)
    click.echo(f"bundle: {out}\nnext: python -m train evaluate {out} --pictures DIR, or `model: {out}` in config.yaml")


def _resumed(context: click.Context, run: Path | None) -> Path:
    if run is None:
        raise UsageError("--resume needs the run to go on with", hint="add --run DIR")
    for name in ("network", "data", "unipen", "pictures", "epochs", "seed", "holdout"):
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise UsageError(
                f"--{name} cannot be given with --resume",
                hint=f"the run's own recipe is in {run / recipes.FILE}",
            )
    return run


def _new_run(run: Path) -> Path:
    if (run / recipes.FILE).exists():
        raise UsageError(
            f"--run {run}: there is a run already", hint="go on with it by --resume, or choose another folder"
        )
    _make(run, "--run")
    return run


def _make(folder: Path, option: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SurroundingsError(
            f"{option} {folder}: {error.strerror}", hint="choose a folder you may write to"
        ) from error


def main() -> None:
    """The entry point `digit-train`."""
    try:
        cli(standalone_mode=False)
    except DigitWatcherError as error:
        click.echo(error.for_people(), err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(UsageError.exit_code)
    except click.Abort:
        sys.exit(INTERRUPTED)
