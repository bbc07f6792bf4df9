"""watcher.spark.diagnosis: what Spark's log knows of a session, or of executors, that do not come."""

import pytest

from watcher.spark.diagnosis import no_executor, no_session

MASTER, DRIVER = "spark://head:7077", "desk:40000"
APP = "app-20261122141133-0000"
ADDED = (
    f"2026-11-22T14:11:00.920Z INFO StandaloneAppClient$ClientEndpoint: Executor added: {APP}/%d on worker-1 with 1\n"
)
RUNNING = (
    f"2026-11-22T14:11:01.084Z INFO StandaloneAppClient$ClientEndpoint: Executor updated: {APP}/%d is now RUNNING\n"
)
ENDED = f"2026-11-22T14:11:52.865Z INFO StandaloneAppClient$ClientEndpoint: Executor updated: {APP}/%d is now %s\n"
KILLED = "2026-11-22T14:22:39.579Z ERROR StandaloneSchedulerBackend: Application has been killed. Reason: %s\n"


def test_without_an_executor_workers_are_asked_after() -> None:
    """None was started: the cluster has no room, or nobody to start it."""
    error = no_executor(MASTER, 60.0, DRIVER, "2026-11-22T14:11:00.681Z INFO Connecting to master\n")
    assert f"no executor has come within 60 s from {MASTER}" == str(error)
    assert "cores and memory to spare" in error.hint
    assert DRIVER not in error.hint


@pytest.mark.parametrize("master", ["yarn", "k8s://https://head:6443"])
def test_clusters_that_tell_nothing_may_have_started_some(master: str) -> None:
    """So the address is told for all cases."""
    assert DRIVER in no_executor(master, 60.0, DRIVER, "").hint


def test_executors_that_do_not_get_through_are_counted() -> None:
    """They were started, and run, and nothing is heard of them: it is the way here."""
    log = "".join(ADDED % number + RUNNING % number for number in range(2))
    error = no_executor(MASTER, 20.0, DRIVER, log)
    assert f"no executor has come within 20 s from {MASTER}: 2 started there, none got through to {DRIVER}" == str(
        error
    )
    assert f"must reach {DRIVER}" in error.hint


@pytest.mark.parametrize("state", ["EXITED", "FAILED", "LOST", "KILLED"])
def test_executors_that_end_say_how(state: str) -> None:
    """The last word of the last one."""
    ends = [f"{state} (Command exited with code 1)", f"{state} (worker lost (gone))"]
    log = "".join(ADDED % number + RUNNING % number + ENDED % (number, end) for number, end in enumerate(ends))
    error = no_executor(MASTER, 20.0, DRIVER, log)
    assert str(error).endswith(": 2 started there, the last one that ended: worker lost (gone)")


def test_a_cluster_that_does_not_take_us_says_why() -> None:
    """Spark itself raises whatever its first use of a dead session gives."""
    error = no_session(
        MASTER, KILLED % "Master removed our application: FAILED" + KILLED % "All masters are unresponsive! Giving up."
    )
    assert f"the Spark cluster at {MASTER} does not take us: All masters are unresponsive" == str(error)
    assert "secret" in error.hint


def test_what_the_log_does_not_tell_is_left_to_spark() -> None:
    """Its own error is all there is."""
    assert no_session(MASTER, ADDED % 0) is None
    assert no_session(MASTER, "") is None
