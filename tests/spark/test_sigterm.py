"""Asked to end while executors read."""

import signal

from tests.end_to_end.pictures import png
from tests.end_to_end.process import wait_for
from tests.faults.injection import HOLD
from tests.spark.clustered import Clustered


def test_what_is_claimed_is_finished_and_what_is_not_stays(place: Clustered) -> None:
    """Exit code 0, every claimed picture in its place, the others in the inbox for the next start."""
    place.configure(reading={"batch_size": 16})
    dropped = [place.drop(f"{n}.png", png(n % 10, str(n))) for n in range(600)]
    running = place.start()
    place.wait_for_some_rows()
    assert running.stop() == 0, running.log()
    assert [] == place.in_work()
    left = len(list(place.inbox.glob("*.png")))
    assert 600 == len(place.rows()) + left
    assert "stopped" == place.status()["state"]
    place.once()
    place.assert_conserved(dropped)


def test_a_second_signal_ends_it_now(place: Clustered) -> None:
    """The first waits for a picture that takes long; the second does not, nor does anything of Spark stay behind."""
    place.configure(faulty=True)
    running = place.start()
    dropped = [place.drop("x.png", png(1, HOLD))]
    place.wait_until_held()
    running.process.send_signal(signal.SIGTERM)
    wait_for(lambda: place.status().get("state") == "stopping", "stopping in status.json")
    assert running.process.poll() is None
    running.process.send_signal(signal.SIGTERM)
    assert 130 == running.process.wait(60)
    wait_for(lambda: not place.processes(), "an end of the driver")
    assert 1 == len(place.in_work())
    place.let_go()
    place.once()
    place.assert_conserved(dropped)
