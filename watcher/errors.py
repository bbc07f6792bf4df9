"""The errors a person can meet. Each class owns an exit code; each error carries a hint: what to do next."""


class DigitWatcherError(Exception):
    """Something that the person at the keyboard can set right.

    The message says what happened, where and with which value; `hint` says what to do.
    Only the command line turns these into text and an exit code.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def for_people(self) -> str:
        """What a command says of it: the message, and below it what to do."""
        return f"error: {self}" + (f"\n  {self.hint}" if self.hint else "")


class UsageError(DigitWatcherError):
    """The command was called in a way that makes no sense."""

    exit_code = 2


class ConfigError(DigitWatcherError):
    """config.yaml, or an option that overrides it, cannot be used."""

    exit_code = 3


class SurroundingsError(DigitWatcherError):
    """Folders, permissions, disk, ledger or another running daemon stand in the way."""

    exit_code = 4


class ModelError(DigitWatcherError):
    """The model cannot be loaded, or is not one that reads digits."""

    exit_code = 5
