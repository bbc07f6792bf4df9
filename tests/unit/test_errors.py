"""watcher.errors: what a person is told."""

import pytest

from watcher import errors


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.DigitWatcherError, 1),
        (errors.UsageError, 2),
        (errors.ConfigError, 3),
        (errors.SurroundingsError, 4),
        (errors.ModelError, 5),
    ],
)
def test_each_error_owns_an_exit_code(kind: type[errors.DigitWatcherError], code: int) -> None:
    """The documented exit codes belong to the classes, and every error carries its hint."""
    error = kind("what happened", hint="what to do")
    assert (code, "what happened", "what to do") == (error.exit_code, str(error), error.hint)
