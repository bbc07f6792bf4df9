"""What all commands of the bench have in common."""

from pathlib import Path
from typing import Any

import click

out_option = click.option("--out", type=click.Path(path_type=Path), help="Also as JSON, for `python -m bench.compare`.")


def spelled() -> str:
    """The command that is running, with every option that it was given or takes for granted."""
    context = click.get_current_context()
    words = [context.command_path]
    for parameter in context.command.params:
        value = context.params[str(parameter.name)]
        if parameter.name != "out":
            words += _words(parameter.opts[0], value)
    return " ".join(words)


def _words(option: str, value: Any) -> list[str]:
    if value is None or value is False:
        return []
    if value is True:
        return [option]
    return [f"{option} {one}" for one in (value if isinstance(value, tuple) else (value,))]
