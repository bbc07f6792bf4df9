"""Fault 20: files and folders that the daemon may not read. Root is stripped of its powers for this."""

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for, without_roots_powers


def test_others_go_on_and_it_is_taken_when_it_may_be(place: Place) -> None:
    """It stays in the inbox, is listed with the reason, said once in the log, and read once its mode allows it."""
    closed = place.drop("closed.png", png(1, "closed"))
    (place.inbox / "closed.png").chmod(0)
    locked = place.drop("locked/2.png", png(2, "locked"))
    (place.inbox / "locked").chmod(0)
    running = place.start(before=without_roots_powers)
    dropped = [closed, locked, place.drop("open.png", png(3, "open"))]
    try:
        place.wait_for_row("open.png")
        wait_for(lambda: place.status().get("waiting") == 2, "two that wait")
        listed = {entry["file"]: entry["why"] for entry in place.status()["waiting_files"]}
        assert "Permission denied" in listed["closed.png"]
        assert "Permission denied" in listed["locked"]
        assert [row["file"] for row in place.rows()] == ["open.png"]
        (place.inbox / "closed.png").chmod(0o644)
        assert place.wait_for_row("closed.png")["prediction"] == "1"
        assert running.log().count("closed.png") <= 1
    finally:
        (place.inbox / "locked").chmod(0o755)
    place.wait_for_row("locked/2.png")
    place.assert_conserved(dropped)


def test_once_ends_although_something_cannot_be_read(place: Place) -> None:
    """It names what it left and why, and its exit code is 0: the rest was read."""
    place.drop("closed.png", png(1))
    (place.inbox / "closed.png").chmod(0)
    dropped = [place.drop("open.png", png(3))]
    done = place.once(before=without_roots_powers)
    assert "left in the inbox: closed.png: cannot be opened: Permission denied" in done.stderr
    place.assert_conserved(dropped)
    assert (place.inbox / "closed.png").exists()


def test_a_folder_that_nothing_may_be_moved_out_of(place: Place) -> None:
    """Its pictures are readable but not ours to take: they stay, and are listed."""
    place.drop("theirs/1.png", png(1))
    (place.inbox / "theirs").chmod(0o555)
    dropped = [place.drop("open.png", png(3))]
    done = place.once(before=without_roots_powers)
    (place.inbox / "theirs").chmod(0o755)
    assert "left in the inbox: theirs/1.png: cannot be moved: Permission denied" in done.stderr
    assert (place.inbox / "theirs" / "1.png").exists()
    place.assert_conserved(dropped)
