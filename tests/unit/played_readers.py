"""Readers that the test plays itself, at the other end of each pipe, and an engine that knows no others."""

import json
import socket
import subprocess
from contextlib import suppress
from typing import Any

import pytest

from watcher.engine import Trouble
from watcher.lines import Lines
from watcher.reader_process import ReaderProcess, ReaderSettings
from watcher.terms import Terms
from watcher.workers import LocalEngine

SETTINGS = ReaderSettings(3, b"/work", Terms("unit", "image", 1000, 1000, 30.0, None), 2, 100)
BLANK = ["unreadable", "blank", "ab" * 32, [], 3, 4, "nothing", [1, 2, 3, 4]]  # what a reader says behind the id


class Process:
    """What is left of a process here: whether it was killed, and how it ended. None: it does not go."""

    killed = False
    code: int | None = -9

    def kill(self) -> None:
        self.killed = True

    def poll(self) -> int | None:
        return self.code

    def wait(self, seconds: float) -> int:
        if self.code is None:
            raise subprocess.TimeoutExpired("reader", seconds)
        return self.code


class Played:
    """The other end of a reader's socket."""

    def __init__(self, link: socket.socket, process: Process) -> None:
        self.link, self.process = link, process
        link.setblocking(False)

    def say(self, message: Any) -> None:
        self.say_bytes(json.dumps(message).encode() + b"\n")

    def say_bytes(self, data: bytes) -> None:
        self.link.send(data)

    def answer(self, *ids: str) -> None:
        self.say([[id_, *BLANK] for id_ in ids])

    def die(self, code: int = -9) -> None:
        self.process.code = code
        self.link.close()

    def batches(self) -> list[list[str]]:
        """What it was given since the last call."""
        data = b""
        with suppress(OSError):  # nothing there, or it is dead
            data = self.link.recv(1 << 20)
        return [json.loads(line) for line in data.splitlines()]


class Stage:
    """An engine whose readers are played; all readers that were ever started, in order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.played: list[Played] = []
        self.now = 0.0
        monkeypatch.setattr(LocalEngine, "_start", self._start)
        self.engine = LocalEngine(SETTINGS, clock=lambda: self.now)

    def _start(self) -> ReaderProcess:
        ours, theirs = socket.socketpair()
        process = Process()
        self.played.append(Played(theirs, process))
        return ReaderProcess(process, Lines(ours), self.now)  # type: ignore[arg-type]

    def ready(self) -> None:
        for reader in self.played:
            reader.say({"ready": "net", "misread": ""})
        self.engine.await_ready()

    def close(self) -> None:
        self.engine.close()
        for reader in self.played:
            reader.link.close()

    def ids(self) -> dict[str, Trouble | None]:
        """What comes back, id by id."""
        return {outcome.id: outcome.trouble for outcome in self.engine.collect()}
