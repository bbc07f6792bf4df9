"""One reader process, seen from the daemon: how it is started, told, ended, and what it has in hand."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from dataclasses import dataclass, field

from watcher.lines import Lines

_ANSWERS_UNREAD = 1 << 19  # bytes, or what the system allows: a reader goes on while the loop's thread is busy
LAST_SECONDS = 1.0  # that an end is waited for; a process may hang in the kernel over a disk that does


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """What a reader process is told. model: descriptor of a HeldModel; work: the folder of claimed pictures."""

    model: int
    work: bytes
    scale: str
    shape: str
    max_pixels: int
    max_bytes: int
    seconds_per_picture: float
    accepted_error: float | None
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
        self.process.kill()
        self.lines.close()
        try:
            return self.process.wait(LAST_SECONDS)
        except subprocess.TimeoutExpired:
            return None


def start_reader(settings: ReaderSettings, now: float) -> ReaderProcess:
    """Start a process of our own program; it speaks first."""
    ours, theirs = socket.socketpair()
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _ANSWERS_UNREAD)
    told = {
        "model": settings.model, "work": os.fsdecode(settings.work), "scale": settings.scale, "shape": settings.shape,
        "max_pixels": settings.max_pixels, "max_bytes": settings.max_bytes,
        "seconds_per_picture": settings.seconds_per_picture, "accepted_error": settings.accepted_error,
    }  # fmt: skip
    with theirs:
        # A reader ignores the signals that are meant for the daemon, but not before it runs.
        signals = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
        try:
            # -P: a module in the current folder must not stand in for one of ours.
            process = subprocess.Popen(  # noqa: S603  our own program
                [sys.executable, "-P", "-m", "watcher.reader", json.dumps(told)],
                stdin=theirs.fileno(), stdout=subprocess.DEVNULL, pass_fds=[settings.model], env=_environment(),
            )  # fmt: skip
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, signals)
    return ReaderProcess(process, Lines(ours), now)


def _environment() -> dict[str, str]:
    # One picture, one core: thread pools of the numeric libraries would only fight each other. And a reader that a
    # picture took over has nothing to say to systemd.
    inherited = {name: value for name, value in os.environ.items() if name != "NOTIFY_SOCKET"}
    return inherited | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
