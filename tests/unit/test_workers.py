"""watcher.workers: pictures are dealt out to readers, answers come back, and readers start and end with the engine."""

import pytest
from fakes import claim, id_of
from played_readers import Stage

from watcher import workers
from watcher.engine import Outcome, Trouble
from watcher.errors import ModelError, SurroundingsError
from watcher.recognition.verdict import Reason, Status
from watcher.records import Identity


def test_pictures_are_dealt_out_evenly(stage: Stage) -> None:
    """Both readers get their share; room and load are counted."""
    stage.engine.hand_over([str(number) for number in range(10)])
    assert ([["0", "1", "2", "3", "4"]], [["5", "6", "7", "8", "9"]]) == tuple(p.batches() for p in stage.played)
    assert (10, 190) == (stage.engine.busy, stage.engine.room)


@pytest.mark.parametrize(("cores", "readers"), [(1, 1), (2, 1), (3, 2)])
def test_a_loop_that_never_waits_keeps_a_core_for_itself(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, cores: int, readers: int
) -> None:
    """As long as it takes all its time and many pictures at once: then readers are in its way."""
    monkeypatch.setattr(workers, "cores", lambda: cores)
    for turn in range(30):
        ids = [f"{turn}-{number}" for number in range(150)]
        stage.engine.hand_over(ids)
        batches = [played.batches() for played in stage.played]
        stage.now += 0.05
        stage.engine.waitables()
        stage.now += 0.0001
        for played, given in zip(stage.played, batches, strict=True):
            for batch in given:
                played.answer(*batch)
        assert 150 == len(stage.ids())
    assert readers == sum(bool(given) for given in batches)
    stage.engine.hand_over([f"last-{number}" for number in range(200)])
    assert 0.0 == stage.engine.rest  # nor may it rest


def test_in_a_backlog_the_loop_may_rest_between_turns(stage: Stage) -> None:
    """As long as readers have enough to do: half of what is taken ahead. So a turn is never of few pictures only."""
    stage.engine.hand_over([f"first-{number}" for number in range(100)])
    assert 0.0 == stage.engine.rest  # nobody knows yet how long they take
    stage.now = 1.0
    for played in stage.played:
        for batch in played.batches():
            played.answer(*batch)
    assert 100 == len(stage.ids())
    stage.now = 10.0
    stage.engine.hand_over([f"then-{number}" for number in range(24)])
    stage.ids()
    assert 0.0 == stage.engine.rest
    stage.engine.hand_over(["one more"])
    assert pytest.approx(workers.TURN_SECONDS) == stage.engine.rest
    stage.now = 10.01
    assert pytest.approx(workers.TURN_SECONDS - 0.01) == stage.engine.rest
    stage.now = 11.0
    assert 0.0 == stage.engine.rest


def test_an_outcome_has_all_that_the_reader_said(stage: Stage) -> None:
    """Verdict with its closed words, identity after reading, and who is free again."""
    stage.engine.hand_over(["a", "b"])
    stage.played[0].answer("a")
    (found,) = stage.engine.collect()
    assert ("a", Identity(1, 2, 3, 4), None) == (found.id, found.identity, found.trouble)
    assert (Status.UNREADABLE, Reason.BLANK, ()) == (found.verdict.status, found.verdict.reason, found.verdict.scores)
    assert 1 == stage.engine.busy


def test_bytes_that_could_not_be_read_are_a_trouble(stage: Stage) -> None:
    """With the number of the system's error and its words."""
    stage.engine.hand_over(["a"])
    stage.played[0].say([["a", 5, "Input/output error"]])
    assert [Outcome("a", trouble=Trouble.UNREAD, message="Input/output error", errno=5)] == stage.engine.collect()


def test_all_that_a_reader_may_owe_fits_into_its_socket(stage: Stage) -> None:
    """A stopped one is given all that it may be given, at once and whole; the deadline sees to it."""
    ids = [f"{number:036}" for number in range(64 * 2 * workers.SHARES_AHEAD)]
    for at in range(0, len(ids), 128):
        stage.engine.hand_over(ids[at : at + 128])
    assert len(ids) == stage.engine.busy
    assert {} == stage.ids()
    assert sorted(ids) == sorted(id_ for played in stage.played for batch in played.batches() for id_ in batch)


def test_a_claim_that_was_tried_before_is_read_alone(stage: Stage) -> None:
    """The others share readers; it must not cost them theirs."""
    stage.ready()
    stage.engine.submit([claim(1), claim(2, attempt=2), claim(3), claim(4, attempt=3)])
    batches = [batch for played in stage.played for batch in played.batches()]
    assert sorted([[id_of(1)], [id_of(2)], [id_of(3)], [id_of(4)]]) == sorted(batches)
    assert 2 == stage.engine.slots


def test_a_start_that_takes_longer_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop does not stand still for it."""
    stage = Stage(monkeypatch)
    with pytest.raises(SurroundingsError, match="still starting"):
        stage.engine.await_ready(0.0)
    stage.ready()
    stage.close()


def test_a_model_that_cannot_be_loaded_is_a_model_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a reader says of it reaches the person, with the hint."""
    stage = Stage(monkeypatch)
    stage.played[0].say({"error": "no model at x", "hint": "set it"})
    with pytest.raises(ModelError, match="no model at x") as error:
        stage.engine.await_ready()
    assert "set it" == error.value.hint
    stage.close()


def test_a_reader_that_dies_at_the_start_is_not_started_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would die again."""
    stage = Stage(monkeypatch)
    stage.played[1].die()
    with pytest.raises(ModelError, match="ended with code -9 while it was starting"):
        stage.engine.await_ready()
    stage.close()


def test_closing_ends_all_readers(stage: Stage) -> None:
    """Whatever they had in hand."""
    stage.engine.hand_over(["a"])
    stage.engine.close()
    assert [True, True] == [reader.process.killed for reader in stage.played]
    assert [] == stage.engine.waitables()
