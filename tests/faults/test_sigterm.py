"""Fault 21: asked to end in the middle of a batch, once and twice."""

import signal
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for
from tests.faults.injection import HOLD, faulty_readers


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_claimed_is_finished_and_what_is_not_stays(place: Place, workers: int) -> None:
    """Exit code 0, every claimed picture in its place, the others untouched in the inbox for the next start."""
    place.configure(reading={"workers": workers, "batch_size": 16})
    dropped = [place.drop(f"{n}.png", png(n % 10, str(n))) for n in range(400)]
    running = place.start()
    place.wait_for_some_rows()
    assert running.stop() == 0, running.log()
    assert place.in_work() == []
    left = len(list(place.inbox.glob("*.png")))
    assert len(place.rows()) + left == 400
    assert place.status()["state"] == "stopped"
    place.once()
    place.assert_conserved(dropped)


def test_a_second_signal_ends_it_now(place: Place) -> None:
    """The first waits for a picture that takes long; the second does not. The next start reads it."""
    running = place.start(**faulty_readers(place.root))
    dropped = [place.drop("x.png", png(1, HOLD))]
    wait_for(Path(place.root / "gate.reached").exists, "a reader at x.png")
    running.process.send_signal(signal.SIGTERM)
    wait_for(lambda: running.heard("STOPPING=1"), "STOPPING=1")
    wait_for(lambda: place.status().get("state") == "stopping", "stopping in status.json")
    assert running.process.poll() is None
    dropped.append(place.drop("late.png", png(2)))
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(60) == 130
    assert len(place.in_work()) == 1
    assert place.rows() == []
    place.once()
    place.assert_conserved(dropped)
