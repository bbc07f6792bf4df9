"""watcher.workers: readers that die, hang or lie cost what they had in hand, and nothing else.

The readers are played by the test, at the other end of each pipe.
"""

import json
import os
from collections.abc import Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from watcher import workers
from watcher.engine import Outcome, Trouble
from watcher.errors import ModelError
from watcher.recognition.verdict import Reason, Status
from watcher.records import Identity
from watcher.workers import LocalEngine, ReaderSettings

SETTINGS = ReaderSettings(Path("model"), b"/work", "unit", "image", 1000, 1000, 30.0, 2, 100)
VERDICT = ["unreadable", "ab", "blank", None, None, None, None, [], 3, 4, "nothing"]


class Process:
    """What is left of a process here: whether it was killed."""

    killed = False

    def kill(self) -> None:
        self.killed = True

    def wait(self) -> int:
        return -9


class Played:
    """The other end of a reader's pipe."""

    def __init__(self, pipe: Connection, process: Process) -> None:
        self.pipe, self.process = pipe, process

    def say(self, message: Any) -> None:
        self.pipe.send_bytes(json.dumps(message).encode())

    def answer(self, *ids: str) -> None:
        self.say([[id_, VERDICT, [1, 2, 3, 4], 0, ""] for id_ in ids])

    def batches(self) -> list[list[str]]:
        """What it was given since the last call."""
        found = []
        while self.pipe.poll():
            found.append(json.loads(self.pipe.recv_bytes()))
        return found


class Stage:
    """An engine whose readers are played; all readers that were ever started, in order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.played: list[Played] = []
        self.now = 0.0
        monkeypatch.setattr(LocalEngine, "_start", self._start)
        self.engine = LocalEngine(SETTINGS, clock=lambda: self.now)

    def _start(self) -> workers._Reader:
        ours, theirs = Pipe()
        process = Process()
        self.played.append(Played(theirs, process))
        return workers._Reader(process, ours, self.now)  # type: ignore[arg-type]

    def ready(self) -> None:
        for reader in self.played:
            reader.say({"ready": "net"})
        self.engine.await_ready()

    def ids(self) -> dict[str, Trouble | None]:
        """What comes back, id by id."""
        return {outcome.id: outcome.trouble for outcome in self.engine.collect()}


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    stage = Stage(monkeypatch)
    stage.ready()
    yield stage
    stage.engine.close()
    for reader in stage.played:
        reader.pipe.close()


def test_pictures_are_dealt_out_evenly(stage: Stage) -> None:
    """Both readers get their share; room and load are counted."""
    stage.engine.submit([str(number) for number in range(10)])
    assert ([["0", "1", "2", "3", "4"]], [["5", "6", "7", "8", "9"]]) == tuple(p.batches() for p in stage.played)
    assert (10, 190) == (stage.engine.busy, stage.engine.room)


def test_an_outcome_has_all_that_the_reader_said(stage: Stage) -> None:
    """Verdict with its closed words, identity after reading, and who is free again."""
    stage.engine.submit(["a", "b"])
    stage.played[0].answer("a")
    (found,) = stage.engine.collect()
    assert ("a", Identity(1, 2, 3, 4), None) == (found.id, found.identity, found.trouble)
    assert (Status.UNREADABLE, Reason.BLANK, ()) == (found.verdict.status, found.verdict.reason, found.verdict.scores)
    assert 1 == stage.engine.busy


def test_bytes_that_could_not_be_read_are_a_trouble(stage: Stage) -> None:
    """With the number of the system's error and its words."""
    stage.engine.submit(["a"])
    stage.played[0].say([["a", None, None, 5, "Input/output error"]])
    assert [Outcome("a", trouble=Trouble.UNREAD, message="Input/output error", errno=5)] == stage.engine.collect()


def test_a_reader_that_dies_over_one_picture_names_it(stage: Stage) -> None:
    """Alone in its hand: that picture did it. Another reader takes its place."""
    stage.engine.submit(["bad"])
    stage.played[0].pipe.close()
    assert {"bad": Trouble.CRASHED} == stage.ids()
    assert (3, True) == (len(stage.played), stage.played[0].process.killed)


def test_the_pictures_of_a_batch_are_tried_one_by_one(stage: Stage) -> None:
    """Who of them did it, and who is innocent, the next tries tell; what was answered is not read again."""
    stage.engine.submit([str(number) for number in range(6)])
    stage.played[0].answer("0")
    stage.played[0].pipe.close()
    assert {"0": None} == stage.ids()
    assert [["3", "4", "5"], ["1"]] == stage.played[1].batches()
    stage.played[2].say({"ready": "net"})
    assert {} == stage.ids()
    assert [["2"]] == stage.played[2].batches()


