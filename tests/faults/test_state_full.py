"""Fault 16: the state folder's disk is full, while inbox and outbox have room."""

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for
from tests.faults.mounts import small_disk
from tests.faults.pauses import OBSERVED, wait_for_pause
from tests.faults.test_full_disk import fill


def test_no_picture_is_taken_that_cannot_be_announced(place: Place) -> None:
    """It pauses, says so in status.json, and goes on when there is room; a start on a full disk is refused."""
    place.configure(**OBSERVED, state="state")
    place.state = place.root / "state"
    with small_disk(place.state, "8m"):
        running = place.start()
        dropped = [place.drop("before.png", png(1))]
        place.wait_for_row("before.png")
        wait_for(lambda: place.unfinished() == 0, "an end of what is unfinished")
        hog = fill(place.state)
        dropped += [place.drop(f"{n}.png", png(n % 10, f"during {n}")) for n in range(200)]
        wait_for_pause(running, "full")
        wait_for(lambda: place.status().get("state") == "paused", "paused in status.json")
        assert "full" in place.command("status").stdout
        assert running.stop() == 0, running.log()
        refused = place.command("run", "--once")
        assert refused.returncode == 4, refused.stderr
        assert "Traceback" not in refused.stderr
        hog.unlink()
        running = place.start()
        place.assert_conserved(dropped)
        assert {row["status"] for row in place.rows()} == {"ok"}
