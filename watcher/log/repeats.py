"""Messages that repeat: the first of a kind at once, some more, and then a number once a minute."""

import logging
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

MOST = 10  # of a kind in a window
WINDOW_SECONDS = 60.0
MOST_KINDS = 1000  # that are told apart at a time


@dataclass(slots=True)
class _Kind:
    since: float
    said: int = 0
    held: list[logging.LogRecord] = field(default_factory=list)  # the last one that was held back
    count: int = 0  # of those


class Repeats:
    """Which messages to write, and which to count. Of one kind are those of one template, level and REASON."""

    def __init__(self) -> None:
        self._kinds: dict[Hashable, _Kind] = {}

    def admits(self, record: logging.LogRecord, now: float) -> bool:
        """Whether to write it; else it is counted. now: monotonic seconds. Who asks for `debug` wants them all."""
        if record.levelno < logging.INFO:
            return True
        kind = self._kinds.setdefault(self._key(record), _Kind(now))
        if kind.said < MOST:
            kind.said += 1
            return True
        kind.held, kind.count = [record], kind.count + 1
        return False

    def _key(self, record: logging.LogRecord) -> Hashable:
        key = (record.name, record.levelno, record.msg, record.__dict__.get("REASON"))
        # What was meant to be told apart by a few reasons may turn out to be a name in each of them.
        return key if key in self._kinds or len(self._kinds) < MOST_KINDS else key[:2]

    def over(self, now: float = float("inf")) -> list[logging.LogRecord]:
        """What is to be said of kinds whose minute is over, for each that had more than was written."""
        ended = [key for key, kind in self._kinds.items() if now >= kind.since + WINDOW_SECONDS]
        kinds = [self._kinds.pop(key) for key in ended]
        return [_summary(kind.held[0], kind.count) for kind in kinds if kind.held]


def _summary(last: logging.LogRecord, count: int) -> logging.LogRecord:
    if count == 1:
        return last
    message, args = "%s more like this one in the last minute: %s", (f"{count:,}", last.getMessage())
    return logging.makeLogRecord({**last.__dict__, "msg": message, "args": args, "REPEATED": count})


@dataclass(frozen=True, slots=True)
class Said:
    """A message that was logged. at: seconds since the epoch."""

    at: float
    message: str


class Limited(logging.Handler):
    """Hands messages to another handler, but for what only repeats; remembers the last error.

    Whatever goes wrong with a message ends nothing: the log is for the work, not the work for the log.
    """

    def __init__(self, sink: logging.Handler, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._sink, self._clock = sink, clock
        self._repeats = Repeats()
        self.last_error: Said | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write it, or count it."""
        try:
            if record.levelno >= logging.ERROR:
                self.last_error = Said(record.created, record.getMessage())
            now = self._clock()
            self._tell(self._repeats.over(now))
            if self._repeats.admits(record, now):
                self._sink.handle(record)
        except Exception:  # noqa: BLE001  a template with a wrong number of arguments stops no daemon
            self.handleError(record)

    def tell(self) -> None:
        """Say of what was held back how much it was, where its minute is over."""
        self.acquire()
        try:
            self._tell(self._repeats.over(self._clock()))
        finally:
            self.release()

    def close(self) -> None:
        """Say what is left to say."""
        self.acquire()
        try:
            self._tell(self._repeats.over())
            self._sink.close()
        finally:
            self.release()
        super().close()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's name
        """Nothing: there is nowhere to say it."""

    def _tell(self, records: list[logging.LogRecord]) -> None:
        for record in records:
            self._sink.handle(record)
