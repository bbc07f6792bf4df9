"""A cluster on which nothing happens for more than the minute after which Spark ends its Python workers."""

import time

from tests.end_to_end.process import wait_for
from tests.spark.clustered import READER, Clustered

SECONDS = 75.0


def test_every_executor_has_a_reader_that_stays(warm: Clustered) -> None:
    """Begun before there is a picture for it, kept while there is none: a new one would take seconds to start."""

    def readers() -> list[int]:
        return warm.cluster.processes(READER)

    wait_for(lambda: {warm.cluster.worker_of(pid) for pid in readers()} == {0, 1}, "a reader on each executor")
    warm.assert_read(warm.drop_some("before", 50))
    before = readers()
    time.sleep(SECONDS)
    assert before == readers()
    warm.assert_read(warm.drop_some("after", 50))
    assert before == readers()
    assert "WARNING" not in warm.daemon.log()
