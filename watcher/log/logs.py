"""Where log messages go: lines for people, or entries of systemd's journal; what only repeats is counted."""

import logging
import os
import select
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from watcher.log.journal import SOCKET, JournalHandler, is_the_journal, priority
from watcher.log.repeats import Limited, Said
from watcher.rows import printable

STDERR = 2
MOST_BYTES = 4096  # of a line: PIPE_BUF, what a pipe that is not full takes without waiting
PATIENCE_SECONDS = 0.1  # for whoever reads what we write
_COLOURS = ((logging.ERROR, "31;1"), (logging.WARNING, "33"))  # red, yellow: SGR, ECMA-48
_FAINT, _PLAIN, _FROM_THE_START = "\x1b[2m", "\x1b[0m", "\r\x1b[K"


def set_up(
    level: str, form: str = "auto", *,
    descriptor: int = STDERR, journal: str = SOCKET, clock: Callable[[], float] = time.monotonic,
) -> None:  # fmt: skip
    """Send log messages of `level` and above where they belong. May be called again, with other settings.

    form: plain, journal, or auto: journal where systemd reads `descriptor`. journal: its socket. clock: monotonic
    seconds. Raises nothing: where nobody reads the log, there is none.
    """
    _hold_standard_descriptors()
    root, found = logging.getLogger(), Limited(_sink(form, descriptor, journal), clock)
    for before in _ours():
        found.last_error = before.last_error
        root.removeHandler(before)
        before.close()
    root.addHandler(found)
    root.setLevel(logging.WARNING)  # of the libraries: at `debug` they would tell every event of every folder
    logging.getLogger("watcher").setLevel(level.upper())


def tell_repeats() -> None:
    """Say of messages that were held back how many they were. Called by the loop: there may be no next message."""
    for handler in _ours():
        handler.tell()


def last_error() -> Said | None:
    """The last message of level error or above; None where there was none."""
    return next((handler.last_error for handler in _ours()), None)


def _ours() -> list[Limited]:
    return [handler for handler in logging.getLogger().handlers if isinstance(handler, Limited)]


def _hold_standard_descriptors() -> None:
    # Started with stderr closed, the next file that is opened would get its number, and all that C libraries complain.
    with suppress(OSError):
        while (descriptor := os.open(os.devnull, os.O_RDWR)) <= STDERR:
            os.set_inheritable(descriptor, True)
        os.close(descriptor)


def _sink(form: str, descriptor: int, journal: str) -> logging.Handler:
    if form == "journal" or (form == "auto" and is_the_journal(descriptor)):
        return JournalHandler(_Lines(descriptor, _Prefixed()), journal)
    return _Lines(descriptor, _ForTerminals() if os.isatty(descriptor) else _Plain())


def say(line: str, descriptor: int = STDERR) -> None:
    """Write a line that is for whoever started the program. Where nobody reads it, there is none."""
    _Paper(descriptor).write(line)


class _Paper:
    """Takes lines to a descriptor; what nobody reads is dropped, and counted."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._lost = descriptor, 0
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLOUT)

    def write(self, line: str) -> None:
        count = "1 line" if self._lost == 1 else f"{self._lost:,} lines"
        lost = f"({count} could not be written)\n" if self._lost else ""
        try:
            # A pipe that is full, or a terminal that was stopped: it must not hold up the work, and is waited for once.
            if not self._poll.poll(0 if self._lost else PATIENCE_SECONDS * 1000):
                raise BlockingIOError
            os.write(self._descriptor, _cut(lost + line))
        except OSError:
            self._lost += 1
        else:
            self._lost = 0


class _Lines(logging.Handler):
    """One line a message, to a descriptor."""

    def __init__(self, descriptor: int, formatter: logging.Formatter) -> None:
        super().__init__()
        self._paper = _Paper(descriptor)
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        self._paper.write(self.format(record))


def _cut(line: str) -> bytes:
    data = line.encode(errors="backslashreplace")
    if len(data) >= MOST_BYTES:
        data = data[: MOST_BYTES - 4].decode(errors="ignore").encode() + "…".encode()
    return data + b"\n"


class _Plain(logging.Formatter):
    """With date and zone: for files, and for whoever collects lines."""

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).astimezone().isoformat(timespec="seconds")
        return f"{when} {record.levelname} {_message(record)}"


class _ForTerminals(logging.Formatter):
    """With the time of day; in colour, where colour is welcome (https://no-color.org).

    From the start of the line: a progress bar may stand there, and is drawn anew below.
    """

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        plain = f"{when} {record.levelname:7} {_message(record)}"
        if os.environ.get("TERM", "dumb") == "dumb":
            return plain
        if os.environ.get("NO_COLOR"):
            return _FROM_THE_START + plain
        colour = next((code for least, code in _COLOURS if record.levelno >= least), "0")
        return f"{_FROM_THE_START}{_FAINT}{when}{_PLAIN} \x1b[{colour}m{record.levelname:7}{_PLAIN} {_message(record)}"


class _Prefixed(logging.Formatter):
    """With the priority in front, as systemd takes it from the standard error of a service: sd-daemon(3)."""

    def format(self, record: logging.LogRecord) -> str:
        return f"<{priority(record.levelno)}>{_message(record)}"


def _message(record: logging.LogRecord) -> str:
    text = record.getMessage()
    if record.exc_info:
        text += "\n" + logging.Formatter().formatException(record.exc_info)
    return printable(text)
