"""The commands that care for what is there: requeue, export, backup, repair, expire, init."""

from pathlib import Path

import click

from watcher.epilogs import epilog
from watcher.options import choice, folders, settings

# Everything else is imported where it is used: `--help` answers at once.


@click.command(
    short_help="Have pictures read again.",
    epilog=epilog(
        "digit-watcher requeue --reason low_confidence --since 3d --dry-run",
        "digit-watcher requeue 'scans/*.png' --not-model current",
        "digit-watcher requeue scan-0042.png",
        codes=(0, 2, 3, 4, 5),
    ),
)
@click.argument("names", nargs=-1)
@choice
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many, the oldest first.")
@click.option("--dry-run", is_flag=True, help="Only say what would be read again.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a picture, of all of them.")
@click.option("--yes", is_flag=True, help="Do not ask, however many they are.")
@folders
def requeue(
    names: tuple[str, ...], limit: int | None, dry_run: bool, as_json: bool, yes: bool,
    config_file: Path | None, inbox: Path | None, outbox: Path | None, **wanted: str | None,
) -> None:  # fmt: skip
    """Have pictures read again: by id, by file name as results.csv shows it, or by what is said of them there.

    A name may be a pattern, as 'scans/*.png'; * stands for folders too. What several options say must all be true.
    They get new rows with new ids; the old rows stay. A running daemon takes them within seconds, a stopped
    one when it starts.
    """
    from watcher.choosing import chosen
    from watcher.requeue import requeue_command

    config = settings(config_file, inbox, outbox)
    requeue_command(config, chosen(config, names, limit, wanted), dry_run=dry_run, yes=yes, as_json=as_json)


@click.command(
    short_help="Write a fresh results file from the ledger.",
    epilog=epilog(
        "digit-watcher export --out fresh.csv",
        "digit-watcher export --format jsonl | jq .scores",
        "digit-watcher export --labels corrected --since 1w",
        codes=(0, 2, 3, 4),
    ),
)
@folders
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("-"),
    metavar="FILE",
    help="Where to; `-`, the default, is standard output.",
)
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True,
              help="As results.csv, or as results.jsonl with all ten scores.")  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Replace FILE where it exists.")
@click.option("--corrected", is_flag=True, help="The rows as people set them right, as in results-corrected.csv.")
@click.option("--labels", type=click.Path(path_type=Path), metavar="DIR",
              help="Instead the pictures that people corrected or confirmed, with labels.csv.")  # fmt: skip
@click.option("--since", metavar="TIME", help="With --labels: said at that time or later; a day, or 2h, 3d, 1w ago.")
@click.option("--until", metavar="TIME", help="With --labels: said before that time.")
@click.pass_context
def export(
    context: click.Context, config_file: Path | None, inbox: Path | None, outbox: Path | None, out: Path, form: str,
    overwrite: bool, corrected: bool, labels: Path | None, since: str | None, until: str | None,
) -> None:  # fmt: skip
    """Write all rows anew from the ledger, also those that were deleted from results.csv.

    They are the bytes that the daemon writes, which may run meanwhile. A file appears whole or not at all. So does the
    folder of --labels: digit-train takes it, to evaluate, to fit and to improve.
    """
    others = ("out", "form", "overwrite", "corrected") if labels else ("since", "until")
    for name in others:
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            option = {"form": "format"}.get(name, name)
            raise click.UsageError(f"--{option} goes {'not' if labels else 'only'} with --labels.")
    if labels is not None:
        from watcher.corrections.export_labels import export_labels

        export_labels(settings(config_file, inbox, outbox), labels, since=since, until=until)
        return
    from watcher.export import export_command

    found = settings(config_file, inbox, outbox)
    export_command(found, out, form, overwrite=overwrite, as_corrected=corrected)


@click.command(
    short_help="Copy the ledger to a file.",
    epilog=epilog("digit-watcher backup ledger-backup.sqlite3 --overwrite", codes=(0, 2, 3, 4)),
)
@click.argument("file", type=click.Path(path_type=Path))
@folders
@click.option("--overwrite", is_flag=True, help="Replace FILE where it exists.")
@click.option("--json", "as_json", is_flag=True, help="What the copy holds, as JSON.")
def backup(
    file: Path, config_file: Path | None, inbox: Path | None, outbox: Path | None, overwrite: bool, as_json: bool
) -> None:  # fmt: skip
    """Copy the ledger to FILE, check the copy, and say what it holds.

    The daemon may run meanwhile. A bare copy of the ledger's file would not do: what was written last stands
    beside it. `digit-watcher repair --from FILE` puts the backup in the ledger's place.
    """
    from watcher.backup import backup_command

    backup_command(settings(config_file, inbox, outbox), file, overwrite=overwrite, as_json=as_json)


@click.command(
    short_help="Bring the ledger up to the results files.",
    epilog=epilog(
        "digit-watcher repair --dry-run",
        "digit-watcher repair --from ledger-backup.sqlite3",
        codes=(0, 2, 3, 4),
    ),
)
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
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def repair(
    config_file: Path | None, inbox: Path | None, outbox: Path | None, source: Path | None, anew: bool, dry_run: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Take rows of results.jsonl and results.csv that the ledger does not know into it.

    For a ledger that came from a backup, is damaged, or is lost. The daemon must be stopped. Where each picture
    lies is looked up; no picture is overwritten or deleted. Run twice, the second time does nothing.
    """
    from watcher.repair import repair_command

    repair_command(settings(config_file, inbox, outbox), source=source, anew=anew, dry_run=dry_run, as_json=as_json)


@click.command(
    short_help="Say what retention would delete, or delete it.",
    epilog=epilog("digit-watcher expire", "digit-watcher expire --days 365", codes=(0, 2, 3, 4)),
)
@click.option(
    "--days", type=click.IntRange(min=0), metavar="N", help="Pictures older than that, whatever is configured."
)
@click.option("--bytes", "most_bytes", type=click.IntRange(min=0), metavar="N",
              help="The oldest pictures, until archive/ and rejected/ hold no more each.")  # fmt: skip
@click.option("--now", is_flag=True, help="Delete it. The daemon must be stopped.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@folders
def expire(
    days: int | None, most_bytes: int | None, now: bool, as_json: bool,
    config_file: Path | None, inbox: Path | None, outbox: Path | None,
) -> None:  # fmt: skip
    """Say what has had its time by `retention` in config.yaml: pictures, results files, records. Deletes nothing.

    A running daemon deletes it by itself, once there are such settings: look here before you write them. With
    --days and --bytes other limits are tried.
    """
    from watcher.log import logs
    from watcher.retention.expire import expire_command

    config = settings(config_file, inbox, outbox)
    logs.set_up(config.log.level, config.log.format)  # what cannot be deleted is said above the bar
    expire_command(config, days=days, most_bytes=most_bytes, now=now, as_json=as_json)


@click.command(
    short_help="Tie the ledger to an inbox that was moved.",
    epilog=epilog("digit-watcher init --adopt --inbox /srv/scans --outbox /srv/results", codes=(0, 2, 3, 4)),
)
@folders
@click.option("--adopt", is_flag=True, required=True, help="Take this inbox for the one that the ledger knows.")
def init(config_file: Path | None, inbox: Path | None, outbox: Path | None, adopt: bool) -> None:  # noqa: ARG001
    """Tie the ledger to an inbox that was moved or made anew. The daemon must be stopped."""
    from watcher.reporting.show import adopt_command

    adopt_command(settings(config_file, inbox, outbox))
