"""An executor is killed in the middle of a batch, or a part of it, or the machine that it is on."""

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from tests.end_to_end.process import wait_for
from tests.spark.clustered import DRIVER, Clustered


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    """Several batches, so that some are in hand and some wait; and Spark looks sooner for executors that are silent."""
    silence = {
        "spark.network.timeout": "12s", "spark.network.timeoutInterval": "3s", "spark.executor.heartbeatInterval": "2s",
    }  # fmt: skip
    return {"reading": {"batch_size": 50}, "properties": silence}


def kill(place: Clustered, word: bytes) -> None:
    """All with this in their command: of an executor, its JVM lives on."""
    for pid in place.cluster.processes(word):
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize(
    "kill",
    [
        lambda place: kill(place, b"watcher.reader"),
        lambda place: kill(place, b"pyspark.daemon"),
        lambda place: place.cluster.kill_executors(),
        lambda place: place.cluster.stop_worker(place.cluster.worker_of(place.holder())),
    ],
    ids=["readers", "python-workers", "executors", "a-worker-with-its-executor"],
)
def test_what_it_had_in_hand_is_read_by_another(warm: Clustered, kill: Callable[[Clustered], object]) -> None:
    """Killed while they read: every picture is read, none is blamed for it; the session goes on."""
    drivers = warm.processes(DRIVER)
    names = warm.drop_held(f"held-{len(warm.dropped)}", 200)
    kill(warm)
    warm.let_go()
    warm.assert_read(names)
    assert drivers == warm.processes(DRIVER)


def test_one_that_hangs_is_given_up(warm: Clustered) -> None:
    """Its machine froze, or was cut off from the network: Spark waits for its heartbeat, and others read then."""
    names = warm.drop_held("frozen", 100)
    for pid in warm.cluster.executors():
        os.kill(pid, signal.SIGSTOP)
    warm.let_go()
    warm.assert_read(names)


def test_again_and_again(warm: Clustered) -> None:
    """Executors that are killed as soon as some pictures were read: all are, in the end, each once."""
    before = len(warm.rows())
    names = warm.drop_some("again", 600)
    for share in (1, 2):
        wait_for(lambda: len(warm.rows()) >= before + share * 100, f"{share * 100} rows")  # noqa: B023  called at once
        wait_for(warm.cluster.kill_executors, "executors to kill")
    warm.assert_read(names)
