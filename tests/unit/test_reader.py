"""watcher.reader: what a reader process does, here without being one."""

import errno
import json
import os
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakes import BLANK

from watcher import reader
from watcher.answers import Ready, Refused, read_answers, read_greeting
from watcher.errors import ModelError
from watcher.limits import OUT_OF_MEMORY
from watcher.reader import ASK_ANOTHER, Reading, bytes_of
from watcher.recognition.verdict import Status, Verdict

SEVEN = Verdict(Status.OK, "ab" * 32, None, "7", 0.91, "0", 0.01, (*(0.01,) * 7, 0.91, 0.01, 0.01), 28, 28)
LIMITS = SimpleNamespace(memory=1)
PURE = SimpleNamespace(
    read_all=lambda files: (SEVEN if data else BLANK for data in files),
    model=SimpleNamespace(name="net"),
    limits=LIMITS,
)


class Ended(BaseException):
    """What os._exit is here."""


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits would stay with the process that runs the tests."""
    for name in ("limit_process", "limit_time", "confine_to"):
        monkeypatch.setattr(reader, name, lambda _: None)

    def ended(code: int) -> None:
        raise Ended(code)

    monkeypatch.setattr(os, "_exit", ended)


def served(work: Path, *batches: list[str]) -> list[bytes]:
    """The lines that it says to these batches, until the daemon is gone."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for batch in batches:
            ours.sendall(json.dumps(batch).encode() + b"\n")
        ours.shutdown(socket.SHUT_WR)
        reader._serve(theirs, {"work": str(work), "max_bytes": 100, "seconds_per_picture": 1.0})
        theirs.shutdown(socket.SHUT_WR)
        with ours.makefile("rb") as lines:
            return lines.readlines()


def test_every_id_is_answered_with_verdict_and_identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says that it is ready, then answers in order; what goes over the socket comes back as it was."""
    monkeypatch.setattr(reader, "_recogniser", lambda settings: (PURE, "38"))
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "b").write_bytes(b"")
    ready, *answers = served(tmp_path, ["a", "b"], ["gone"])
    assert Ready(ready="net", misread="38") == read_greeting(ready)
    a, b, gone = (outcome for answer in answers for outcome in read_answers(answer))
    assert ("a", SEVEN, "b", BLANK) == (a.id, a.verdict, b.id, b.verdict)
    found = (tmp_path / "a").stat()
    assert (found.st_ino, 1, found.st_mtime_ns) == (a.identity.ino, a.identity.size, a.identity.mtime_ns)
    assert (errno.ENOENT, "No such file or directory") == (gone.errno, gone.message)


def test_answers_do_not_wait_for_the_end_of_a_slow_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every FLUSH_SECONDS what is done is said: the daemon sees that it lives, and rows appear."""
    clock = iter(range(100))
    monkeypatch.setattr(reader.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(reader, "_recogniser", lambda settings: (PURE, ""))
    _, *answers = served(tmp_path, ["a", "b", "c"])
    assert [1, 1, 1] == [len(json.loads(answer)) for answer in answers]


def test_a_model_that_cannot_be_loaded_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Message and hint, then it ends."""

    def refuse(settings: dict[str, Any]) -> None:
        raise ModelError("no model", hint="set it")

    monkeypatch.setattr(reader, "_recogniser", refuse)
    (line,) = served(tmp_path)
    assert Refused(error="no model", hint="set it") == read_greeting(line)


@pytest.mark.parametrize("error", [MemoryError(), type("error", (Exception,), {"code": -4})()])
def test_want_of_memory_ends_the_process(tmp_path: Path, error: Exception) -> None:
    """Numpy's and OpenCV's. Over the first picture it is the picture's doing; later others may have left something."""

    def full(files: Iterable[bytes]) -> Iterator[Verdict]:
        for data in files:
            if data == b"much":
                raise error
            yield SEVEN

    (tmp_path / "little").write_bytes(b"little")
    (tmp_path / "much").write_bytes(b"much")
    reading = Reading(SimpleNamespace(read_all=full), str(tmp_path), 100, 1.0)
    with pytest.raises(Ended, match=str(OUT_OF_MEMORY)):
        list(reading.answers(["much"]))
    list(reading.answers(["little"]))
    with pytest.raises(Ended, match=str(ASK_ANOTHER)):
        list(reading.answers(["much"]))


def test_a_bug_is_no_want_of_memory(tmp_path: Path) -> None:
    """Any other error ends the process with its traceback."""
    (tmp_path / "a").write_bytes(b"x")

    def wrong(files: Iterable[bytes]) -> Iterator[Verdict]:
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        list(Reading(SimpleNamespace(read_all=wrong), str(tmp_path), 100, 1.0).answers(["a"]))


def test_no_more_is_read_than_the_limit_needs(tmp_path: Path) -> None:
    """One byte more than allowed shows that it is too large; a two-gigabyte file costs no memory."""
    (tmp_path / "big").write_bytes(b"x" * 1000)
    assert 101 == len(bytes_of(str(tmp_path / "big"), 100)[0])
    os.truncate(tmp_path / "big", 2 << 30)
    assert 101 == len(bytes_of(str(tmp_path / "big"), 100)[0])


@pytest.mark.parametrize("make", [lambda path: os.symlink("/etc/hostname", path), os.mkfifo, os.mkdir])
def test_only_regular_files_are_read(tmp_path: Path, make) -> None:
    """A link is not followed, a FIFO not waited for."""
    make(tmp_path / "odd")
    (entry,) = Reading(PURE, str(tmp_path), 100, 1.0).answers(["odd"])
    assert "odd" == entry[0]
    assert entry[1] in (errno.ELOOP, errno.EINVAL, errno.EISDIR)


def test_few_bytes_are_held_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read until they are many bytes together; then these are recognised before the next are read."""
    monkeypatch.setattr(reader, "BYTES_AT_ONCE", 10)
    for name in "abcde":
        (tmp_path / name).write_bytes(b"x" * 6)
    together = []

    def counting(files: Iterable[bytes]) -> Iterator[Verdict]:
        together.append(len(found := list(files)))
        return (SEVEN for _ in found)

    answers = Reading(SimpleNamespace(read_all=counting), str(tmp_path), 100, 1.0).answers([*"abxcde"])
    assert [*"abxcde"] == [answer[0] for answer in answers]
    assert [2, 2, 1] == together
