"""The local engine: reader processes, each over a pipe of its own, watched by the loop.

Weighed and left: concurrent.futures and loky give up the whole pool when one process dies; pebble shares one
locked pipe among its processes, so that one killed while it holds the lock stops all, wakes ten times a
second and measures its timeouts by the wall clock. Here a process that dies or overruns costs what it had in
hand, and its pictures are tried again one by one.
"""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from watcher.engine import Outcome, Trouble
from watcher.errors import ModelError
from watcher.recognition.verdict import Reason, Status, Verdict
from watcher.records import Identity

log = logging.getLogger(__name__)
BATCHES_AHEAD = 2  # so that a reader finds the next batch when it has finished one
START_SECONDS = 60.0
LONGEST_MESSAGE = 1 << 20  # bytes; 64 outcomes have some 50,000


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """What a reader process is told. model: path; work: the folder of claimed pictures."""

    model: Path
    work: bytes
    scale: str
    shape: str
    max_pixels: int
    max_bytes: int
    seconds_per_picture: float
    workers: int
    batch_size: int


@dataclass(eq=False)
class _Reader:
    process: subprocess.Popen[bytes]
    pipe: Connection
    heard: float
    ready: bool = False
    hand: deque[list[str]] = field(default_factory=deque)

    @property
    def load(self) -> int:
        return sum(map(len, self.hand))


