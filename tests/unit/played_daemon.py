"""The loop around the turns, with everything that it talks to played."""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from watcher import daemon as module
from watcher.config import Config
from watcher.counts import Counts
from watcher.daemon import Daemon
from watcher.metrics.meter import Meter


class Engine:
    model_name = "net"
    closed = False
    rest = 0.25

    def __init__(self) -> None:
        self.pipes = [object()]

    def waitables(self) -> list[Any]:
        return self.pipes

    def await_ready(self, seconds: float) -> None:
        """At once."""

    def close(self) -> None:
        self.closed, self.pipes = True, []


class Played:
    """Everything that the loop talks to; `script` says what each turn does."""

    idle = drained = behind = reading = False
    in_hand = 0
    waiting: ClassVar[dict[bytes, str]] = {}
    healthy = True
    last_refusal = line = ""
    refused = 0
    course = None
    settings = Config()

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *script: Callable[[], None] | Exception) -> None:
        self.script, self.log = list(script), list[str]()
        self.rests = list[float]()
        self.waits, self.states = list[float](), list[tuple[str, str]]()
        self.engine, self.counts = Engine(), Counts()
        self.candidates = list[object]()
        self.service = self.inbox = self.observer = self.board = self.model = self.glance = self
        self.meter = Meter()
        self.config = self.settings
        self.daemon = Daemon(self, self, self, self._remade)  # type: ignore[arg-type]
        monkeypatch.setattr(module.logs, "set_up", lambda *settings: self.log.append(f"log at {settings[0]}"))
        monkeypatch.setattr(module, "notify", lambda **facts: self.log.extend(f"{k}={v}" for k, v in facts.items()))

    def _remade(self, candidate: object) -> Any:
        self.log.append(f"take on {candidate}")
        return self

    def make_engine(self) -> Engine:
        self.log.append("new engine")
        return Engine()

    def turn(self, now: float, *, take: bool = True) -> float:
        self.log.append("turn" if take else "last turn")
        if take and not self.script:
            self.daemon.stop()
        elif self.script:
            step = self.script.pop(0)
            if isinstance(step, Exception):
                raise step
            step()
        return 7.0

    def recover(self, *, restarted: bool) -> int:
        self.log.append("recover")
        return 0

    def replace_engine(self, engine: Engine) -> None:
        self.engine = engine

    def wait(self, pipes: list[Any], seconds: float, rest: float = 0.0) -> None:
        self.waits.append(seconds)
        self.rests.append(rest)

    def set(self) -> None:
        """Awake."""

    def publish(self, state: str, *, trouble: str, **_: object) -> None:
        self.states.append((state, trouble))

    def mend(self) -> bool:
        self.log.append("observer started")
        self.healthy = True
        return True

    def look_everywhere(self) -> None:
        self.log.append("look everywhere")

    def run(self, *, once: bool = False) -> None:
        self.daemon.run(once=once, on_progress=lambda _: None)

    def owes(self, now: float) -> bool:
        return False

    def look(self, *now: float) -> object:
        """Of the model, and of other settings."""
        return self.candidates.pop() if self.candidates and not now else None

    def waitables(self) -> list[Any]:
        return []

    def close(self) -> None:
        self.log.append("old works closed")

    def now_idle(self) -> None:
        self.idle = True
        self.daemon.stop()

    def now_drained(self) -> None:
        self.drained = True
