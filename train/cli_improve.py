"""The command `improve`."""

from pathlib import Path

import click

from train.options import data_option, make_folder, suite_option
from train.runtime import need_tensorflow
from watcher.errors import UsageError
from watcher.models import SHIPPED

_BUNDLE = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command(short_help="Teach a bundle people's own pictures; written only if better.")
@click.argument("folders", type=_BUNDLE, nargs=-1, required=True, metavar="DATA…")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Folder of the new bundle.")
@click.option("--from", "source", type=_BUNDLE, default=SHIPPED, metavar="BUNDLE", help="Default: the shipped one.")
@data_option
@suite_option
@click.option("--by", metavar="COLUMN", help="Who shares a value of it is held out as one.  [default: writer, author]")
@click.option("--epochs", type=click.IntRange(1), help="Default: 6.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of all that is drawn at random.")
@click.pass_context
def improve(
    context: click.Context, folders: tuple[Path, ...], out: Path, source: Path, data: str, suite: Path | None,
    by: str | None, epochs: int | None, seed: int,
) -> None:  # fmt: skip
    """Train BUNDLE further on the labelled pictures in DATA (as `digit-watcher export --labels` writes them).

    Three in ten are held out to judge by. The new bundle is written only if it reads those better, and what the old one
    could no worse; else nothing is written, and the exit code is 6.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"--out {out}: there is something already", hint="choose a folder that is not there yet")
    if (
        context.get_parameter_source("data") is click.core.ParameterSource.DEFAULT
        and suite
        and (suite / "mnist").is_dir()
    ):
        data = str(suite / "mnist")
    make_folder(out.parent, "--out")
    need_tensorflow()
    from train import parent, people
    from train.improve import Settings
    from train.improve import improve as learn

    found = parent.find(source)
    given = people.people(folders, by)
    names = tuple(folder.resolve().name for folder in folders)
    learn(found, given, Settings(data, names, suite, epochs, seed), out, click.echo)
    click.echo(f"bundle: {out}\nnext: `model: {out}` in config.yaml, and `digit-watcher requeue` for what was misread")
