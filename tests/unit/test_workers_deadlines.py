"""watcher.workers: how long readers have for a picture, for their start and for their end, and what if they hang."""

import pytest
from played_readers import Stage

from watcher import workers
from watcher.engine import Trouble
from watcher.errors import ModelError


def test_a_reader_that_overruns_is_stopped(stage: Stage) -> None:
    """By the clock since it was last heard; the patience says when that is due."""
    stage.engine.hand_over(["slow"])
    stage.now = 10.0
    assert 20.0 == stage.engine.patience(stage.now)
    stage.now = 30.0
    assert {} == stage.ids()
    stage.now = 30.1
    assert {"slow": Trouble.TIMED_OUT} == stage.ids()
    assert stage.played[0].process.killed
    stage.played[2].say({"ready": "net", "misread": ""})
    stage.ids()
    assert float("inf") == stage.engine.patience(stage.now)


def test_a_reader_with_a_long_batch_has_its_time_for_each_picture(stage: Stage) -> None:
    """Every answer starts its clock anew; waiting idle does not count."""
    stage.now = 1000.0
    stage.engine.hand_over(["a", "x", "b", "y"])
    stage.now = 1029.0
    stage.played[0].answer("a")
    stage.played[1].answer("b", "y")
    stage.ids()
    stage.now = 1058.0
    assert {} == stage.ids()


def test_half_a_message_is_not_waited_for(stage: Stage) -> None:
    """The other reader goes on at once; the deadline ends the one that stopped in the middle of a word."""
    stage.engine.hand_over(["a", "b"])
    stage.played[0].say_bytes(b'[{"id": "a", "verd')
    stage.played[1].answer("b")
    assert {"b": None} == stage.ids()
    stage.now = 29.0
    stage.played[0].say_bytes(b'ict"')
    assert {} == stage.ids()
    stage.now = 30.1  # some bytes more buy no time
    assert {"a": Trouble.TIMED_OUT} == stage.ids()


def test_a_process_that_does_not_go_is_not_waited_for(stage: Stage) -> None:
    """It may hang in the kernel over a disk that does; it is looked at again later, so that no zombie is left."""
    stage.engine.hand_over(["a"])
    stage.played[0].process.code = None
    stage.now = 31.0
    assert {"a": Trouble.TIMED_OUT} == stage.ids()
    assert 1 == len(stage.engine._ending)
    stage.played[0].process.code = -9
    stage.ids()
    assert [] == stage.engine._ending


def test_readers_that_do_not_start_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """An overloaded machine is told, not waited for without end."""
    stage = Stage(monkeypatch)
    monkeypatch.setattr(workers, "wait", lambda readers, seconds: setattr(stage, "now", stage.now + seconds))
    with pytest.raises(ModelError, match="did not start within 60 s"):
        stage.engine.await_ready()
    stage.close()


def test_a_new_reader_that_hangs_before_it_is_ready(stage: Stage) -> None:
    """Nobody would read any more, and nobody say so: its start has a deadline too."""
    for played in stage.played[:2]:
        played.die()
    stage.ids()
    assert 60.0 == stage.engine.patience(stage.now)
    stage.now = 60.0
    with pytest.raises(ModelError, match="did not start within 60 s"):
        stage.engine.collect()
