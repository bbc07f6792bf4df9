"""What is said of a setting that is refused: the key, the value, and what to do."""

import os
import reprlib
from typing import Any

from watcher.errors import ConfigError

HINT = "See the comments in the config.yaml that came with digit-watcher for every key, its unit and its default."


def check_path(source: str, key: str, text: str) -> None:
    """Raise ConfigError where no file can have such a path."""
    try:
        usable = b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        usable = False
    if not usable:
        raise ConfigError(f"{source}: `{key}` is {_shown(text)}: no path can have such characters", hint=HINT)


def refusal(source: str, item: Any) -> str:
    """One of pydantic's findings as a line for people: where, which key, which value, and what is wrong with it."""
    key = ".".join(map(_printable, item["loc"]))
    if item["type"] == "extra_forbidden":
        return f"{source}: unknown key `{key}` (value {_shown(item['input'])})"
    message = str(item["msg"]).removeprefix("Value error, ")
    if not key:
        return f"{source}: {message}"
    return f"{source}: `{key}` is {_shown(item['input'])}: {message[:1].lower()}{message[1:]}"


def _printable(part: object) -> str:
    text = str(part)
    return text if text.isprintable() and len(text) <= 200 else reprlib.repr(text)


def _shown(value: object) -> str:
    """A value as one line that is not too long."""
    try:
        return _SHORT.repr(value)
    except ValueError:
        return "a number of very many digits"


_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 200
