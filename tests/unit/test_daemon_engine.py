"""watcher.daemon: engines that are away, or gone, in a pause. Service and engines are played."""

from typing import Any

import pytest
from played_daemon import Engine, Played

from watcher import daemon as module
from watcher.errors import SurroundingsError


class Opening(Engine):
    """A cluster that takes a while to be ready."""

    def __init__(self, *answers: Exception | None) -> None:
        super().__init__()
        self.answers, self.waits = list(answers), list[float]()

    def await_ready(self, seconds: float) -> None:
        self.waits.append(seconds)
        if answer := self.answers.pop(0) if self.answers else None:
            raise answer


NOT_YET = SurroundingsError("the Spark cluster does not read yet", hint="It is waited for.")


def engines(played: Played, monkeypatch: pytest.MonkeyPatch, *coming: Engine) -> None:
    """These are made, one after the other."""
    makes = iter(coming)

    def make_engine() -> Engine:
        played.log.append("new engine")
        return next(makes)

    monkeypatch.setattr(played, "make_engine", make_engine)


def test_an_engine_that_opens_is_asked_again_and_not_replaced(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    """The loop waits for it a few seconds at a time, and pauses in between; nothing is recovered before it reads."""
    played = Played(monkeypatch, SurroundingsError("the session has ended"), lambda: played.now_idle())
    played.engine.close()
    opening = Opening(NOT_YET, NOT_YET, None)
    engines(played, monkeypatch, opening)
    with caplog.at_level("INFO"):
        played.run()
    assert 3 * [module.START_AT_ONCE] == opening.waits
    assert 1 == played.log.count("new engine")
    assert (opening, False) == (played.engine, opening.closed)
    tries = [line for line in played.log if not line.startswith("STATUS")]
    assert ["turn", "new engine", "recover", "look everywhere", "turn"] == tries[:5]
    said = [found.message.split(".")[0] for found in caplog.records]
    assert ["paused: the session has ended", f"paused: {NOT_YET}", "the trouble is over; work goes on"] == said
    assert [1.0, 2.0, 5.0] == played.waits[:3]


def test_one_that_is_there_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Storage that is away is no reason for another session: the same one goes on."""
    played = Played(monkeypatch, SurroundingsError("no executor can read"), lambda: played.now_idle())
    before = played.engine
    played.run()
    assert (before, 0) == (played.engine, played.log.count("new engine"))
    assert 1 == played.log.count("recover")


def test_one_that_ends_while_it_opens_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has refused, say: each try begins with an engine that is open."""

    class Refusing(Opening):
        def await_ready(self, seconds: float) -> None:
            self.close()
            super().await_ready(seconds)

    played = Played(monkeypatch, SurroundingsError("the session has ended"), lambda: played.now_idle())
    played.engine.close()
    last = Opening()
    engines(played, monkeypatch, Refusing(NOT_YET), Refusing(NOT_YET), last)
    played.run()
    assert (last, 3) == (played.engine, played.log.count("new engine"))


def test_one_that_cannot_be_started_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system may have no room for a process, for now."""
    played = Played(monkeypatch, SurroundingsError("the session has ended"), lambda: played.now_idle())
    played.engine.close()
    tries = [OSError(11, "Resource temporarily unavailable"), None]

    def make_engine() -> Engine:
        if error := tries.pop(0):
            raise error
        return Opening()

    monkeypatch.setattr(played, "make_engine", make_engine)
    played.run()
    assert ("paused", "Resource temporarily unavailable") == played.states[1]
    assert [] == tries
    assert 1 == played.log.count("recover")
