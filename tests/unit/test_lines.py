"""watcher.lines: messages to a child that takes its time, or none at all any more."""

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from watcher.lines import Lines

LONG = ["x" * 1000] * 3000  # 3 MB: more than any socket takes unread


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Ours, and the child's."""
    ours, theirs = socket.socketpair()
    yield ours, theirs
    ours.close()
    theirs.close()


def whole(link: socket.socket) -> bytes:
    """All that comes up to the end of a line, or to the end of all, in small pieces."""
    said, piece = b"", b" "
    while piece and not said.endswith(b"\n"):
        said += (piece := link.recv(4096))
    return said


def test_a_slow_child_gets_it_whole(ends: tuple[socket.socket, socket.socket]) -> None:
    """In any number of pieces, as long as its patience goes."""
    ours, theirs = ends
    lines = Lines(ours, patience=60.0)
    with ThreadPoolExecutor(1) as executor:
        said = executor.submit(whole, theirs)
        lines.send(LONG)
        assert LONG == json.loads(said.result())
        said = executor.submit(whole, theirs)
        lines.send({"job": 2})
        assert {"job": 2} == json.loads(said.result())


@pytest.mark.parametrize("patience", [0.0, 0.01])
def test_one_that_takes_nothing_is_hung_up_on(ends: tuple[socket.socket, socket.socket], patience: float) -> None:
    """Whoever listens to it learns of the end there; what else is said to it goes nowhere, without an error."""
    ours, theirs = ends
    lines = Lines(ours, patience)
    lines.send(LONG)
    for _ in range(2):
        with pytest.raises(EOFError):
            list(lines.receive())
        lines.send("more")
    said = b""
    while piece := theirs.recv(1 << 20):
        said += piece
    assert b"\n" not in said  # half a message, and the end


def test_one_that_is_gone_is_no_error_yet(ends: tuple[socket.socket, socket.socket]) -> None:
    """It is told of where it is listened to."""
    ours, theirs = ends
    lines = Lines(ours, patience=1.0)
    theirs.close()
    lines.send("hello")
    with pytest.raises((EOFError, OSError)):
        list(lines.receive())


def test_what_fits_is_sent_without_patience(ends: tuple[socket.socket, socket.socket]) -> None:
    """As to readers, who are never given more than their socket keeps."""
    ours, theirs = ends
    Lines(ours).send(["id"] * 1000)
    assert ["id"] * 1000 == json.loads(whole(theirs))
