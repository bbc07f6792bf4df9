"""watcher.workers: readers that die, hang or lie cost what they had in hand, and nothing else.

The readers are played by the test, at the other end of each pipe.
"""

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from watcher import workers
from watcher.engine import Outcome, Trouble
from watcher.errors import ModelError
from watcher.lines import LONGEST_LINE, Lines
from watcher.reader import ASK_ANOTHER, OUT_OF_MEMORY
from watcher.reader_process import ReaderProcess, ReaderSettings
from watcher.recognition.verdict import Reason, Status
from watcher.records import Identity
from watcher.workers import LocalEngine

SETTINGS = ReaderSettings(3, b"/work", "unit", "image", 1000, 1000, 30.0, None, 2, 100)
VERDICT = {
    "status": "unreadable", "sha256": "ab" * 32, "reason": "blank", "prediction": None, "confidence": None,
    "second_prediction": None, "second_confidence": None, "scores": [], "width": 3, "height": 4, "detail": "nothing",
}  # fmt: skip


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
        self.say([{"id": id_, "verdict": VERDICT, "identity": [1, 2, 3, 4]} for id_ in ids])

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
            reader.say({"ready": "net"})
        self.engine.await_ready()

    def close(self) -> None:
        self.engine.close()
        for reader in self.played:
            reader.link.close()

    def ids(self) -> dict[str, Trouble | None]:
        """What comes back, id by id."""
        return {outcome.id: outcome.trouble for outcome in self.engine.collect()}


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    stage = Stage(monkeypatch)
    stage.ready()
    yield stage
    stage.close()


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
    stage.played[0].say([{"id": "a", "errno": 5, "message": "Input/output error"}])
    assert [Outcome("a", trouble=Trouble.UNREAD, message="Input/output error", errno=5)] == stage.engine.collect()


def test_a_reader_that_dies_over_one_picture_names_it(stage: Stage) -> None:
    """Alone in its hand: that picture did it. Another reader takes its place."""
    stage.engine.submit(["bad"])
    stage.played[0].die()
    assert {"bad": Trouble.CRASHED} == stage.ids()
    assert (3, True) == (len(stage.played), stage.played[0].process.killed)


def test_the_pictures_of_a_batch_are_tried_one_by_one(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who of them did it, and who is innocent, the next tries tell; what was answered is not read again."""
    monkeypatch.setattr(workers, "SHARES_AHEAD", 2)
    stage.engine.submit([str(number) for number in range(6)])
    stage.played[0].answer("0")
    stage.played[0].die()
    assert {"0": None} == stage.ids()
    assert [["3", "4", "5"], ["1"]] == stage.played[1].batches()
    stage.played[2].say({"ready": "net"})
    assert {} == stage.ids()
    assert [["2"]] == stage.played[2].batches()


def test_what_was_not_begun_goes_first_to_the_next_reader(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second batch in the pipe of a dead reader is whole again, and nobody is blamed for it."""
    monkeypatch.setattr(workers, "SHARES_AHEAD", 2)
    for batch in (["a"], ["b"], ["c"], ["d"], ["e"]):
        stage.engine.submit(batch)
    assert [["a"], ["c"]] == stage.played[0].batches()
    stage.played[0].die()
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
    stage.played[2].say({"ready": "net"})
    stage.ids()
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
    "line",
    [
        b"no json", b"5", b"[5]", b"{}", b"[]", b'{"ready": "net"}', b'{"error": "no model", "hint": ""}',
        b'[{"id": "other", "errno": 5, "message": ""}]', b'[{"id": "a", "errno": 0, "message": ""}]', b"\xff", b"\0",
        b"[" * 100_000, b"",
    ],
)  # fmt: skip
def test_a_reader_that_talks_nonsense_is_put_away(stage: Stage, line: bytes) -> None:
    """A reader that a picture took over can neither end nor pause the daemon, nor answer for other pictures."""
    stage.engine.submit(["a", "other"])
    stage.played[0].say_bytes(line + b"\n")
    assert {"a": Trouble.CRASHED} == stage.ids()
    assert stage.played[0].process.killed
    assert "net" == stage.engine.model_name


def test_the_second_answer_for_a_picture_is_nonsense(stage: Stage) -> None:
    """The first one counts, whether they come in one message or in two; nothing is asked of the reader any more."""
    stage.engine.submit(["a"])
    stage.played[0].answer("a", "a")
    assert {"a": None} == stage.ids()
    assert stage.played[0].process.killed


def test_a_reader_that_speaks_unasked_is_put_away(stage: Stage) -> None:
    """Nobody is blamed for it."""
    stage.played[0].answer("a")
    assert {} == stage.ids()
    assert stage.played[0].process.killed


def test_a_line_without_an_end_is_no_message(stage: Stage) -> None:
    """So much is kept, and no more; then the reader is put away."""
    stage.engine.submit(["a"])
    stage.played[0].link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
    said = 0
    while not stage.played[0].process.killed:
        with suppress(BlockingIOError):
            said += stage.played[0].link.send(b" " * (1 << 16))
        found = stage.ids()
        assert said <= LONGEST_LINE + (1 << 22)
    assert {"a": Trouble.CRASHED} == found


