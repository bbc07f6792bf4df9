"""Fault 16 and 28: the outbox is renamed away, deleted or unmounted under the daemon, or not mounted at its start."""

import shutil
from collections.abc import Callable

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place, sha256
from tests.end_to_end.process import Running, wait_for
from tests.faults.injection import HOLD, faulty_readers
from tests.faults.mounts import run, small_disk, unmount
from tests.faults.pauses import OBSERVED, wait_for_end_of_pause, wait_for_pause


@pytest.fixture
def running(place: Place) -> Running:
    """A daemon that has read one picture; its state is on a disk of its own."""
    place.configure(**OBSERVED, state="state")
    place.state = place.root / "state"
    running = place.start()
    place.drop("before.png", png(1, "before"))
    place.wait_for_row("before.png")
    wait_for(lambda: place.unfinished() == 0, "an end of what is unfinished")
    return running


BEFORE = sha256(png(1, "before"))


def test_renamed_away_it_is_not_made_anew_and_taken_on_when_it_is_back(place: Place, running: Running) -> None:
    """Perhaps its disk is not mounted: nothing is written where it was."""
    place.outbox.rename(place.root / "away")
    dropped = [BEFORE, place.drop("during.png", png(2))]
    wait_for_pause(running, f"there is no outbox at {place.outbox}")
    assert not place.outbox.exists()
    (place.root / "away").rename(place.outbox)
    wait_for_end_of_pause(running, place)
    place.wait_for_row("during.png")
    place.assert_conserved(dropped)


def test_deleted_it_waits_for_a_person_to_make_it_and_goes_on_there(place: Place, running: Running) -> None:
    """What was in it is gone by that person's hand; new pictures get new results, with a header."""
    shutil.rmtree(place.outbox)
    place.drop("during.png", png(2))
    wait_for_pause(running, f"there is no outbox at {place.outbox}")
    assert not place.outbox.exists()
    place.outbox.mkdir()
    wait_for_end_of_pause(running, place)
    place.wait_for_row("during.png")
    assert (place.outbox / "results.csv").read_text(encoding="utf-8").startswith("id,file,status,")


def take_away_in_work(place: Place) -> list[str]:
    """While a picture is being read, so that it is noticed before the result is written."""
    unseen = place.drop("unseen.png", png(4, HOLD))
    wait_for((place.root / "gate.reached").exists, "a reader at unseen.png")
    unmount(place.outbox)
    (place.root / "gate").touch()
    return [unseen]


def take_away_while_idle(place: Place) -> list[str]:
    """Noticed without any picture."""
    unmount(place.outbox)
    return []


@pytest.mark.parametrize("take_away", [take_away_in_work, take_away_while_idle])
def test_unmounted_nothing_is_written_below_the_mount_point(
    place: Place, take_away: Callable[[Place], list[str]]
) -> None:
    """The bare folder looks like an empty outbox; it stays bare, and the disk is taken on when it is mounted again."""
    place.configure(**OBSERVED, state="state")
    place.state = place.root / "state"
    disk = place.root / "disk"
    with small_disk(disk, "8m"):
        place.outbox.mkdir()
        (place.outbox / "bare").touch()
        (disk / "outbox").mkdir()
        bind(disk / "outbox", place.outbox)
        running = place.start(**faulty_readers(place.root))
        dropped = [place.drop("before.png", png(1))]
        place.wait_for_row("before.png")
        wait_for(lambda: place.unfinished() == 0, "an end of what is unfinished")
        dropped += take_away(place)
        wait_for_pause(running, f"the outbox {place.outbox} is not the one that the ledger")
        dropped.append(place.drop("during.png", png(2)))
        assert "is not the one that the ledger" in place.command("status").stdout
        assert [path.name for path in place.outbox.iterdir()] == ["bare"]
        bind(disk / "outbox", place.outbox)
        try:
            wait_for_end_of_pause(running, place)
            place.wait_for_row("during.png")
            place.assert_conserved(dropped)
            assert list(place.inbox.glob("*.png")) == []
            assert running.stop() == 0
        finally:
            unmount(place.outbox)


@pytest.mark.parametrize("state_elsewhere", [True, False])
def test_not_mounted_at_the_start_nothing_is_made_where_the_disk_will_hide_it(
    place: Place, state_elsewhere: bool
) -> None:
    """Exit code 4 with what to do, and not one file in the bare folder; mounted, the next start goes on."""
    if state_elsewhere:
        place.configure(state="state")
        place.state = place.root / "state"
    disk = place.root / "disk"
    with small_disk(disk, "8m"):
        (disk / "outbox").mkdir()
        place.outbox.mkdir()
        bind(disk / "outbox", place.outbox)
        dropped = [place.drop("before.png", png(1))]
        place.once()
        unmount(place.outbox)
        dropped.append(place.drop("during.png", png(2)))
        for _ in range(2):
            done = place.command("run", "--once")
            assert done.returncode == 4, done.stderr
            assert "mounted?" in done.stderr
        assert list(place.outbox.iterdir()) == []
        place.outbox.rmdir()
        done = place.command("run", "--once")
        assert done.returncode == 4, done.stderr
        assert not place.outbox.exists()
        place.outbox.mkdir()
        bind(disk / "outbox", place.outbox)
        try:
            place.once()
            place.assert_conserved(dropped)
        finally:
            unmount(place.outbox)


def bind(folder: object, place: object) -> None:
    """Mount a folder of the disk at another place."""
    run("mount", "--bind", str(folder), str(place))
