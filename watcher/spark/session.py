"""A session on the cluster, seen from the daemon: the process that holds it, how it is started, told and ended."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass

from watcher.child import end_child, start_child
from watcher.engine import Outcome
from watcher.lines import Lines
from watcher.spark.words import Word, read_word
from watcher.terms import Terms

SEND_SECONDS = 5.0  # in which the driver takes a job: it always listens
STOP_SECONDS = 5.0  # that it has to sign off from the cluster


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """What the driver is told; paths as text.

    work: the folder of claimed pictures here; work_there: as executors see it. scratch: a folder of the session's own.
    """

    master: str
    python: str
    properties: str | None
    patience_seconds: float
    scratch: str
    work: str
    work_there: str
    model: int
    terms: Terms


class Session:
    """The driver: a process that holds the cluster, apart from the daemon, as it takes a JVM with it."""

    def __init__(self, settings: SessionSettings) -> None:
        """Start it. Raises OSError where the system has no room for it."""
        self._process, link = start_child("watcher.spark.driver", asdict(settings), [settings.model])
        self._lines = Lines(link, SEND_SECONDS)

    def fileno(self) -> int:
        """What the loop waits on."""
        return self._lines.fileno()

    def ask(self, number: int, mark: str, parts: Sequence[Sequence[str]]) -> None:
        """Let a job read these."""
        self._lines.send({"job": number, "mark": mark, "parts": parts})

    def words(self) -> Iterator[Word | list[Outcome]]:
        """What has come. Raises EOFError, OSError or ValueError where the driver is not one any more."""
        for line in self._lines.receive():
            yield read_word(line)

    def close(self) -> None:
        """End it: it hears so, and signs off; whoever does not is ended all the same."""
        self._lines.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        end_child(self._process)