def test_half_a_message_is_not_waited_for(stage: Stage) -> None:
    """The other reader goes on at once; the deadline ends the one that stopped in the middle of a word."""
    stage.engine.submit(["a", "b"])
    stage.played[0].say_bytes(b'[{"id": "a", "verd')
    stage.played[1].answer("b")
    assert {"b": None} == stage.ids()
    stage.now = 29.0
    stage.played[0].say_bytes(b'ict"')
    assert {} == stage.ids()
    stage.now = 30.1  # some bytes more buy no time
    assert {"a": Trouble.TIMED_OUT} == stage.ids()


def test_a_message_may_come_in_pieces(stage: Stage) -> None:
    """Lines, not packets."""
    stage.engine.submit(["a"])
    message = json.dumps([{"id": "a", "errno": 5, "message": ""}]).encode() + b"\n"
    for at in range(len(message)):
        assert {} == stage.ids()
        stage.played[0].say_bytes(message[at : at + 1])
    assert {"a": Trouble.UNREAD} == stage.ids()


def test_a_reader_that_dies_in_the_middle_of_a_word(stage: Stage) -> None:
    """Half a message is no message."""
    stage.engine.submit(["a"])
    stage.played[0].batches()
    stage.played[0].say_bytes(b'[{"id"')
    stage.played[0].die()
    assert {"a": Trouble.CRASHED} == stage.ids()


def test_a_reader_that_takes_nothing_any_more_is_put_away(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits until there is room in its socket. (Two batches, all that it may owe, always have room.)"""
    link = stage.engine._readers[0].lines._link
    link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
    with suppress(BlockingIOError):
        while True:
            link.send(b"\n")
    stage.engine.submit(["a"])
    assert {"a": Trouble.CRASHED} == stage.ids()


def test_all_that_a_reader_may_owe_fits_into_its_socket(stage: Stage) -> None:
    """A stopped one is given all that it may be given, at once and whole; the deadline sees to it."""
    ids = [f"{number:036}" for number in range(64 * 2 * workers.SHARES_AHEAD)]
    for at in range(0, len(ids), 128):
        stage.engine.submit(ids[at : at + 128])
    assert len(ids) == stage.engine.busy
    assert {} == stage.ids()
    assert sorted(ids) == sorted(id_ for played in stage.played for batch in played.batches() for id_ in batch)


@pytest.mark.parametrize(
    ("code", "trouble"),
    [(OUT_OF_MEMORY, Trouble.OUT_OF_MEMORY), (-signal.SIGXCPU, Trouble.TIMED_OUT), (-signal.SIGSEGV, Trouble.CRASHED)],
)
def test_how_a_reader_ended_says_what_it_died_of(stage: Stage, code: int, trouble: Trouble) -> None:
    """Memory by an exit code of its own, time by the kernel's signal."""
    stage.engine.submit(["a"])
    stage.played[0].die(code)
    assert {"a": trouble} == stage.ids()


def test_a_reader_that_may_be_at_fault_itself_costs_no_try(stage: Stage) -> None:
    """Its picture goes to the next one; but not for ever: so many times as there are readers."""
    stage.engine.submit(["a"])
    for said in ({}, {}, {"a": Trouble.CRASHED}):
        next(played for played in stage.played if played.batches()).die(ASK_ANOTHER)
        assert said == stage.ids()
        stage.played[-1].say({"ready": "net"})
        stage.ids()


def test_a_process_that_does_not_go_is_not_waited_for(stage: Stage) -> None:
    """It may hang in the kernel over a disk that does; it is looked at again later, so that no zombie is left."""
    stage.engine.submit(["a"])
    stage.played[0].process.code = None
    stage.now = 31.0
    assert {"a": Trouble.TIMED_OUT} == stage.ids()
    assert 1 == len(stage.engine._ending)
    stage.played[0].process.code = -9
    stage.ids()
    assert [] == stage.engine._ending


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


def test_closing_ends_all_readers(stage: Stage) -> None:
    """Whatever they had in hand."""
    stage.engine.submit(["a"])
    stage.engine.close()
    assert [True, True] == [reader.process.killed for reader in stage.played]
    assert [] == stage.engine.waitables()


def test_where_no_other_reader_can_be_started_its_picture_has_one_try_less(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One, and not one for each turn in which the system refuses a process: that is not the picture's fault."""

    def refused(_: object) -> None:
        raise BlockingIOError("no more processes")

    stage.engine.submit(["a"])
    stage.played[0].die()
    with monkeypatch.context() as patched:
        patched.setattr(LocalEngine, "_start", refused)
        for _ in range(3):
            with pytest.raises(BlockingIOError):
                stage.engine.collect()
    assert ["a"] == [outcome.id for outcome in stage.engine.collect()]
