"""A picture that ends or hangs what reads it on an executor: its reader alone, or the executor's JVM with it."""

import pytest

from tests.end_to_end.pictures import png
from tests.faults.injection import CRASH, HANG, KILL
from tests.spark.clustered import Clustered

ATTEMPTS = 2


def drop_around(place: Clustered, word: str, count: int) -> tuple[list[str], list[str]]:
    """Good pictures, and `bad.png` in their middle with the word in it; sha256 of all."""
    half = count // 2
    first = [place.drop(f"a{n}.png", png(n % 10, f"before {n}")) for n in range(half)]
    bad = place.drop("bad.png", png(7, word))
    return [*first, bad], [place.drop(f"c{n}.png", png(n % 10, f"behind {n}")) for n in range(half)]


def assert_found(place: Clustered, reason: str) -> None:
    """`bad.png` alone is rejected, for that reason and after its attempts."""
    row = place.wait_for_row("bad.png")
    assert ("unreadable", reason, "") == (row["status"], row["reason"], row["prediction"])
    assert row["archived_to"].startswith("rejected/")
    said = (place.outbox / (row["archived_to"] + ".reason.txt")).read_text(encoding="utf-8")
    assert f"in {ATTEMPTS} attempts" in said
    assert {"ok"} == {row["status"] for row in place.rows() if row["file"] != "bad.png"}


@pytest.mark.parametrize(("word", "reason"), [(CRASH, "crashed_reader"), (HANG, "timed_out")])
def test_one_that_ends_or_hangs_its_reader_costs_no_executor(place: Clustered, word: str, reason: str) -> None:
    """Tried again alone, then rejected, as on one machine; the others are read, by the same executors as before."""
    place.configure(faulty=True, reading={"seconds_per_picture": 2.0, "max_attempts": ATTEMPTS})
    running = place.start()
    executors = place.cluster.executors()
    first, second = drop_around(place, word, 40)
    place.assert_conserved([*first, *second])
    assert_found(place, reason)
    assert executors == place.cluster.executors()
    assert running.process.poll() is None


def test_one_that_kills_its_executor_is_found_and_rejected_alone(place: Clustered) -> None:
    """However many others were asked for with it: each of them is read, by executors that the cluster starts anew."""
    place.configure(faulty=True, reading={"max_attempts": ATTEMPTS})
    running = place.start()
    first, second = drop_around(place, KILL, 60)
    place.assert_conserved([*first, *second])
    assert_found(place, "crashed_reader")
    after = place.drop("after.png", png(3, "after"))
    assert "3" == place.wait_for_row("after.png")["prediction"]
    place.assert_conserved([*first, *second, after])
    assert running.process.poll() is None


def test_two_of_them_at_once(place: Clustered) -> None:
    """Neither shields the other, and no neighbour is blamed."""
    place.configure(faulty=True, reading={"max_attempts": 1})
    dropped = [place.drop(f"{n}.png", png(n % 10, f"{KILL if n in (3, 9) else 'good'} {n}")) for n in range(12)]
    place.once(seconds=120)
    assert {"3.png", "9.png"} == {row["file"] for row in place.rows() if row["reason"] == "crashed_reader"}
    assert 10 == sum(row["status"] == "ok" for row in place.rows())
    place.assert_conserved(dropped)
