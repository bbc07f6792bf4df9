"""Fault 7: the inbox is deleted or renamed under the running daemon, and comes back."""

import shutil

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for


def test_it_pauses_while_the_inbox_is_gone_and_goes_on_when_it_is_back(place: Place) -> None:
    """status.json names the folder; the same folder renamed away and back is taken on with nothing lost."""
    running = place.start()
    dropped = [place.drop("1.png", png(1))]
    place.wait_for_row("1.png")
    place.inbox.rename(place.root / "away")
    wait_for(lambda: place.status().get("state") == "paused", "paused")
    assert str(place.inbox) in place.status()["trouble"]
    wait_for(lambda: running.heard("STATUS=paused"), "systemd told of the pause")
    (place.root / "away").rename(place.inbox)
    dropped.append(place.drop("2.png", png(2)))
    place.wait_for_row("2.png")
    wait_for(lambda: place.status().get("state") == "running", "running")
    assert place.status()["trouble"] == ""
    place.assert_conserved(dropped)


def test_an_inbox_made_anew_is_taken_on(place: Place) -> None:
    """Deleted with everything in it, work folder and all, and made again after the daemon has noticed."""
    place.start()
    dropped = [place.drop("1.png", png(1))]
    place.wait_for_row("1.png")
    shutil.rmtree(place.inbox)
    wait_for(lambda: place.status().get("state") == "paused", "paused")
    place.inbox.mkdir()
    dropped.append(place.drop("sub/2.png", png(2)))
    place.wait_for_row("sub/2.png")
    wait_for(lambda: place.status().get("state") == "running", "running")
    place.assert_conserved(dropped)


def test_an_inbox_made_anew_before_anybody_looked_is_taken_on(place: Place) -> None:
    """Deleted and made again in one moment: the daemon sees a folder that has no work folder any more."""
    place.start()
    dropped = [place.drop("1.png", png(1))]
    place.wait_for_row("1.png")
    shutil.rmtree(place.inbox)
    place.inbox.mkdir()
    dropped.append(place.drop("2.png", png(2)))
    place.wait_for_row("2.png")
    wait_for(lambda: place.status().get("state") == "running", "running")
    dropped.append(place.drop("3.png", png(3)))
    place.wait_for_row("3.png")
    place.assert_conserved(dropped)
