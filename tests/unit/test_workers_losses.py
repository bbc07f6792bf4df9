"""watcher.workers: readers that die cost what they had in hand, and nothing else."""

import signal

import pytest
from played_readers import Stage

from watcher import workers
from watcher.engine import Trouble
from watcher.limits import OUT_OF_MEMORY
from watcher.reader import ASK_ANOTHER
from watcher.workers import LocalEngine


def test_a_reader_that_dies_over_one_picture_names_it(stage: Stage) -> None:
    """Alone in its hand: that picture did it. Another reader takes its place."""
    stage.engine.hand_over(["bad"])
    stage.played[0].die()
    assert {"bad": Trouble.CRASHED} == stage.ids()
    assert (3, True) == (len(stage.played), stage.played[0].process.killed)


def test_the_pictures_of_a_batch_are_tried_one_by_one(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who of them did it, and who is innocent, the next tries tell; what was answered is not read again."""
    monkeypatch.setattr(workers, "SHARES_AHEAD", 2)
    stage.engine.hand_over([str(number) for number in range(6)])
    stage.played[0].answer("0")
    stage.played[0].die()
    assert {"0": None} == stage.ids()
    assert [["3", "4", "5"], ["1"]] == stage.played[1].batches()
    stage.played[2].say({"ready": "net", "misread": ""})
    assert {} == stage.ids()
    assert [["2"]] == stage.played[2].batches()


def test_what_was_not_begun_goes_first_to_the_next_reader(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second batch in the pipe of a dead reader is whole again, and nobody is blamed for it."""
    monkeypatch.setattr(workers, "SHARES_AHEAD", 2)
    for batch in (["a"], ["b"], ["c"], ["d"], ["e"]):
        stage.engine.hand_over(batch)
    assert [["a"], ["c"]] == stage.played[0].batches()
    stage.played[0].die()
    assert {"a": Trouble.CRASHED} == stage.ids()
    stage.played[2].say({"ready": "net", "misread": ""})
    stage.engine.collect()
    assert [["c"], ["e"]] == stage.played[2].batches()


def test_a_reader_that_dies_in_the_middle_of_a_word(stage: Stage) -> None:
    """Half a message is no message."""
    stage.engine.hand_over(["a"])
    stage.played[0].batches()
    stage.played[0].say_bytes(b'[{"id"')
    stage.played[0].die()
    assert {"a": Trouble.CRASHED} == stage.ids()


@pytest.mark.parametrize(
    ("code", "trouble"),
    [(OUT_OF_MEMORY, Trouble.OUT_OF_MEMORY), (-signal.SIGXCPU, Trouble.TIMED_OUT), (-signal.SIGSEGV, Trouble.CRASHED)],
)
def test_how_a_reader_ended_says_what_it_died_of(stage: Stage, code: int, trouble: Trouble) -> None:
    """Memory by an exit code of its own, time by the kernel's signal."""
    stage.engine.hand_over(["a"])
    stage.played[0].die(code)
    assert {"a": trouble} == stage.ids()


def test_a_reader_that_may_be_at_fault_itself_costs_no_try(stage: Stage) -> None:
    """Its picture goes to the next one; but not for ever: so many times as there are readers."""
    stage.engine.hand_over(["a"])
    for said in ({}, {}, {"a": Trouble.CRASHED}):
        next(played for played in stage.played if played.batches()).die(ASK_ANOTHER)
        assert said == stage.ids()
        stage.played[-1].say({"ready": "net", "misread": ""})
        stage.ids()


def test_where_no_other_reader_can_be_started_its_picture_has_one_try_less(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One, and not one for each turn in which the system refuses a process: that is not the picture's fault."""

    def refused(_: object) -> None:
        raise BlockingIOError("no more processes")

    stage.engine.hand_over(["a"])
    stage.played[0].die()
    with monkeypatch.context() as patched:
        patched.setattr(LocalEngine, "_start", refused)
        for _ in range(3):
            with pytest.raises(BlockingIOError):
                stage.engine.collect()
    assert ["a"] == [outcome.id for outcome in stage.engine.collect()]
