"""Asked to end while executors read; a daemon that reads on its own machine goes on from there."""

import signal

from tests.end_to_end.process import wait_for
from tests.spark.clustered import Clustered


def read_the_rest_here(place: Clustered) -> None:
    """The next start, with the other engine: what one has claimed the other reads."""
    place.configure(engine="local")
    place.once()
    place.assert_conserved(place.dropped)


def test_what_is_claimed_is_finished_and_what_is_not_stays(place: Clustered) -> None:
    """Exit code 0, every claimed picture in its place, the others in the inbox for the next start."""
    place.configure(reading={"batch_size": 16})
    names = place.drop_some("some", 600)
    running = place.start()
    place.wait_for_some_rows()
    assert 0 == running.stop(), running.log()
    assert [] == place.in_work()
    left = len(list(place.inbox.glob("*.png")))
    assert len(names) == len(place.rows()) + left
    assert "stopped" == place.status()["state"]
    read_the_rest_here(place)


def test_a_second_signal_ends_it_now(place: Clustered) -> None:
    """The first waits for a picture that takes long; the second does not, nor does anything of Spark stay behind."""
    place.configure(faulty=True)
    running = place.start()
    place.drop_held("held", 1)
    running.process.send_signal(signal.SIGTERM)
    wait_for(lambda: place.status().get("state") == "stopping", "stopping in status.json")
    assert running.process.poll() is None
    running.process.send_signal(signal.SIGTERM)
    assert 130 == running.process.wait(60)
    wait_for(lambda: not place.processes(), "an end of the driver")
    assert 1 == len(place.in_work())
    read_the_rest_here(place)
