"""watcher.daemon: the loop around the turns: stop, pause, go on, drain. The service is played."""

import sqlite3
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from watcher import daemon as module
from watcher import systemd
from watcher.config import Config
from watcher.counts import Counts
from watcher.daemon import Daemon
from watcher.errors import ModelError, SurroundingsError
from watcher.metrics.meter import Meter


class Engine:
    model_name = "net"
    closed = False
    rest = 0.25

    def __init__(self) -> None:
        self.pipes = [object()]

    def waitables(self) -> list[Any]:
        return self.pipes

    def await_ready(self) -> None:
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
    course = None

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *script: Callable[[], None] | Exception) -> None:
        self.script, self.log = list(script), list[str]()
        self.rests = list[float]()
        self.waits, self.states = list[float](), list[tuple[str, str]]()
        self.engine, self.counts = Engine(), Counts()
        self.candidates = list[object]()
        self.service = self.inbox = self.observer = self.board = self.model = self.glance = self
        self.meter = Meter()
        self.config = Config()
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


def test_a_stop_goes_on_until_the_hand_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """After it nothing new is taken; systemd is told."""
    played = Played(monkeypatch, lambda: None, lambda: played.daemon.stop(), lambda: None)
    monkeypatch.setattr(Played, "idle", property(lambda self: self.log.count("last turn") == 2))
    played.run()
    assert ["turn", "turn", "STOPPING=1", "last turn", "last turn"] == played.log
    assert [("running", ""), ("stopping", ""), ("stopping", "")] == played.states


def test_a_stop_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not finished after DRAIN_SECONDS is left to the next start."""
    clock = iter([0.0, 1.0, 2.0, 10.0, 21.0])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock))
    played = Played(monkeypatch)
    played.run()
    assert ["turn", "STOPPING=1"] + 4 * ["last turn"] == played.log


def test_a_second_stop_ends_it_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without another step: everything is made for that."""
    ended: list[int] = []
    monkeypatch.setattr(module.os, "_exit", ended.append)
    played = Played(monkeypatch)
    played.daemon.stop()
    assert [] == ended
    played.daemon.stop()
    assert [130] == ended


def test_once_ends_when_the_inbox_is_drained(monkeypatch: pytest.MonkeyPatch) -> None:
    """And not before."""
    played = Played(monkeypatch, lambda: None, lambda: played.now_drained())
    played.run(once=True)
    assert ["turn", "turn"] == played.log


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left on device"), "No space left on device"),
        (sqlite3.OperationalError("disk I/O error"), "the ledger cannot be used: disk I/O error"),
        (SurroundingsError("the inbox is gone", hint="mount it"), "the inbox is gone"),
    ],
)
def test_a_trouble_pauses_and_ends_by_itself(monkeypatch: pytest.MonkeyPatch, error: Exception, said: str) -> None:
    """Tried again after 1, 2, then 5 seconds; told once; recovered before the work goes on."""
    played = Played(monkeypatch, error, error, error, error, lambda: played.now_idle())
    played.run()
    assert [1.0, 2.0, 5.0, 5.0] == played.waits
    assert [0.0] * 4 == played.rests
    assert [("paused", said)] * 4 == played.states
    tries = ["recover", "look everywhere", "turn"]
    assert ["turn", f"STATUS=paused: {said}", *4 * tries, "STATUS=running"] == played.log[:15]


def test_the_wait_is_short_enough_to_see_a_dead_observer(monkeypatch: pytest.MonkeyPatch) -> None:
    """At most LONGEST_WAIT; an observer that ended is started, and every folder looked at."""
    played = Played(monkeypatch, lambda: setattr(played, "healthy", False), lambda: played.now_idle())
    played.run()
    assert ["turn", "observer started", "look everywhere", "turn"] == played.log
    assert [module.LONGEST_WAIT] == played.waits
    assert [0.25] == played.rests


def test_a_model_that_fails_is_loaded_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """The old readers are ended, new ones take over when they can."""
    played = Played(monkeypatch, ModelError("a reader ended"), lambda: played.now_idle())
    old = played.engine
    played.run()
    assert old.closed
    assert ["turn", "STATUS=paused: a reader ended", "new engine", "recover"] == played.log[:4]


