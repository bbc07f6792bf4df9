"""What several commands of `python -m train` take."""

from pathlib import Path

import click

from watcher.errors import SurroundingsError

data_option = click.option(
    "--data",
    default="mnist",
    show_default=True,
    help="`mnist` (fetched once by Keras) or a folder with the four idx files, gzipped or not.",
)
suite_option = click.option(
    "--suite",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="All sets below DIR: mnist/, unipen/, orand-car/, wild/, and what is drawn.",
)


def make_folder(folder: Path, option: str) -> None:
    """Make the folder that an option names; raises SurroundingsError where that is not possible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SurroundingsError(
            f"{option} {folder}: {error.strerror}", hint="choose a folder you may write to"
        ) from error
