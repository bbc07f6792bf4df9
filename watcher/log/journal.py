"""Messages as entries of systemd's journal, each with its fields.

Source: systemd, "Native Journal Protocol", https://systemd.io/JOURNAL_NATIVE_PROTOCOL/
"""

import logging
import os
import socket
import stat
from collections.abc import Mapping

from watcher.rows import printable

SOCKET = "/run/systemd/journal/socket"
IDENTIFIER = "digit-watcher"
MOST_BYTES = 16_384  # of one field: an entry must go into one datagram
_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))  # as syslog's
_DEBUG = 7


class JournalHandler(logging.Handler):
    """Sends each message as one entry; where nobody takes it, it goes to another handler."""

    def __init__(self, otherwise: logging.Handler, address: str = SOCKET) -> None:
        super().__init__()
        self._otherwise, self._address = otherwise, address
        # Not blocking: a journal that stands still must not hold up the work.
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)

    def emit(self, record: logging.LogRecord) -> None:
        """Send it."""
        try:
            self._socket.sendto(entry(record), self._address)
        except OSError:
            self._otherwise.handle(record)

    def close(self) -> None:
        """Close the socket, and the other handler."""
        self._socket.close()
        self._otherwise.close()
        super().close()


def priority(level: int) -> int:
    """The number that syslog has for a level of logging."""
    return next((number for least, number in _PRIORITIES if level >= least), _DEBUG)


def entry(record: logging.LogRecord) -> bytes:
    """A message as the journal takes it. What was given in `extra` under names in capitals are fields too."""
    text = printable(record.getMessage())
    if record.exc_info:
        text += "\n" + logging.Formatter().formatException(record.exc_info)
    fields: Mapping[str, object] = {
        "MESSAGE": text,
        "PRIORITY": priority(record.levelno),
        "SYSLOG_IDENTIFIER": IDENTIFIER,
        "LOGGER": record.name,
        "CODE_FILE": record.pathname,
        "CODE_LINE": record.lineno,
        "CODE_FUNC": record.funcName,
        **{name: value for name, value in record.__dict__.items() if name.isupper()},
    }
    return b"".join(_field(name, str(value)) for name, value in fields.items())


def _field(name: str, value: str) -> bytes:
    key, data = name.encode("ascii"), value.encode(errors="backslashreplace")
    if len(data) > MOST_BYTES:
        data = data[:MOST_BYTES].decode(errors="ignore").encode() + "…".encode()
    if b"\n" not in data:
        return key + b"=" + data + b"\n"
    return key + b"\n" + len(data).to_bytes(8, "little") + data + b"\n"


def is_the_journal(descriptor: int) -> bool:
    """Whether what is written to a descriptor goes to the journal: systemd says which one, in JOURNAL_STREAM."""
    try:
        found = os.fstat(descriptor)
    except OSError:
        return False
    named = os.environ.get("JOURNAL_STREAM", "")
    return stat.S_ISSOCK(found.st_mode) and named == f"{found.st_dev}:{found.st_ino}"
