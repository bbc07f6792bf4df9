"""watcher.daemon: the loop around the turns: stop, pause, go on, drain. The service is played."""

import sqlite3
from typing import Any

import pytest
from played_daemon import Played

from watcher import daemon as module
from watcher.errors import ModelError, SurroundingsError


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
