"""Kill -9 of what stands between the daemon and the cluster: Spark's driver, its JVM, and the daemon itself."""

import os
import signal

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.process import wait_for
from tests.faults.injection import HOLD
from tests.spark.clustered import DRIVER, JVM, Clustered


def drop_held(place: Clustered) -> list[str]:
    """Pictures of which one holds its reader: what is killed now is killed in the middle of a batch."""
    dropped = [place.drop(f"{n}.png", png(n % 10, HOLD if n == 0 else str(n))) for n in range(150)]
    place.wait_until_held()
    return dropped


@pytest.mark.parametrize("what", [DRIVER, JVM], ids=["driver", "its-jvm"])
def test_the_daemon_begins_another_session(place: Clustered, what: bytes) -> None:
    """The rest of the driver ends with it; what it had asked for is asked again, and each verdict counts once."""
    place.configure(faulty=True)
    running = place.start()
    dropped = drop_held(place)
    old = place.processes(DRIVER) + place.processes(JVM)
    assert len(old) >= 2
    for pid in place.processes(what):
        os.kill(pid, signal.SIGKILL)
    place.let_go()
    place.assert_conserved(dropped)
    place.assert_all_ok(150)
    wait_for(lambda: not set(old) & set(place.processes()), "an end of the old driver")
    assert running.process.poll() is None
    wait_for(lambda: place.status().get("state") == "running", "running")
    assert running.stop() == 0


def test_all_ends_with_the_daemon_and_the_next_one_goes_on(place: Clustered) -> None:
    """The daemon alone is killed: driver, JVM and executors end by themselves; the next start reads the rest."""
    place.configure(faulty=True)
    running = place.start()
    dropped = drop_held(place)
    running.process.kill()
    running.process.wait()
    wait_for(lambda: not place.processes(), "an end of the driver")
    wait_for(lambda: not place.cluster.executors(), "an end of the executors")
    place.let_go()
    place.once()
    place.assert_conserved(dropped)
    place.assert_all_ok(150)
