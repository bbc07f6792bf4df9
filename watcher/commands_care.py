"""The commands that care for what is there: requeue, export, backup, repair, init."""

from pathlib import Path

import click

from watcher.options import folders, settings

# Everything else is imported where it is used: `--help` answers at once.


@click.command(short_help="Have pictures read again.")
@click.argument("names", nargs=-1, required=True)
@folders
def requeue(names: tuple[str, ...], config_file: Path | None, inbox: Path | None, outbox: Path | None) -> None:
    """Have pictures read again, by id or by file name as results.csv shows them.

    They get new rows with new ids; the old rows stay. A running daemon takes them within seconds, a stopped
    one when it starts.
    """
    from watcher.requeue import requeue_command

    requeue_command(settings(config_file, inbox, outbox), names)


@click.command(short_help="Write a fresh results file from the ledger.")
@folders
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

    export_command(settings(config_file, inbox, outbox), out, form, overwrite=overwrite)


@click.command(short_help="Copy the ledger to a file.")
@click.argument("file", type=click.Path(path_type=Path))
@folders
@click.option("--overwrite", is_flag=True, help="Replace FILE where it exists.")
def backup(file: Path, config_file: Path | None, inbox: Path | None, outbox: Path | None, overwrite: bool) -> None:
    """Copy the ledger to FILE, check the copy, and say what it holds.

    The daemon may run meanwhile. A bare copy of the ledger's file would not do: what was written last stands
    beside it. `digit-watcher repair --from FILE` puts the backup in the ledger's place.
    """
    from watcher.backup import backup_command

    backup_command(settings(config_file, inbox, outbox), file, overwrite=overwrite)


@click.command(short_help="Bring the ledger up to the results files.")
@folders
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

    repair_command(settings(config_file, inbox, outbox), source=source, anew=anew, dry_run=dry_run)


@click.command()
@folders
@click.option("--adopt", is_flag=True, required=True, help="Take this inbox for the one that the ledger knows.")
def init(config_file: Path | None, inbox: Path | None, outbox: Path | None, adopt: bool) -> None:  # noqa: ARG001
    """Tie the ledger to an inbox that was moved or made anew. The daemon must be stopped."""
    from watcher.show import adopt_command

    adopt_command(settings(config_file, inbox, outbox))
