"""The commands that answer questions about results and settings: find, config, completion."""

from pathlib import Path

import click

from watcher.colours import color_option
from watcher.completion import completion
from watcher.epilogs import epilog
from watcher.options import choice, folders, settings

# Everything else is imported where it is used: `--help` answers at once.


@click.command(
    short_help="Search in the results.",
    epilog=epilog(
        "digit-watcher find 'scans/*.png' --since 3d",
        "digit-watcher find --status review --last 20",
        "digit-watcher find --digit 7 --json | jq -r 'select(.confidence < 0.9) | .file'",
        codes=(0, 2, 3, 4, 5),
    ),
)
@click.argument("names", nargs=-1)
@choice
@click.option("--labelled", is_flag=True, help="Rows of which people said something.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many, the oldest first.")
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="Of those only so many, the newest.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a row, with all ten scores.")
@click.option("--csv", "as_csv", is_flag=True, help="As results.csv.")
@color_option
@folders
def find(
    names: tuple[str, ...], limit: int | None, last: int | None, labelled: bool, as_json: bool, as_csv: bool,
    config_file: Path | None, inbox: Path | None, outbox: Path | None, **wanted: str | None,
) -> None:  # fmt: skip
    """Print rows of the results, by id, by file name, or by what is said of them; all of them where nothing is asked.

    NAMES may be patterns, as 'scans/*.png'; * stands for folders too. What several options say must all be true. Rows
    come from the ledger, also those that were deleted from results.csv, and are as they stand there, with two columns
    more: `state` says what has become of the picture (archived, requeued, expired, missing), `label` what people say
    that it shows. Nothing is changed.
    """
    from watcher.choosing import chosen
    from watcher.find import find_command

    if as_json and as_csv:
        raise click.UsageError("--json and --csv are two forms: say one of them.")
    config = settings(config_file, inbox, outbox)
    meant = chosen(config, names, limit, wanted)
    find_command(config, meant, last=last, form="jsonl" if as_json else "csv" if as_csv else "text", labelled=labelled)


@click.command(
    "config",
    short_help="Print the settings in force.",
    epilog=epilog(
        "digit-watcher config",
        "digit-watcher config --json | jq -r .settings.outbox",
        "digit-watcher config --schema > config.schema.json",
        codes=(0, 2, 3),
    ),
)
@folders
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of config.yaml, for editors, and nothing else.")
def config(config_file: Path | None, inbox: Path | None, outbox: Path | None, as_json: bool, schema: bool) -> None:
    """Print every setting as it is in force, and where it comes from: file, option or default.

    What is printed is a config.yaml itself, with absolute paths. A file that cannot be used is refused as `run`
    would refuse it.
    """
    from watcher.settings_shown import config_command, schema_command

    if schema:
        schema_command()
    else:
        config_command(config_file, inbox, outbox, as_json=as_json)


__all__ = ["completion", "config", "find"]
