"""A cluster on which nothing happens for more than the minute after which Spark ends its Python workers."""

import time

from tests.spark.clustered import Clustered
from tests.spark.processes import command_of
from tests.spark.test_reading import READER

SECONDS = 75.0


def readers(place: Clustered) -> set[int]:
    """Their pids, on all executors."""
    return {pid for pid in place.cluster.processes() if READER in command_of(pid)}


def test_the_next_picture_finds_the_same_readers(warm: Clustered) -> None:
    """They are kept: a new one would take a second to start."""
    warm.assert_read(warm.drop_some("before", 50))
    before = readers(warm)
    time.sleep(SECONDS)
    assert before == readers(warm)
    assert before
    warm.assert_read(warm.drop_some("after", 50))
    assert before == readers(warm)
    assert "WARNING" not in warm.daemon.log()
