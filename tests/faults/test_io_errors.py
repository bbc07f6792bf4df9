"""Fault 16: EIO, EDQUOT, ENOTCONN: the disk or the share under outbox, inbox or state fails for a while."""

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import Running, wait_for
from tests.faults.mounts import faulty_disk
from tests.faults.pauses import OBSERVED, wait_for_end_of_pause, wait_for_pause


@pytest.mark.parametrize(
    ("request_", "error", "said"),
    [
        *((request, "EIO", "Input/output error") for request in ("write", "fsync", "create", "rename2")),
        ("write", "EDQUOT", "Disk quota exceeded"),
    ],
)
def test_an_outbox_that_fails_pauses_until_it_works(place: Place, request_: str, error: str, said: str) -> None:
    """Whichever call it is that fails: nothing rejected, lost or doubled; said once; over by itself."""
    place.configure(**OBSERVED, state="state")
    place.state = place.root / "state"
    with faulty_disk(place.outbox, place.root / "behind") as disk:
        running = place.start()
        disk.fail(rules={request_: error})
        dropped = [place.drop(f"{n}.png", png(n, request_)) for n in range(5)]
        dropped.append(place.drop("broken.png", png(7)[:-40]))
        wait_for_pause(running, said)
        disk.fail()
        wait_for_end_of_pause(running, place)
        place.assert_conserved(dropped)
        assert running.stop() == 0


def test_a_failing_ledger_pauses_and_status_json_says_so(place: Place) -> None:
    """The state folder's disk fails: no picture is taken that could not be announced; status.json is still written."""
    place.configure(**OBSERVED, state="state")
    place.state = place.root / "state"
    with faulty_disk(place.state, place.root / "behind") as disk:
        running = place.start()
        dropped = [place.drop("before.png", png(1, "before"))]
        place.wait_for_row("before.png")
        wait_for(lambda: place.unfinished() == 0, "an end of what is unfinished")
        disk.fail(write="EIO", fsync="EIO")
        dropped += [place.drop(f"{n}.png", png(n, "during")) for n in range(5)]
        wait_for_pause(running, "disk I/O error")
        wait_for(lambda: place.status().get("state") == "paused", "paused in status.json")
        assert "The disk of the state folder" in place.status()["hint"]
        disk.fail()
        wait_for_end_of_pause(running, place)
        place.assert_conserved(dropped)
        assert running.stop() == 0


@pytest.mark.parametrize("before_the_claim", [True, False])
def test_a_bad_sector_under_one_picture_keeps_only_that_one_waiting(place: Place, before_the_claim: bool) -> None:
    """It is listed with why, said once and never rejected; the others are read, and so is it once it can be."""
    place.configure(**OBSERVED)
    with faulty_disk(place.inbox, place.root / "behind") as disk:
        running = place.start()
        bad = png(7, "bad sector")
        if before_the_claim:
            disk.fail(rules={"read bad": "EIO"})
        else:
            disk.fail(rules={"read .work/0": "EIO"})
        dropped = [place.drop("bad.png", bad)]
        wait_for(
            lambda: any("Input/output error" in entry["why"] for entry in place.status().get("waiting_files", [])),
            f"bad.png among those that wait\n{running.log()}",
        )
        assert place.status()["state"] == "running"
        if before_the_claim:
            dropped.append(place.drop("good.png", png(3)))
            assert place.wait_for_row("good.png")["status"] == "ok"
            assert (place.inbox / "bad.png").exists()
        assert place.row("bad.png") is None
        wait_for(lambda: warnings(running, "bad.png"), "a word in the log")
        assert warnings(running, "bad.png") == 1
        disk.fail()
        if not before_the_claim:
            assert running.stop() == 0
            running = place.start()
        place.wait_for_row("bad.png")
        place.assert_conserved(dropped)
        assert running.stop() == 0


def warnings(running: Running, name: str) -> int:
    """How often the log warns of a picture."""
    return sum(name in line for line in running.log().splitlines() if "WARNING" in line)


@pytest.mark.parametrize("where", ["inbox", "outbox"])
def test_a_share_whose_server_dies_is_waited_for(place: Place, where: str) -> None:
    """Every call fails with ENOTCONN until it is mounted again; then work goes on, and nothing was made below it."""
    place.configure(**OBSERVED, state="state")
    place.state = place.root / "state"
    folder = getattr(place, where)
    with faulty_disk(folder, place.root / "behind") as disk:
        running = place.start()
        dropped = [place.drop("before.png", png(1, "before"))]
        place.wait_for_row("before.png")
        wait_for(lambda: place.unfinished() == 0, "an end of what is unfinished")
        disk.lose()
        if where == "outbox":
            dropped.append(place.drop("during.png", png(2, "during")))
        wait_for(lambda: running.heard("STATUS=paused"), f"systemd told of the pause\n{running.log()}")
        wait_for(lambda: running.log().count("still paused") >= 1, "several tries to go on")
        assert running.log().count("ERROR paused") <= 2, running.log()  # there is none, then: it does not answer
        disk.come_back()
        dropped.append(place.drop("after.png", png(3, "after")))
        wait_for_end_of_pause(running, place)
        place.wait_for_row("after.png")
        place.assert_conserved(dropped)
        assert running.stop() == 0
    assert list(folder.iterdir()) == []
