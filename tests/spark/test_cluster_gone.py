"""The whole cluster is gone, or its master, and comes back; or it never was there."""

from tests.end_to_end.pictures import png
from tests.end_to_end.process import wait_for
from tests.faults.injection import HOLD
from tests.spark.clustered import Clustered

IMPATIENT = {"patience_seconds": 4.0}


def test_it_pauses_until_the_cluster_is_back(place: Clustered) -> None:
    """Killed in the middle of a batch: status says so, nothing is rejected, work goes on by itself once it is back."""
    place.configure(faulty=True, spark=IMPATIENT)
    running = place.start()
    dropped = [place.drop(f"{n}.png", png(n % 10, HOLD if n == 0 else str(n))) for n in range(200)]
    place.wait_until_held()
    place.cluster.stop()
    place.let_go()
    trouble = place.wait_for_pause()
    assert place.cluster.master in trouble or "executor" in trouble, trouble
    assert place.status()["hint"]
    rows = len(place.rows())
    dropped.append(place.drop("meanwhile.png", png(7)))
    place.cluster.start()
    assert place.wait_for_row("meanwhile.png")["prediction"] == "7"
    assert rows < 201
    place.assert_conserved(dropped)
    place.assert_all_ok(201)
    wait_for(lambda: place.status().get("state") == "running", "running")
    assert running.process.poll() is None


def test_a_master_that_is_gone_for_a_while_is_not_missed(place: Clustered) -> None:
    """Executors read on without it; it comes back and knows nothing of us, and when they end, others are had."""
    place.configure(spark=IMPATIENT)
    running = place.start()
    dropped = [place.drop("before.png", png(1))]
    place.wait_for_row("before.png")
    place.cluster.stop_master()
    dropped.append(place.drop("without.png", png(2)))
    place.wait_for_row("without.png")
    place.cluster.start()
    dropped.append(place.drop("with.png", png(3)))
    place.wait_for_row("with.png")
    place.cluster.kill_executors()
    dropped.append(place.drop("behind.png", png(4)))
    place.wait_for_row("behind.png")
    place.assert_conserved(dropped)
    place.assert_all_ok(4)
    assert running.process.poll() is None


def test_where_it_is_not_there_at_the_start_that_is_said(place: Clustered) -> None:
    """Exit code 4, the master's address and what to do; the picture stays where it is."""
    place.configure(spark={"master": "spark://127.0.0.1:9", "patience_seconds": 3.0})
    place.drop("a.png", png(1))
    done = place.command("run", "--once")
    assert done.returncode == 4, done.stderr
    assert "spark://127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
    assert (place.inbox / "a.png").exists()
    assert place.rows() == []
