"""watcher.reader: what a reader process does, here without being one."""

import errno
import json
import os
from collections.abc import Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakes import BLANK, SEVEN

from watcher import reader
from watcher.errors import ModelError
from watcher.recognition.verdict import Verdict
from watcher.workers import _outcome

PURE = SimpleNamespace(read=lambda data: BLANK if not data else SEVEN, model=SimpleNamespace(name="net"))


@pytest.fixture
def pipe() -> Iterator[tuple[Connection, Connection]]:
    ours, theirs = Pipe()
    yield ours, theirs
    ours.close()
    theirs.close()


def served(pipe: tuple[Connection, Connection], work: Path, *batches: list[str]) -> list[Any]:
    """What it says to these batches, until the daemon is gone."""
    ours, theirs = pipe
    for batch in batches:
        ours.send_bytes(json.dumps(batch).encode())
    os.close(os.dup(ours.fileno()))
    done = SimpleNamespace(recv_bytes=_until_empty(theirs), send_bytes=theirs.send_bytes)
    with pytest.raises(EOFError):
        reader._serve(done, {"work": str(work), "max_bytes": 100})
    said = []
    while ours.poll():
        said.append(json.loads(ours.recv_bytes()))
    return said


def _until_empty(pipe: Connection):
    def recv_bytes() -> bytes:
        if not pipe.poll():
            raise EOFError
        return pipe.recv_bytes()

    return recv_bytes


def test_every_id_is_answered_with_verdict_and_identity(
    pipe: tuple[Connection, Connection], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says that it is ready, then answers in order; what goes over the pipe comes back as it was."""
    monkeypatch.setattr(reader, "_recogniser", lambda settings: PURE)
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "b").write_bytes(b"")
    ready, *answers = served(pipe, tmp_path, ["a", "b"], ["gone"])
    assert {"ready": "net"} == ready
    a, b, gone = (_outcome(entry) for answer in answers for entry in answer)
    assert ("a", SEVEN, "b", BLANK) == (a.id, a.verdict, b.id, b.verdict)
    found = (tmp_path / "a").stat()
    assert (found.st_ino, 1, found.st_mtime_ns) == (a.identity.ino, a.identity.size, a.identity.mtime_ns)
    assert (errno.ENOENT, "No such file or directory") == (gone.errno, gone.message)


def test_answers_do_not_wait_for_the_end_of_a_slow_batch(
    pipe: tuple[Connection, Connection], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every FLUSH_SECONDS what is done is said: the daemon sees that it lives, and rows appear."""
    clock = iter(range(100))
    monkeypatch.setattr(reader.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(reader, "_recogniser", lambda settings: PURE)
    _, *answers = served(pipe, tmp_path, ["a", "b", "c"])
    assert [1, 1, 1] == [len(answer) for answer in answers]


def test_a_model_that_cannot_be_loaded_is_said(
    pipe: tuple[Connection, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Message and hint, then it ends."""

    def refuse(settings: dict[str, Any]) -> None:
        raise ModelError("no model", hint="set it")

    monkeypatch.setattr(reader, "_recogniser", refuse)
    reader._serve(pipe[1], {})
    assert {"error": "no model", "hint": "set it"} == json.loads(pipe[0].recv_bytes())


def test_no_more_is_read_than_the_limit_needs(tmp_path: Path) -> None:
    """One byte more than allowed shows that it is too large; a two-gigabyte file costs no memory."""
    (tmp_path / "big").write_bytes(b"x" * 1000)
    assert 101 == len(reader._bytes_of(str(tmp_path / "big"), 100)[0])
    os.truncate(tmp_path / "big", 2 << 30)
    assert 101 == len(reader._bytes_of(str(tmp_path / "big"), 100)[0])


@pytest.mark.parametrize("make", [lambda path: os.symlink("/etc/hostname", path), os.mkfifo, os.mkdir])
def test_only_regular_files_are_read(tmp_path: Path, make) -> None:
    """A link is not followed, a FIFO not waited for."""
    make(tmp_path / "odd")
    entry = reader._answer(PURE, str(tmp_path / "odd"), 100, "odd")
    assert ("odd", None) == (entry[0], entry[1])
    assert entry[3] in (errno.ELOOP, errno.EINVAL, errno.EISDIR)


def test_the_specimen_is_a_readable_picture() -> None:
    """The picture that warms a reader up is decoded and normalised, not turned away at the door."""
    from watcher.recognition.decode import decode
    from watcher.recognition.normalise import normalise

    assert 255 == normalise(decode(reader._SPECIMEN)).digit.max()


def test_a_verdict_has_the_fields_that_go_over_the_pipe() -> None:
    """The order of the fields is the protocol."""
    assert Verdict.__slots__ == tuple(Verdict.__dataclass_fields__)
