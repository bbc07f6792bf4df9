"""A reader that stops in the middle of a message, and lives: the daemon goes on meanwhile."""

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.faults.injection import HALF, faulty_readers


def test_nobody_waits_for_the_other_half(place: Place) -> None:
    """The other reader's pictures are read and recorded while it is silent; then its time is up."""
    place.configure(reading={"workers": 2, "max_attempts": 1, "seconds_per_picture": 10.0})
    place.start(**faulty_readers(place.root))
    dropped = [place.drop("half.png", png(7, HALF))]
    for n in range(3):  # one by one: a batch would be dealt out to both
        dropped.append(place.drop(f"{n}.png", png(n)))
        assert place.wait_for_row(f"{n}.png")["status"] == "ok"
    assert place.row("half.png") is None
    assert place.wait_for_row("half.png")["reason"] == "timed_out"
    place.assert_conserved(dropped)
