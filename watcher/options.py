"""The options that commands have in common, and the settings that come of them."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from watcher.recognition.verdict import DIGITS, Reason, Status

if TYPE_CHECKING:
    from watcher.config import Config


def folders(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which inbox and outbox are meant."""
    folder = click.Path(path_type=Path, file_okay=False)
    for option in (
        click.option("--outbox", type=folder, metavar="DIR", help="Folder for results; wins over the config file."),
        click.option("--inbox", type=folder, metavar="DIR", help="Folder of pictures; wins over the config file."),
        click.option("--config", "config_file", type=click.Path(path_type=Path), metavar="FILE",
                     help="Default: ./config.yaml if it is ours, then /etc/digit-watcher/config.yaml."),
    ):  # fmt: skip
        command = option(command)
    return command


def choice(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which rows are meant; `watcher.choice` has them."""
    reasons = [reason.value for reason in Reason]
    for option in (
        click.option("--not-model", "other_than", metavar="NAME", help="Rows that another model than this one read."),
        click.option("--model", metavar="NAME", help="Rows that this model read; `current` is the one in use."),
        click.option("--digit", type=click.Choice(DIGITS), help="Rows that were read as this digit."),
        click.option("--until", metavar="TIME", help="Rows from before that time."),
        click.option("--since", metavar="TIME", help="Rows of that time or later: a time, a day, or 2h, 3d, 1w ago."),
        click.option("--status", type=click.Choice([status.value for status in Status]), help="Rows of this status."),
        click.option("--reason", type=click.Choice(reasons), metavar="REASON",
                     help=f"Rows of this reason: {', '.join(reasons)}."),
    ):  # fmt: skip
        command = option(command)
    return command


def settings(
    config_file: Path | None, inbox: Path | None, outbox: Path | None, *, say: bool = False, needed: bool = True
) -> "Config":
    """The settings that the options name. say: which file they are from; needed: whether there must be one.

    Raises ConfigError where there is none, or one that cannot be used.
    """
    return settings_source(config_file, inbox, outbox, say=say, needed=needed)()


def settings_source(
    config_file: Path | None, inbox: Path | None, outbox: Path | None, *, say: bool = False, needed: bool = True
) -> Callable[[], "Config"]:
    """What reads the settings, and reads them again from the same file, whatever has become of it meanwhile.

    Raises ConfigError where there is none.
    """
    from watcher import config
    from watcher.log.logs import say as tell

    given = inbox is not None and outbox is not None
    path, remark = config.find(config_file, folders_given=given, needed=needed)
    if remark:
        tell(f"note: {remark}")
    if say:
        tell(f"config: {path.resolve() if path else 'none, defaults'}")
    if path is None:
        return lambda: config.defaults(inbox=inbox, outbox=outbox)
    return lambda: config.load(path, inbox=inbox, outbox=outbox)
