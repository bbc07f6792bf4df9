"""The command that writes a page for people: report."""

from pathlib import Path

import click

from watcher.epilogs import epilog
from watcher.options import folders, settings

# Everything else is imported where it is used: `--help` answers at once.


@click.command(
    short_help="Write a page about what was read.",
    epilog=epilog(
        "digit-watcher report --since 1d",
        "digit-watcher report --since 2026-03-01 --until 2026-04-01 --out march.html",
        "digit-watcher report --json | jq .statuses",
        codes=(0, 2, 3, 4),
    ),
)
@click.option("--since", metavar="TIME", help="Rows of that time or later: a time, a day, or 2h, 3d, 1w ago.")
@click.option("--until", metavar="TIME", help="Rows from before that time.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE",
              help="Where to; `-` is standard output. Default: report.html, with --json standard output.")  # fmt: skip
@click.option("--pictures", type=click.IntRange(min=0), default=60, show_default=True, metavar="N",
              help="Show so many pictures at most.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The same figures as JSON.")
@click.option("--overwrite", is_flag=True, help="Replace FILE also where it is no report.")
@folders
def report(
    since: str | None, until: str | None, out: Path | None, pictures: int, as_json: bool, overwrite: bool,
    config_file: Path | None, inbox: Path | None, outbox: Path | None,
) -> None:  # fmt: skip
    """Write one HTML page for people: what came in, what was read, and what needs a person, with pictures.

    The page needs no network and nothing beside it. The daemon may run meanwhile. A report that was written before is
    replaced; any other file is not.
    """
    from watcher.report.report import report_command

    out = out or Path("-" if as_json else "report.html")
    config = settings(config_file, inbox, outbox)
    report_command(config, out, since=since, until=until, pictures=pictures, plain=as_json, overwrite=overwrite)
