"""One reader process, seen from the daemon: how it is started, told, ended, and what it has in hand."""

import os
import subprocess
from collections import deque
from dataclasses import asdict, dataclass, field

from watcher.child import end_child, start_child
from watcher.lines import Lines
from watcher.terms import Terms


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """What a reader process is told. model: descriptor of a HeldModel; work: the folder of claimed pictures."""

    model: int
    work: bytes
    terms: Terms
    workers: int
    batch_size: int


@dataclass(eq=False)
class ReaderProcess:
    """hand: batches that it was given, less what it answered. since: when it began to owe an answer, or a greeting."""

    process: subprocess.Popen[bytes]
    lines: Lines
    since: float
    ready: bool = False
    hand: deque[list[str]] = field(default_factory=deque)

    @property
    def load(self) -> int:
        """How many pictures it has in hand."""
        return sum(map(len, self.hand))

    @property
    def owes(self) -> bool:
        """Whether it has something to say: that it is ready, or an answer."""
        return not self.ready or bool(self.hand)

    def fileno(self) -> int:
        """What the loop waits on."""
        return self.lines.fileno()

    def give(self, batch: list[str], now: float) -> None:
        """Let it read these, after what it has."""
        if not self.hand:
            self.since = now
        self.hand.append(batch)
        self.lines.send(batch)

    def end(self) -> int | None:
        """End it; gives its exit code, its own where it had ended by itself, or None where it does not go."""
        code = end_child(self.process)
        self.lines.close()
        return code


def start_reader(settings: ReaderSettings, now: float) -> ReaderProcess:
    """Start a process of our own program; it speaks first."""
    told = {"model": settings.model, "work": os.fsdecode(settings.work), **asdict(settings.terms)}
    process, link = start_child("watcher.reader", told, [settings.model])
    return ReaderProcess(process, Lines(link), now)