def test_a_trouble_is_over_when_a_result_is_written(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    """Looking and claiming go well on a full disk: the pause lasts, and is said once, until a picture is recorded."""
    full = OSError(28, "No space left on device")

    def claim() -> None:
        played.reading = True

    def record() -> None:
        played.counts.recorded += 1

    played = Played(monkeypatch, full, claim, full, claim, full, claim, record, lambda: played.now_idle())
    with caplog.at_level("INFO"):
        played.run()
    assert [("paused", "No space left on device")] * 6 + [("running", "")] == played.states[:7]
    assert [1.0, module.LONGEST_WAIT, 2.0, module.LONGEST_WAIT, 5.0, module.LONGEST_WAIT] == played.waits[:6]
    assert 1 == sum(line.startswith("STATUS=paused") for line in played.log)
    assert ["paused", "the trouble is over"] == [found.message.split(":")[0].split(";")[0] for found in caplog.records]


def test_a_stop_in_a_pause_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be finished while the disk is full."""

    def stop_and_fail() -> None:
        played.daemon.stop()
        raise OSError(28, "No space left on device")

    played = Played(monkeypatch, stop_and_fail)
    played.run()
    assert ("turn", 1, 0) == (played.log[0], played.log.count("turn"), played.log.count("recover"))


def test_a_status_that_cannot_be_written_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The outbox may be what fails."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    played = Played(monkeypatch, lambda: None, lambda: played.now_idle())
    monkeypatch.setattr(played, "publish", fail)
    played.run()
    assert 2 == played.log.count("turn")


def test_events_that_are_refused_are_not_asked_for_in_every_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no observer can be had, one start and one look at every folder in LONGEST_WAIT seconds."""
    clock = iter([100.0, 101.0, 102.0, 103.0])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock))
    played = Played(monkeypatch, lambda: None, lambda: None, lambda: None, lambda: played.now_idle())
    monkeypatch.setattr(Played, "healthy", property(lambda self: False, lambda self, _: None))
    played.run()
    assert 1 == played.log.count("observer started")


def test_new_settings_are_taken_between_two_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """The old works are closed; a recovery hands over again what their readers had; then systemd hears READY=1."""
    played = Played(monkeypatch, lambda: played.candidates.append("settings"), lambda: played.now_idle())
    played.run()
    taken = ["turn", "take on settings", "log at info", "old works closed", "READY=1"]
    assert [*taken, "recover", "look everywhere", "turn"] == played.log[:8]
    assert [0.0] == played.waits


def test_a_stop_is_not_held_up_by_new_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are for the next start."""
    played = Played(monkeypatch, lambda: None)
    played.daemon.stop()
    played.candidates.append("settings")
    monkeypatch.setattr(Played, "idle", property(lambda self: self.log.count("last turn") == 2))
    played.run()
    assert ["STOPPING=1", "last turn", "last turn"] == played.log


@pytest.mark.parametrize(("owed", "signs"), [(True, 1), (False, 3)])
def test_the_watchdog_hears_of_progress_alone(monkeypatch: pytest.MonkeyPatch, owed: bool, signs: int) -> None:
    """A loop that turns, with pictures to read, and reads none, is left to systemd to restart."""
    monkeypatch.setenv("WATCHDOG_USEC", "3000000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    clock = iter([0.0, 200.0, 400.0, 600.0])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(Played, "owes", lambda self, now: owed)
    told: list[dict[str, int]] = []
    monkeypatch.setattr(systemd, "notify", lambda **facts: told.append(facts))
    played = Played(monkeypatch, lambda: None, lambda: None, lambda: None, lambda: played.now_idle())
    played.run()
    assert signs * [{"WATCHDOG": 1}] == told
    assert {1.0} == set(played.waits)  # a loop that waits longer than the watchdog would be late


def test_a_pause_is_no_standstill(monkeypatch: pytest.MonkeyPatch) -> None:
    """A restart would not empty the disk."""
    monkeypatch.setenv("WATCHDOG_USEC", "3000000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    clock = iter([0.0, 200.0, 400.0, 600.0])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(Played, "owes", lambda self, now: True)
    told: list[dict[str, int]] = []
    monkeypatch.setattr(systemd, "notify", lambda **facts: told.append(facts))
    full = OSError(28, "No space left on device")
    played = Played(monkeypatch, full, full, full, lambda: played.now_idle())
    played.run()
    assert 3 * [{"WATCHDOG": 1}] == told


def test_systemd_is_told_the_boards_line_when_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in every turn; in a pause the trouble stands there."""

    def says(line: str) -> Callable[[], None]:
        return lambda: setattr(played, "line", line)

    full = OSError(28, "full")
    played = Played(monkeypatch, says("one"), says("one"), says("two"), full, lambda: None, lambda: played.now_idle())
    played.line = "zero"
    played.run()
    told = [line for line in played.log if line.startswith("STATUS=")]
    assert ["STATUS=one", "STATUS=two", "STATUS=paused: No space left on device", "STATUS=running"] == told
