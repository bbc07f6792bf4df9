"""Kill -9 of what stands between the daemon and the cluster: Spark's driver, its JVM, and the daemon itself."""

import os
import signal

import pytest

from tests.end_to_end.process import wait_for
from tests.spark.clustered import DRIVER, JVM, Clustered


@pytest.mark.parametrize("what", [DRIVER, JVM], ids=["driver", "its-jvm"])
def test_the_daemon_begins_another_session(warm: Clustered, what: bytes) -> None:
    """The rest of the driver ends with it; what it had asked for is asked again, and each verdict counts once."""
    names = warm.drop_held(f"held-{len(warm.dropped)}", 150)
    old = warm.processes(DRIVER) + warm.processes(JVM)
    for pid in warm.processes(what):
        os.kill(pid, signal.SIGKILL)
    warm.let_go()
    warm.assert_read(names)
    wait_for(lambda: not set(old) & set(warm.processes()), "an end of the old driver")
    warm.wait_for_end_of_pause()
    assert warm.processes(DRIVER)
    assert warm.daemon


def test_all_ends_with_the_daemon_and_the_next_one_goes_on(warm: Clustered) -> None:
    """The daemon alone is killed: driver, JVM and executors end by themselves; the next start reads on."""
    names = warm.drop_held("last", 150)
    warm.daemon.process.kill()
    warm.running[-1].process.wait()
    wait_for(lambda: not warm.processes(), "an end of the driver")
    wait_for(lambda: not warm.cluster.executors(), "an end of the executors")
    warm.let_go()
    warm.once()
    warm.assert_read(names)
