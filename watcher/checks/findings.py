"""What a check found: in a sentence, with what to do about it."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from watcher.checks.scene import Scene
from watcher.errors import DigitWatcherError, SurroundingsError
from watcher.trouble import trouble_of


class Level(StrEnum):
    """OK: as it should be. WARN: it works, and somebody should know. FAIL: it will not work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


class Finding(NamedTuple):
    """code: what the command exits with, where this is the worst; 0 but for FAIL."""

    level: Level
    text: str
    hint: str = ""
    code: int = 0


Check = Callable[[Scene], Iterable[Finding]]


def ok(text: str) -> Finding:
    """All is well."""
    return Finding(Level.OK, text)


def warn(text: str, hint: str) -> Finding:
    """Somebody should know."""
    return Finding(Level.WARN, text, hint)


def fail(text: str, hint: str, code: int = SurroundingsError.exit_code) -> Finding:
    """It will not work."""
    return Finding(Level.FAIL, text, hint, code)


def found_by(check: Check, scene: Scene) -> Iterator[Finding]:
    """What a check finds; what stops it is a finding too, and no check stops another.

    To a stranger, who may not look, what is refused is only not known. And what is refused where it is not what is
    tried, the check of that folder says.
    """
    try:
        yield from check(scene)
    except (DigitWatcherError, OSError) as error:
        cause = error.__cause__ if isinstance(error, DigitWatcherError) else error
        if scene.stranger and isinstance(cause, PermissionError):
            yield warn(f"not known: {trouble_of(error).what}", "")  # what to do, the check of the user says
        elif isinstance(error, PermissionError):
            yield warn(f"not tried: {trouble_of(error).what}", "Mend first what is said of that folder.")
        elif isinstance(error, DigitWatcherError):
            yield fail(str(error), error.hint, error.exit_code)
        else:
            trouble = trouble_of(error)
            yield fail(trouble.what, trouble.hint)
