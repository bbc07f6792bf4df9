"""Fault 16: the disk of the outbox is full for a while."""

from contextlib import suppress
from pathlib import Path

import pytest

from tests.end_to_end.conservation import table
from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for
from tests.faults.mounts import small_disk
from watcher.config import load
from watcher.corrections.correcting import say


def fill(disk: Path) -> Path:
    """A file that takes all the room that is left."""
    hog = disk / "hog"
    with open(hog, "wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            with suppress(OSError):
                while file.write(bytes(size)):
                    pass
    return hog


@pytest.mark.parametrize("state_elsewhere", [True, False])
def test_it_pauses_says_so_and_goes_on_by_itself_when_there_is_room(place: Place, state_elsewhere: bool) -> None:
    """No picture is rejected for it, none lost or doubled; status.json and systemd are told of the pause."""
    if state_elsewhere:
        place.configure(state="state")
        place.state = place.root / "state"
    with small_disk(place.outbox, "2m"):
        running = place.start()
        dropped = [place.drop("before.png", png(1, "before"))]
        place.wait_for_row("before.png")
        hog = fill(place.outbox)
        dropped += [place.drop(f"{n}.png", png(n % 10, str(n))) for n in range(40)]
        wait_for(lambda: running.heard("STATUS=paused"), "systemd told of the pause")
        wait_for(lambda: place.status().get("state") == "paused", "paused in status.json")
        assert "No space left" in place.status()["trouble"] or "full" in place.status()["trouble"]
        assert running.process.poll() is None
        hog.unlink()
        wait_for(lambda: len(place.rows()) == 41, "all rows")
        wait_for(lambda: place.status().get("state") == "running", "running again")
        place.assert_conserved(dropped)
        assert {row["status"] for row in place.rows()} == {"ok"}
        assert running.stop() == 0


def test_what_people_say_meanwhile_is_kept(place: Place) -> None:
    """It stands in both files, once, when there is room again; one pause, and nothing else suffers."""
    place.configure(state="state")
    place.state = place.root / "state"
    with small_disk(place.outbox, "2m"):
        running = place.start()
        dropped = [place.drop("7.png", png(7))]
        picture = place.wait_for_row("7.png")["id"]
        hog = fill(place.outbox)
        (said,) = say(load(place.config_file), [(picture, "1")], by="Ann")
        wait_for(lambda: running.heard("STATUS=paused"), "systemd told of the pause")
        hog.unlink()
        corrected = place.outbox / "results-corrected.csv"
        wait_for(lambda: [row["prediction"] for row in table(corrected)] == ["1"], "the corrected row")
        assert [(said, picture)] == [(row["correction"], row["id"]) for row in table(place.outbox / "corrections.csv")]
        place.assert_conserved(dropped)
        assert running.stop() == 0


def test_a_picture_larger_than_the_room_left_waits_for_room(place: Place) -> None:
    """It is copied to another file system in part: nothing of it is taken for whole, and the original stays."""
    with small_disk(place.outbox, "2m"):
        running = place.start()
        ballast = place.outbox / "ballast"
        ballast.write_bytes(bytes(1_200_000))
        dropped = [place.drop("large.png", png(3, "x" * 1_000_000))]
        wait_for(lambda: running.heard("STATUS=paused"), "systemd told of the pause")
        assert len(place.in_work()) == 1
        ballast.unlink()
        assert place.wait_for_row("large.png")["prediction"] == "3"
        place.assert_conserved(dropped)
        assert [path for path in place.outbox.rglob("*") if path.name.startswith(".partial")] == []
