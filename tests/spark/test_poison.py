"""A picture that ends or hangs what reads it on an executor: its reader alone, or the executor's JVM with it."""

from typing import Any

import pytest

from tests.end_to_end.pictures import png
from tests.faults.injection import CRASH, HANG, KILL
from tests.spark.clustered import DRIVER, Clustered

ATTEMPTS = 2


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    """Few attempts, as each of them costs an executor."""
    return {"reading": {"seconds_per_picture": 2.0, "max_attempts": ATTEMPTS}}


def assert_found(place: Clustered, bad: str, reason: str) -> None:
    """It is rejected, for that reason and after its attempts."""
    row = place.wait_for_row(bad)
    assert ("unreadable", reason, "") == (row["status"], row["reason"], row["prediction"])
    assert row["archived_to"].startswith("rejected/")
    said = (place.outbox / (row["archived_to"] + ".reason.txt")).read_text(encoding="utf-8")
    assert f"in {ATTEMPTS} attempts" in said


@pytest.mark.parametrize(("word", "reason"), [(CRASH, "crashed_reader"), (HANG, "timed_out")])
def test_one_that_ends_or_hangs_its_reader_costs_no_executor(warm: Clustered, word: str, reason: str) -> None:
    """Tried again alone, then rejected, as on one machine; the others are read, by the same executors as before."""
    executors = warm.cluster.executors()
    names = warm.drop_some(f"before {reason}", 20)
    warm.drop(f"{reason}.png", png(7, word))
    names += warm.drop_some(f"behind {reason}", 20)
    warm.assert_read(names)
    assert_found(warm, f"{reason}.png", reason)
    assert executors == warm.cluster.executors()


def test_those_that_kill_their_executor_are_found_and_rejected_alone(warm: Clustered) -> None:
    """Two at once, however many others were asked for with them: each of the others is read; the session goes on."""
    drivers = warm.processes(DRIVER)
    names = warm.drop_some("before", 10)
    warm.drop("first.png", png(7, f"{KILL} first"))
    names += warm.drop_some("between", 10)
    warm.drop("second.png", png(8, f"{KILL} second"))
    names += warm.drop_some("behind", 10)
    warm.assert_read(names)
    for bad in ("first.png", "second.png"):
        assert_found(warm, bad, "crashed_reader")
    warm.assert_read(warm.drop_some("after", 5))
    assert drivers == warm.processes(DRIVER)
