"""Nobody reads the log, its disk is full, or it is closed: the work goes on."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place


def once(place: Place, stderr: int | None, *, closed: bool = False) -> int:
    """Read what is there, with this standard error; gives the exit code."""
    command = [sys.executable, "-m", "watcher", "run", "--once"]
    if closed:
        command = ["sh", "-c", 'exec "$@" 2>&-', "sh", *command]
    done = subprocess.run(command, cwd=place.root, stdin=subprocess.DEVNULL, stderr=stderr, timeout=60, check=False)
    return done.returncode


@pytest.fixture
def dropped(place: Place) -> list[str]:
    """More pictures than a pipe of a page has room for lines."""
    place.configure(log={"level": "debug"})
    return [place.drop(f"{number}.png", png(number)) for number in range(100)]


def test_nobody_reads_the_pipe(place: Place, dropped: list[str]) -> None:
    """It is full after some lines, and stays so."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    code = once(place, writing)
    os.close(reading)
    os.close(writing)
    assert code == 0
    place.assert_conserved(dropped)


def test_whoever_read_the_pipe_has_gone(place: Place, dropped: list[str]) -> None:
    """As where `2>&1 | head` has seen enough."""
    reading, writing = os.pipe()
    os.close(reading)
    code = once(place, writing)
    os.close(writing)
    assert code == 0
    place.assert_conserved(dropped)


def test_the_disk_of_the_log_is_full(place: Place, dropped: list[str]) -> None:
    """Another one than those of the folders."""
    with Path("/dev/full").open("wb") as full:
        assert once(place, full.fileno()) == 0
    place.assert_conserved(dropped)


def test_standard_error_is_closed(place: Place, dropped: list[str]) -> None:
    """Its number goes to no file of ours: neither to a results file nor to the ledger is a log written."""
    assert once(place, None, closed=True) == 0
    place.assert_conserved(dropped)
