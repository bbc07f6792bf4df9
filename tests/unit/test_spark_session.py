"""watcher.spark.session: the process that holds the cluster: how it is told, heard and ended. It is played."""

import json
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from played_session import settings

from watcher.spark import session as module
from watcher.spark.session import STOP_SECONDS, Session
from watcher.spark.words import Done


class Process:
    """One that goes when it is asked to, or only by force."""

    goes = True

    def __init__(self) -> None:
        self.killed, self.waits = False, list[float]()

    def wait(self, seconds: float) -> int:
        self.waits.append(seconds)
        if not (self.goes or self.killed):
            raise subprocess.TimeoutExpired("driver", seconds)
        return 0

    def kill(self) -> None:
        self.killed = True


class Started:
    """A session, and the driver's end of its socket."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.process, self.told = Process(), list[Any]()
        ours, self.driver = socket.socketpair()

        def start_child(*told: Any) -> tuple[Process, socket.socket]:
            self.told += told
            return self.process, ours

        monkeypatch.setattr(module, "start_child", start_child)
        self.session = Session(settings(folder, properties="/etc/spark.conf"))


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Started]:
    """A session whose process is played."""
    started = Started(tmp_path, monkeypatch)
    yield started
    started.session.close()
    started.driver.close()


def test_the_driver_is_told_all_settings_and_given_the_model(started: Started) -> None:
    """As its argument, which is JSON; secrets stand in a file of which it hears the name."""
    name, told, inherited = started.told
    assert ("watcher.spark.driver", [3]) == (name, inherited)
    assert json.loads(json.dumps(told)) == told
    assert ("spark://there:7077", "/etc/spark.conf", 3) == (told["master"], told["properties"], told["model"])


def test_jobs_go_out_and_words_come_in_as_lines(started: Started) -> None:
    """Whatever has come, and no more; the end of the driver is one of the session."""
    started.session.ask(4, "mark", [["a"], ["b", "c"]])
    line = started.driver.recv(1000)
    assert line.endswith(b"\n")
    assert {"job": 4, "mark": "mark", "parts": [["a"], ["b", "c"]]} == json.loads(line)
    started.driver.send(b'{"done":4}\n[]\n{"do')
    assert [Done(done=4), []] == list(started.session.words())
    assert [] == list(started.session.words())
    started.driver.send(b'ne":5}\n')
    assert [Done(done=5)] == list(started.session.words())
    started.driver.close()
    with pytest.raises(EOFError):
        list(started.session.words())


def test_a_large_job_is_told_whole(started: Started) -> None:
    """More than a socket keeps: the driver takes it as it comes."""

    def whole() -> bytes:
        said, piece = b"", b" "
        while piece and not said.endswith(b"\n"):
            said += (piece := started.driver.recv(1 << 16))
        return said

    ids = [str(number) for number in range(200_000)]
    with ThreadPoolExecutor(1) as executor:
        said = executor.submit(whole)
        started.session.ask(1, "mark", [ids])
        assert [ids] == json.loads(said.result())["parts"]


def test_nonsense_is_told_by_an_error(started: Started) -> None:
    """What came before it was said."""
    started.driver.send(b'{"done":4}\nnonsense\n')
    words = started.session.words()
    assert Done(done=4) == next(words)
    with pytest.raises(ValueError, match="validation error"):
        next(words)


@pytest.mark.parametrize("goes", [True, False])
def test_a_driver_that_is_to_end_may_sign_off_but_not_for_long(started: Started, goes: bool) -> None:
    """It hears of it by the end of its socket; one that hangs is killed."""
    started.process.goes = goes
    started.session.close()
    assert b"" == started.driver.recv(1)
    assert STOP_SECONDS == started.process.waits[0]
    assert started.process.killed
