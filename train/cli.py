"""`python -m train`: the commands, and the one place where an error becomes a message and an exit code."""

import sys
import time
from dataclasses import replace
from pathlib import Path

import click
from click.core import ParameterSource

from train import recipe as recipes
from train.cli_improve import improve
from train.cli_scores import evaluate, seeds
from train.options import data_option, make_folder
from train.runtime import need_tensorflow
from watcher.completion import completion
from watcher.epilogs import GROUP_EPILOG
from watcher.errors import DigitWatcherError, UsageError

INTERRUPTED = 130
_EPOCHS = ", ".join(f"{name} {recipes.recipe_for(name, None).epochs}" for name in recipes.NETWORKS)


@click.group("digit-train", epilog=GROUP_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Make the model that digit-watcher reads with: fit, evaluate, export, improve."""


cli.add_command(evaluate)
cli.add_command(seeds)
cli.add_command(improve)
cli.add_command(completion)


@cli.command(short_help="Train a network into a run's folder.")
@click.option("--network", type=click.Choice(recipes.NETWORKS), default="digitnet", show_default=True,
              help="Which network; docs/training.md compares them.")  # fmt: skip
@data_option
@click.option(
    "--unipen",
    type=click.Path(file_okay=False, exists=True),
    metavar="DIR",
    help="UniPen's strokes (digits.jsonl.gz, letters-*.jsonl.gz): trains on pictures of people's kind as well.",
)
@click.option("--pictures", multiple=True, metavar="DIR", help="Labelled pictures to train on as well; repeatable.")
@click.option("--epochs", type=click.IntRange(1), help=f"Default: the network's own number ({_EPOCHS}).")
@click.option("--seed", type=int, default=1, show_default=True, help="Of all that is drawn at random.")
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


@cli.command(short_help="Make a bundle for the watcher from a run.")
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
    """Make a bundle for the watcher: convert, calibrate on held-out digits, score, write the card.

    From a run's folder, or from a Keras file.
    """
    need_tensorflow()
    from train.export import export as write
    from train.sources import find

    source = find(run, data)
    make_folder(out, "--out")
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
    make_folder(run, "--run")
    return run


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
