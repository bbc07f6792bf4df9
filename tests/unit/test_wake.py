"""watcher.wake: the loop's wait ends when there is something to do."""

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from watcher.wake import Wake

FOREVER = float("inf")  # a test that hangs here has failed


@pytest.fixture
def wake() -> Iterator[Wake]:
    made = Wake()
    yield made
    made.close()


def test_a_wake_before_the_wait_counts(wake: Wake) -> None:
    """Nothing falls between looking and waiting; many wakes are one."""
    for _ in range(100_000):
        wake.set()
    wake.wait([], FOREVER)
    wake.wait([], 0.0)


def test_nothing_ends_a_rest(wake: Wake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even being awake already; the wait comes behind it."""
    rests = list[float]()
    monkeypatch.setattr(time, "sleep", rests.append)
    wake.set()
    wake.wait([], FOREVER, rest=0.25)
    assert [0.25] == rests


def test_another_thread_wakes(wake: Wake) -> None:
    """As the observer's threads do."""
    threading.Thread(target=wake.set).start()
    wake.wait([], FOREVER)


def test_a_readable_pipe_wakes(wake: Wake) -> None:
    """As an answer of a reader does."""
    reader, writer = os.pipe()
    os.write(writer, b"x")
    wake.wait([reader], FOREVER)
    os.close(reader)
    os.close(writer)


def test_a_signal_wakes(wake: Wake) -> None:
    """Whose handler only sets a flag."""
    seen: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, _: seen.append(number))
    wake.on_signals()
    signal.raise_signal(signal.SIGUSR1)
    wake.wait([], FOREVER)
    signal.signal(signal.SIGUSR1, before)
    assert [signal.SIGUSR1] == seen


def test_time_runs_out(wake: Wake) -> None:
    """A wait that is due, or overdue, ends at once."""
    wake.wait([], 0.0)
    wake.wait([], -1.0)
