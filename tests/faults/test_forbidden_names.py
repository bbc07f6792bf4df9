"""Fault 28: the outbox lies on a file system that forbids names, or takes two that differ in case for one."""

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place, sha256
from tests.end_to_end.process import wait_for
from tests.faults.mounts import faulty_disk


def test_names_that_the_outbox_forbids_hold_up_nobody_and_are_said(place: Place) -> None:
    """As on a stick with FAT: the row is there, the picture stays in the work folder, and goes when it may."""
    place.configure(state="state")
    place.state = place.root / "state"
    with faulty_disk(place.outbox, place.root / "behind") as disk:
        disk.fail(forbid=':?*"<>|')
        running = place.start()
        dropped = [place.drop(name, png(3, name)) for name in ("12:30.png", "what?.png", "a:b/7.png", "plain.png")]
        place.wait_for_row("plain.png")
        wait_for(lambda: len(place.rows()) == 4, "four rows")
        wait_for(lambda: running.log().count("Invalid argument") >= 3, "what stayed is said")
        assert running.stop() == 0
        assert running.log().count("12:30.png stays in the work folder") == 1
        assert len(place.in_work()) == 3
        disk.fail()
        place.once()
        place.assert_conserved(dropped)


def test_names_that_differ_only_in_case_overwrite_nothing(place: Place) -> None:
    """In one batch and one after the other; folders too. What finds its place taken stays in the work folder."""
    place.configure(state="state")
    place.state = place.root / "state"
    with faulty_disk(place.outbox, place.root / "behind") as disk:
        disk.fail(fold=True)
        names = ("a.png", "A.png", "Sub/x.png", "sub/X.png", "sub/x.png")
        dropped = [place.drop(name, png(number, name)) for number, name in enumerate(names)]
        place.once()
        assert (place.outbox / "Results.CSV").exists()
        dropped.append(place.drop("A.PNG", png(7)))
        place.once()
        waiting = [(place.inbox / ".work" / name).read_bytes() for name in place.in_work()]
        assert waiting
        assert sorted([*place.kept().elements(), *map(sha256, waiting)]) == sorted(dropped)
        assert sorted(row["sha256"] for row in place.rows()) == sorted(dropped)
