"""Fault 22: a second daemon for the same inbox, or for the same outbox."""

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place


def test_it_is_refused_and_names_the_first(place: Place) -> None:
    """Exit code 4 with the first one's pid and what to do, whether the inbox is shared, the outbox, or both."""
    running = place.start()
    (place.root / "other").mkdir()
    for arguments in ([], ["--outbox", "other_out"], ["--inbox", "other"]):
        done = place.command("run", "--once", *arguments)
        assert done.returncode == 4, done.stderr
        assert f"(pid {running.process.pid})" in done.stderr
        assert "Stop it first" in done.stderr
    dropped = [place.drop("a.png", png(1))]
    place.wait_for_row("a.png")
    assert place.status()["pid"] == running.process.pid
    assert running.stop() == 0
    place.assert_conserved(dropped)


def test_after_a_kill_the_next_one_may_start_at_once(place: Place) -> None:
    """A lock goes with its process, whatever the file says."""
    place.start().kill()
    dropped = [place.drop("a.png", png(1))]
    place.start()
    place.wait_for_row("a.png")
    place.assert_conserved(dropped)
