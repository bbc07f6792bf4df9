"""An executor is killed in the middle of a batch, or a part of it, or the machine that it is on."""

import os
import signal
from collections.abc import Callable

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.process import wait_for
from tests.faults.injection import HOLD
from tests.spark.cluster import Cluster, command_of, parent_of
from tests.spark.clustered import Clustered


def drop_held(place: Clustered, count: int) -> list[str]:
    """So many pictures, of which the first one holds its reader until it may go on; the sha256 of each."""
    held = place.drop("0.png", png(0, HOLD))
    return [held, *(place.drop(f"{n}.png", png(n % 10, str(n))) for n in range(1, count))]


def kill_python_workers(cluster: Cluster) -> None:
    """Spark's own Python processes, which read for it: the JVMs live on."""
    executors = cluster.executors()
    for pid in cluster.processes():
        if b"pyspark.daemon" in command_of(pid) and parent_of(pid) not in executors:
            os.kill(pid, signal.SIGKILL)


def kill_readers(cluster: Cluster) -> None:
    """The processes that open pictures: Spark's own live on."""
    for pid in cluster.processes():
        if b"watcher.reader" in command_of(pid):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize(
    "kill",
    [Cluster.kill_executors, kill_python_workers, kill_readers, lambda cluster: cluster.stop_worker(0)],
    ids=["executors", "python-workers", "readers", "a-worker-with-its-executor"],
)
def test_what_it_had_in_hand_is_read_by_another(place: Clustered, kill: Callable[[Cluster], object]) -> None:
    """Killed while they read: every picture is read, none is blamed for it; the daemon and its driver live on."""
    place.configure(faulty=True, reading={"batch_size": 100})
    running = place.start()
    dropped = drop_held(place, 300)
    place.wait_until_held()
    drivers = running.readers()
    kill(place.cluster)
    place.let_go()
    wait_for(lambda: len(place.rows()) == 300, "300 rows")
    place.assert_all_ok(300)
    place.assert_conserved(dropped)
    assert drivers == running.readers()


def test_again_and_again(place: Clustered) -> None:
    """Executors that are killed as soon as some pictures were read: all are, in the end, each once."""
    place.configure(reading={"batch_size": 50})
    place.start()
    dropped = [place.drop(f"{n}.png", png(n % 10, str(n))) for n in range(600)]
    for share in range(1, 4):
        wait_for(lambda: len(place.rows()) >= share * 100, f"{share * 100} rows")  # noqa: B023  called here and now
        wait_for(place.cluster.kill_executors, "executors to kill")
    place.assert_conserved(dropped)
    place.assert_all_ok(600)
