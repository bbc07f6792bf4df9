"""watcher.syncing: what was read is recorded once it is on disk, and the loop does not wait for that."""

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

import pytest
from fakes import SEVEN, claim

from watcher import syncing as module
from watcher.syncing import Syncing


class ByHand(Executor):
    """Keeps what is submitted; `end` says that it has ended."""

    def __init__(self) -> None:
        self.running = list[Future[Any]]()

    def submit(self, do: Callable[..., Any], /, *arguments: Any, **options: Any) -> "Future[Any]":
        self.running.append(Future())
        return self.running[-1]

    def end(self, error: OSError | None = None) -> None:
        running = self.running.pop()
        running.set_exception(error) if error else running.set_result(None)


@pytest.fixture(autouse=True)
def none_is_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that one result stands for many."""
    monkeypatch.setattr(module, "FEW", 0)


def result(number: int) -> Any:
    return claim(number), SEVEN


def test_a_result_waits_for_a_sync_that_began_after_it_was_read() -> None:
    """One that comes while the disk is busy waits for the next sync; the end of each wakes the loop."""
    disk, woken = ByHand(), list[str]()
    syncing = Syncing(lambda: None, disk, lambda: woken.append("!"))
    syncing.add([result(1)])
    assert [] == syncing.ended()
    syncing.add([result(2)])
    assert ([], 2, 1) == (syncing.ended(), len(syncing), len(disk.running))
    disk.end()
    assert ["!"] == woken
    assert [result(1)] == syncing.ended()
    assert (1, 1) == (len(syncing), len(disk.running))
    disk.end()
    assert [result(2)] == syncing.ended()
    assert (0, []) == (len(syncing), disk.running)


def test_nothing_is_recorded_after_a_sync_that_failed() -> None:
    """Its error is the loop's, once; what it was for is left to the recovery, with what came meanwhile."""
    disk = ByHand()
    syncing = Syncing(lambda: None, disk, lambda: None)
    syncing.add([result(1)])
    syncing.ended()
    syncing.add([result(2)])
    disk.end(OSError(5, "Input/output error"))
    with pytest.raises(OSError, match="Input/output error"):
        syncing.ended()
    syncing.forget()
    assert ([], 0, []) == (syncing.ended(), len(syncing), disk.running)
    syncing.add([result(3)])
    syncing.ended()
    disk.end()
    assert [result(3)] == syncing.ended()


def test_what_was_forgotten_stays_so_when_its_sync_ends() -> None:
    """A sync that hung through a pause comes back later."""
    disk = ByHand()
    syncing = Syncing(lambda: None, disk, lambda: None)
    syncing.add([result(1)])
    syncing.ended()
    syncing.forget()
    disk.end()
    assert [] == syncing.ended()


def test_few_results_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the same turn: a fresh picture has its row sooner. Nobody needs to be woken for that."""
    monkeypatch.setattr(module, "FEW", 1)
    woken = list[str]()
    with ThreadPoolExecutor(1) as threads:
        syncing = Syncing(lambda: None, threads, lambda: woken.append("!"))
        syncing.add([result(1)])
        assert [result(1)] == syncing.ended()
    assert [] == woken