class LocalEngine:
    """Reader processes on this machine. All methods are called by the loop's thread."""

    def __init__(self, settings: ReaderSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Start the processes; `await_ready` says when they can read."""
        self._settings, self._clock = settings, clock
        self._waiting: deque[list[str]] = deque()
        self._outcomes: list[Outcome] = []
        self.model_name = ""
        self._readers = [self._start() for _ in range(settings.workers)]

    def await_ready(self) -> None:
        """Wait until every reader has loaded the model. Raises ModelError where one cannot."""
        until = self._clock() + START_SECONDS
        while not all(reader.ready for reader in self._readers):
            left = until - self._clock()
            if left <= 0:
                raise ModelError(
                    f"the readers did not start within {START_SECONDS:.0f} s", hint="Is the machine overloaded?"
                )
            for pipe in wait([reader.pipe for reader in self._readers if not reader.ready], left):
                self._hear(next(reader for reader in self._readers if reader.pipe is pipe))

    # -- Engine --------------------------------------------------------------------------------------

    @property
    def busy(self) -> int:
        """How many pictures are in its hands."""
        return sum(r.load for r in self._readers) + sum(map(len, self._waiting))

    @property
    def room(self) -> int:
        """How many more pictures may be handed over."""
        return max(0, BATCHES_AHEAD * self._settings.batch_size - self.busy)

    def submit(self, ids: Sequence[str]) -> None:
        """Hand over pictures; they are dealt out evenly."""
        share = max(1, min(64, -(-len(ids) // len(self._readers))))
        self._waiting.extend(list(ids[i : i + share]) for i in range(0, len(ids), share))
        self._deal()

    def collect(self) -> list[Outcome]:
        """Outcomes since the last call. Restarts readers that died, and stops those that overran."""
        for reader in list(self._readers):
            while reader in self._readers and reader.pipe.poll():
                self._hear(reader)
        for reader in list(self._readers):
            if reader.hand and self._clock() - reader.heard > self._settings.seconds_per_picture:
                self._lose(reader, Trouble.TIMED_OUT)
        self._deal()
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def waitables(self) -> list[Connection]:
        """The pipes."""
        return [reader.pipe for reader in self._readers]

    def patience(self, now: float) -> float:
        """Seconds until the first deadline."""
        limit = self._settings.seconds_per_picture
        return min((limit - (now - r.heard) for r in self._readers if r.hand), default=float("inf"))

    def close(self) -> None:
        """End the readers."""
        for reader in self._readers:
            reader.pipe.close()
            reader.process.kill()
        for reader in self._readers:
            reader.process.wait()
        self._readers = []

    # -- inside --------------------------------------------------------------------------------------

    def _start(self) -> _Reader:
        ours, theirs = socket.socketpair()
        told = {
            "model": str(self._settings.model), "work": os.fsdecode(self._settings.work),
            "scale": self._settings.scale, "shape": self._settings.shape,
            "max_pixels": self._settings.max_pixels, "max_bytes": self._settings.max_bytes,
        }  # fmt: skip
        with theirs:
            # -P: a module in the current folder must not stand in for one of ours.
            command = [sys.executable, "-P", "-m", "watcher.reader", json.dumps(told)]
            # A reader ignores signals that are meant for the daemon, but not before it runs.
            signals = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
            try:
                process = subprocess.Popen(command, stdin=theirs.fileno(), env=_environment())  # noqa: S603  our own program
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, signals)
        return _Reader(process, Connection(ours.detach()), self._clock())

    def _hear(self, reader: _Reader) -> None:
        try:
            message = json.loads(reader.pipe.recv_bytes(LONGEST_MESSAGE))
            if isinstance(message, dict):
                self._greet(reader, message)
            else:
                self._take(reader, message)
        except (EOFError, OSError, ValueError, TypeError, LookupError, RecursionError):
            # It died, or talks nonsense: a picture that took it over must not end the daemon too.
            self._lose(reader, Trouble.CRASHED)
        else:
            reader.heard = self._clock()

    def _greet(self, reader: _Reader, message: dict[str, str]) -> None:
        if "ready" not in message:
            raise ModelError(message["error"], hint=message["hint"])
        reader.ready, self.model_name = True, message["ready"]

    def _take(self, reader: _Reader, message: list[list[Any]]) -> None:
        for entry in message:
            outcome = _outcome(entry)
            reader.hand[0].remove(outcome.id)  # before the outcome counts: it may speak for its own pictures only
            self._outcomes.append(outcome)
            if not reader.hand[0]:
                reader.hand.popleft()

    def _lose(self, reader: _Reader, trouble: Trouble) -> None:
        """A reader died or overran: put another in its place, and see to the pictures it had."""
        reader.process.kill()
        code = reader.process.wait()
        reader.pipe.close()
        if not reader.ready:
            raise ModelError(f"a reader ended with code {code} while it was starting", hint="See the lines above.")
        begun, *untouched = reader.hand or [[]]
        if len(begun) == 1:
            self._outcomes.append(Outcome(begun[0], trouble=trouble, message=f"exit code {code}"))
        else:
            untouched += [[id_] for id_ in begun]  # one by one, to find the one that did it
        self._waiting.extendleft(reversed(untouched))
        log.warning("a reader %s (exit code %d) with %d pictures begun; another one starts", trouble, code, len(begun))
        self._readers[self._readers.index(reader)] = self._start()

    def _deal(self) -> None:
        while self._waiting:
            free = [reader for reader in self._readers if reader.ready and len(reader.hand) < BATCHES_AHEAD]
            if not free:
                return
            self._give(min(free, key=lambda reader: reader.load), self._waiting.popleft())

    def _give(self, reader: _Reader, batch: list[str]) -> None:
        if not reader.hand:
            reader.heard = self._clock()
        reader.hand.append(batch)
        with suppress(OSError):  # it died: its pipe says so, and `_lose` takes the batch back
            reader.pipe.send_bytes(json.dumps(batch).encode())


def _environment() -> dict[str, str]:
    # One picture, one core: thread pools of the numeric libraries would only fight each other.
    return os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}


def _outcome(entry: list[Any]) -> Outcome:
    id_, fields, identity, number, message = entry
    if fields is None:
        return Outcome(id_, trouble=Trouble.UNREAD, message=message, errno=number)
    values = dict(zip(Verdict.__slots__, fields, strict=True))
    values["status"] = Status(values["status"])
    values["reason"] = Reason(values["reason"]) if values["reason"] else None
    values["scores"] = tuple(values["scores"])
    return Outcome(id_, Verdict(**values), Identity(*identity))
