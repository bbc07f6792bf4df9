"""The commands. The one place where an exception becomes a message and an exit code."""

import io
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from watcher import __version__
from watcher.errors import DigitWatcherError

if TYPE_CHECKING:
    from watcher.config import Config

# Everything else is imported where it is used: `--help` answers at once, and the daemon starts fast.
_EPILOG = """\b
Exit codes: 0 done, 1 a bug, 2 usage, 3 config, 4 surroundings (folders,
permissions, disk, another daemon), 5 model."""


def main() -> None:
    """Run the command line and exit with its code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a path need not be text
    try:
        code = cli(standalone_mode=False)
    except DigitWatcherError as error:
        click.echo(error.for_people(), err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone: no word about it
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="digit-watcher")
def cli() -> None:
    """Read pictures of handwritten digits that people copy into a folder."""


def _folders(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which inbox and outbox are meant."""
    path = click.Path(path_type=Path)
    for option in (
        click.option("--outbox", type=path, help="Folder for results; wins over the config file."),
        click.option("--inbox", type=path, help="Folder of pictures; wins over the config file."),
        click.option("--config", "config_file", type=path, metavar="FILE",
                     help="Default: ./config.yaml if it is ours, then /etc/digit-watcher/config.yaml."),
    ):  # fmt: skip
        command = option(command)
    return command


def _config(
    config_file: Path | None, inbox: Path | None, outbox: Path | None, *, say: bool = False, needed: bool = True
) -> "Config":
    from watcher import config

    given = inbox is not None and outbox is not None
    path, remark = config.find(config_file, folders_given=given, needed=needed)
    if remark:
        click.echo(f"note: {remark}", err=True)
    if say:
        click.echo(f"config: {path.resolve() if path else 'none, defaults'}", err=True)
    if path is None:
        return config.defaults(inbox=inbox, outbox=outbox)
    return config.load(path, inbox=inbox, outbox=outbox)


@cli.command()
@_folders
@click.option("--once", is_flag=True, help="Read what is there, wait for what is still being copied, and end.")
def run(config_file: Path | None, inbox: Path | None, outbox: Path | None, once: bool) -> None:
    """Watch the inbox and read every picture that arrives.

    Stop it with Ctrl-C or SIGTERM: it finishes what it has begun. A second time ends it at once; the next
    start carries on where it was. Nothing is lost either way.
    """
    from watcher.run import run_command

    config = _config(config_file, inbox, outbox, say=True)
    logging.basicConfig(level=config.log.level.upper(), format="%(asctime)s %(levelname)s %(message)s")
    run_command(config, once=once)


@cli.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a picture, with all ten scores.")
@click.option(
    "--figure",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT.png",
    help="Draw each picture beside the 28×28 that the network saw and what it read.",
)
@click.option("--model", type=click.Path(path_type=Path), help="Another model than the config's.")
@_folders
def predict(
    paths: tuple[Path, ...], as_json: bool, figure: Path | None, model: Path | None,
    config_file: Path | None, inbox: Path | None, outbox: Path | None,
) -> None:  # fmt: skip
    """Read pictures, or folders of them, without moving anything.

    Prints the digit, its confidence and the status that the daemon would give each.
    """
    from watcher.predict import predict_command

    config = _config(config_file, inbox, outbox, needed=False)  # reading a picture needs no folders
    predict_command(config, paths, as_json=as_json, figure=figure, model=model)


@cli.command(short_help="Say what the daemon does and what waits.")
@_folders
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def status(config_file: Path | None, inbox: Path | None, outbox: Path | None, as_json: bool) -> None:
    """Say what the daemon does, what it has done, and what waits and why."""
    from watcher.show import show_status

    show_status(_config(config_file, inbox, outbox), as_json=as_json)


@cli.command(short_help="Try everything that could fail later.")
@_folders
def check(config_file: Path | None, inbox: Path | None, outbox: Path | None) -> int:
    """Try everything that could fail later: config, folders, permissions, model, limits."""
    from watcher.check import check_command

    return check_command(_config(config_file, inbox, outbox, say=True))


@cli.command(short_help="Have pictures read again.")
@click.argument("names", nargs=-1, required=True)
@_folders
def requeue(names: tuple[str, ...], config_file: Path | None, inbox: Path | None, outbox: Path | None) -> None:
    """Have pictures read again, by id or by file name as results.csv shows them.

    They get new rows with new ids; the old rows stay. A running daemon takes them within seconds, a stopped
    one when it starts.
    """
    from watcher.show import requeue_command

    requeue_command(_config(config_file, inbox, outbox), names)


@cli.command(short_help="Write a fresh results file from the ledger.")
@_folders
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("-"),
    metavar="FILE",
    help="Where to; `-`, the default, is standard output.",
)
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True)
@click.option("--overwrite", is_flag=True, help="Replace FILE where it exists.")
def export(
    config_file: Path | None, inbox: Path | None, outbox: Path | None, out: Path, form: str, overwrite: bool
) -> None:  # fmt: skip
    """Write all rows anew from the ledger, also those that were deleted from results.csv.

    They are the bytes that the daemon writes, which may run meanwhile. A file appears whole or not at all.
    """
    from watcher.export import export_command

    export_command(_config(config_file, inbox, outbox), out, form, overwrite=overwrite)


@cli.command(short_help="Copy the ledger to a file.")
@click.argument("file", type=click.Path(path_type=Path))
@_folders
@click.option("--overwrite", is_flag=True, help="Replace FILE where it exists.")
def backup(file: Path, config_file: Path | None, inbox: Path | None, outbox: Path | None, overwrite: bool) -> None:
    """Copy the ledger to FILE, check the copy, and say what it holds.

    The daemon may run meanwhile. A bare copy of the ledger's file would not do: what was written last stands
    beside it. `digit-watcher repair --from FILE` puts the backup in the ledger's place.
    """
    from watcher.backup import backup_command

    backup_command(_config(config_file, inbox, outbox), file, overwrite=overwrite)


@cli.command(short_help="Bring the ledger up to the results files.")
@_folders
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="BACKUP",
    help="First put this backup in the ledger's place; the old one is kept beside it.",
)
@click.option("--anew", is_flag=True, help="First set the ledger aside: all comes from the results files.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
def repair(
    config_file: Path | None, inbox: Path | None, outbox: Path | None, source: Path | None, anew: bool, dry_run: bool
) -> None:  # fmt: skip
    """Take rows of results.jsonl and results.csv that the ledger does not know into it.

    For a ledger that came from a backup, is damaged, or is lost. The daemon must be stopped. Where each picture
    lies is looked up; no picture is overwritten or deleted. Run twice, the second time does nothing.
    """
    from watcher.repair import repair_command

    repair_command(_config(config_file, inbox, outbox), source=source, anew=anew, dry_run=dry_run)


@cli.command()
@_folders
@click.option("--adopt", is_flag=True, required=True, help="Take this inbox for the one that the ledger knows.")
def init(config_file: Path | None, inbox: Path | None, outbox: Path | None, adopt: bool) -> None:  # noqa: ARG001
    """Tie the ledger to an inbox that was moved or made anew. The daemon must be stopped."""
    from watcher.show import adopt_command

    adopt_command(_config(config_file, inbox, outbox))