def test_what_was_not_begun_goes_first_to_the_next_reader(stage: Stage) -> None:
    """A second batch in the pipe of a dead reader is whole again, and nobody is blamed for it."""
    for batch in (["a"], ["b"], ["c"], ["d"], ["e"]):
        stage.engine.submit(batch)
    assert [["a"], ["c"]] == stage.played[0].batches()
    stage.played[0].pipe.close()
    assert {"a": Trouble.CRASHED} == stage.ids()
    stage.played[2].say({"ready": "net"})
    stage.engine.collect()
    assert [["c"], ["e"]] == stage.played[2].batches()


def test_a_reader_that_overruns_is_stopped(stage: Stage) -> None:
    """By the clock since it was last heard; the patience says when that is due."""
    stage.engine.submit(["slow"])
    stage.now = 10.0
    assert 20.0 == stage.engine.patience(stage.now)
    stage.now = 30.0
    assert {} == stage.ids()
    stage.now = 30.1
    assert {"slow": Trouble.TIMED_OUT} == stage.ids()
    assert stage.played[0].process.killed
    assert float("inf") == stage.engine.patience(stage.now)


def test_a_reader_with_a_long_batch_has_its_time_for_each_picture(stage: Stage) -> None:
    """Every answer starts its clock anew; waiting idle does not count."""
    stage.now = 1000.0
    stage.engine.submit(["a", "x", "b", "y"])
    stage.now = 1029.0
    stage.played[0].answer("a")
    stage.played[1].answer("b", "y")
    stage.ids()
    stage.now = 1058.0
    assert {} == stage.ids()


@pytest.mark.parametrize(
    "message",
    [
        b"no json", b"5", b"[5]", b"{}", b'[["other", null, null, 0, ""]]', b'[["a", ["ok"], [1, 2, 3, 4], 0, ""]]',
        b'[["a", null, null, 0]]', b"\xff", b"[" * 100_000,
    ],
)  # fmt: skip
def test_a_reader_that_talks_nonsense_is_put_away(stage: Stage, message: bytes) -> None:
    """A reader that a hostile picture took over can neither end the daemon nor answer for other pictures."""
    stage.engine.submit(["a", "other"])
    stage.played[0].pipe.send_bytes(message)
    assert {"a": Trouble.CRASHED} == stage.ids()
    assert stage.played[0].process.killed


def test_a_reader_that_announces_two_gigabytes_is_put_away(stage: Stage) -> None:
    """Nobody waits for them, or keeps room for them."""
    stage.engine.submit(["a"])
    os.write(stage.played[0].pipe.fileno(), b"\x7f\xff\xff\xff")
    assert {"a": Trouble.CRASHED} == stage.ids()


def test_a_reader_that_dies_in_the_middle_of_a_word(stage: Stage) -> None:
    """Half a message is no message."""
    stage.engine.submit(["a"])
    stage.played[0].batches()
    os.write(stage.played[0].pipe.fileno(), b"\0\0\0\x50half")
    stage.played[0].pipe.close()
    assert {"a": Trouble.CRASHED} == stage.ids()


def test_a_model_that_cannot_be_loaded_is_a_model_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a reader says of it reaches the person, with the hint."""
    stage = Stage(monkeypatch)
    stage.played[0].say({"error": "no model at x", "hint": "set it"})
    with pytest.raises(ModelError, match="no model at x") as error:
        stage.engine.await_ready()
    assert "set it" == error.value.hint
    stage.engine.close()


def test_a_reader_that_dies_at_the_start_is_not_started_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would die again."""
    stage = Stage(monkeypatch)
    stage.played[1].pipe.close()
    with pytest.raises(ModelError, match="ended with code -9 while it was starting"):
        stage.engine.await_ready()
    stage.engine.close()


def test_readers_that_do_not_start_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """An overloaded machine is told, not waited for without end."""
    stage = Stage(monkeypatch)
    monkeypatch.setattr(workers, "wait", lambda pipes, seconds: setattr(stage, "now", stage.now + seconds) or [])
    with pytest.raises(ModelError, match="did not start within 60 s"):
        stage.engine.await_ready()
    stage.engine.close()


def test_closing_ends_all_readers(stage: Stage) -> None:
    """Whatever they had in hand."""
    stage.engine.submit(["a"])
    stage.engine.close()
    assert [True, True] == [reader.process.killed for reader in stage.played]
    assert [] == stage.engine.waitables()
