"""The commands that answer questions about results and settings: find, config, completion."""

from pathlib import Path

import click

from watcher.completion import completion
from watcher.epilogs import epilog
from watcher.options import folders

# Everything else is imported where it is used: `--help` answers at once.


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


__all__ = ["completion", "config"]
