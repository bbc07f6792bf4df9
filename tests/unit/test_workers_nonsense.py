"""watcher.workers: readers that say what they should not, say it in pieces, or do not listen."""

import json
import socket
from contextlib import suppress

import pytest
from played_readers import Stage

from watcher.engine import Trouble
from watcher.lines import LONGEST_LINE


@pytest.mark.parametrize(
    "line",
    [
        b"no json", b"5", b"[5]", b"{}", b"[]",
        b'{"ready": "net", "misread": ""}', b'{"error": "no model", "hint": ""}',
        b'[["other", 5, ""]]', b'[["a", 0, ""]]', b"\xff", b"\0", b"[" * 100_000, b"",
    ],
)  # fmt: skip
def test_a_reader_that_talks_nonsense_is_put_away(stage: Stage, line: bytes) -> None:
    """A reader that a picture took over can neither end nor pause the daemon, nor answer for other pictures."""
    stage.engine.hand_over(["a", "other"])
    stage.played[0].say_bytes(line + b"\n")
    assert {"a": Trouble.CRASHED} == stage.ids()
    assert stage.played[0].process.killed
    assert "net" == stage.engine.model_name


def test_the_second_answer_for_a_picture_is_nonsense(stage: Stage) -> None:
    """The first one counts, whether they come in one message or in two; nothing is asked of the reader any more."""
    stage.engine.hand_over(["a"])
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
    stage.engine.hand_over(["a"])
    stage.played[0].link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
    said = 0
    while not stage.played[0].process.killed:
        with suppress(BlockingIOError):
            said += stage.played[0].link.send(b" " * (1 << 16))
        found = stage.ids()
        assert said <= LONGEST_LINE + (1 << 22)
    assert {"a": Trouble.CRASHED} == found


def test_a_message_may_come_in_pieces(stage: Stage) -> None:
    """Lines, not packets."""
    stage.engine.hand_over(["a"])
    message = json.dumps([["a", 5, ""]]).encode() + b"\n"
    for at in range(len(message)):
        assert {} == stage.ids()
        stage.played[0].say_bytes(message[at : at + 1])
    assert {"a": Trouble.UNREAD} == stage.ids()


def test_a_reader_that_takes_nothing_any_more_is_put_away(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits until there is room in its socket. (Two batches, all that it may owe, always have room.)"""
    link = stage.engine._readers[0].lines._link
    link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
    with suppress(BlockingIOError):
        while True:
            link.send(b"\n")
    stage.engine.hand_over(["a"])
    assert {"a": Trouble.CRASHED} == stage.ids()
