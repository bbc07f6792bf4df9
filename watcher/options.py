"""The options that commands have in common, and the settings that come of them."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from watcher.config import Config


def folders(command: Callable[..., Any]) -> Callable[..., Any]:
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
