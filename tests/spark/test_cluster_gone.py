"""The whole cluster is gone, or its master, and comes back; or it never was there."""

from typing import Any

import pytest

from tests.end_to_end.pictures import png
from tests.spark.clustered import Clustered


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    """Little patience."""
    return {"spark": {"patience_seconds": 4.0}}


def test_a_master_that_is_gone_for_a_while_is_not_missed(warm: Clustered) -> None:
    """Executors read on without it; it comes back and knows nothing of us, and when they end, others are had."""
    warm.cluster.stop_master()
    warm.assert_read(warm.drop_some("without", 5))
    warm.cluster.start()
    warm.assert_read(warm.drop_some("with", 5))
    warm.cluster.kill_executors()
    warm.assert_read(warm.drop_some("behind", 5))
    assert warm.daemon


def test_it_pauses_until_the_cluster_is_back(warm: Clustered) -> None:
    """Killed in the middle of a batch: status says so, nothing is rejected, work goes on by itself once it is back."""
    warm.wait_for_end_of_pause()
    names = warm.drop_held("held", 200)
    warm.cluster.stop()
    warm.let_go()
    trouble = warm.wait_for_pause()
    assert "executor" in trouble or warm.cluster.master in trouble, trouble
    names += warm.drop_some("meanwhile", 5)
    warm.cluster.start()
    warm.assert_read(names)
    warm.wait_for_end_of_pause()
    assert warm.daemon


def test_where_it_is_not_there_at_the_start_that_is_said(place: Clustered) -> None:
    """Exit code 4, the master's address and what to do; the picture stays where it is."""
    place.configure(spark={"master": "spark://127.0.0.1:9", "patience_seconds": 3.0})
    place.drop("a.png", png(1))
    done = place.command("run", "--once")
    assert done.returncode == 4, done.stderr
    assert "spark://127.0.0.1:9" in done.stderr
    assert "`spark.master`" in done.stderr
    assert "Traceback" not in done.stderr
    assert (place.inbox / "a.png").exists()
    assert [] == place.rows()
