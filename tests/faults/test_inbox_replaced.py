"""Fault 7: the inbox's disk is unmounted and mounted again; a link, a file or another disk takes its place."""

from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for
from tests.faults.mounts import mount_tmpfs, run, small_disk, unmount
from tests.faults.pauses import OBSERVED, wait_for_end_of_pause, wait_for_pause


@pytest.mark.parametrize("pictures_below", [True, False])
def test_an_unmounted_inbox_is_noticed_and_taken_on_when_it_is_back(place: Place, pictures_below: bool) -> None:
    """The bare mount point is no empty inbox: nothing is made in it, and pictures dropped there by mistake stay."""
    place.configure(**OBSERVED)
    with small_disk(place.root / "disk", "8m") as disk:
        (disk / "inbox").mkdir()
        run("mount", "--bind", disk / "inbox", place.inbox)
        running = place.start()
        dropped = [place.drop("before.png", png(1))]
        place.wait_for_row("before.png")
        wait_for(lambda: place.unfinished() == 0, "an end of what is unfinished")
        unmount(place.inbox)
        if pictures_below:
            place.drop("below.png", png(2))
        wait_for_pause(running, f"the inbox {place.inbox} is not the one that the ledger")
        wait_for(lambda: place.status().get("state") == "paused", "paused in status.json")
        assert "Is its disk mounted?" in place.status()["hint"]
        assert [path.name for path in place.inbox.iterdir()] == ["below.png"] * pictures_below
        run("mount", "--bind", disk / "inbox", place.inbox)
        try:
            dropped.append(place.drop("after.png", png(3)))
            wait_for_end_of_pause(running, place)
            place.assert_conserved(dropped)
            dropped.append(place.drop("heard.png", png(4)))
            place.assert_conserved(dropped)
            assert running.stop() == 0
        finally:
            unmount(place.inbox)


def test_another_disk_mounted_over_it_is_not_taken_for_it(place: Place) -> None:
    """With pictures on it: they stay, until it is said whose they are meant to be."""
    place.configure(**OBSERVED)
    running = place.start()
    dropped = [place.drop("before.png", png(1))]
    place.wait_for_row("before.png")
    wait_for(lambda: place.unfinished() == 0, "an end of what is unfinished")
    mount_tmpfs(place.inbox)
    try:
        place.drop("strange.png", png(2))
        wait_for_pause(running, f"the inbox {place.inbox} is not the one that the ledger")
        assert [path.name for path in place.inbox.iterdir()] == ["strange.png"]
    finally:
        unmount(place.inbox)
    wait_for_end_of_pause(running, place)
    place.assert_conserved(dropped)


def a_file(inbox: Path) -> None:
    """Somebody's mistake with `cp`."""
    inbox.write_bytes(png(5))


def a_dangling_link(inbox: Path) -> None:
    """To a folder that is not there."""
    inbox.symlink_to(inbox.with_name("nowhere"))


@pytest.mark.parametrize("replace", [a_file, a_dangling_link])
def test_something_else_in_its_place_pauses_until_it_is_back(place: Place, replace: object) -> None:
    """It is neither read nor taken away; the inbox itself is taken on again."""
    place.configure(**OBSERVED)
    running = place.start()
    dropped = [place.drop("before.png", png(1))]
    place.wait_for_row("before.png")
    place.inbox.rename(place.root / "away")
    assert callable(replace)
    replace(place.inbox)
    wait_for_pause(running, f"there is no inbox at {place.inbox}", most=2)
    place.inbox.unlink()
    (place.root / "away").rename(place.inbox)
    dropped.append(place.drop("after.png", png(2)))
    wait_for_end_of_pause(running, place)
    place.assert_conserved(dropped)


def test_a_link_to_an_empty_folder_is_taken_on_like_an_inbox_made_anew(place: Place) -> None:
    """An inbox may be a link, by the owner's wish; its pictures are read."""
    running = place.start()
    dropped = [place.drop("before.png", png(1))]
    place.wait_for_row("before.png")
    place.inbox.rename(place.root / "away")
    (place.root / "real").mkdir()
    place.inbox.symlink_to(place.root / "real")
    dropped.append(place.drop("after.png", png(2)))
    place.assert_conserved(dropped)
    assert "was made anew; it is taken on" in running.log()
