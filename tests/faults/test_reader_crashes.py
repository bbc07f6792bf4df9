"""Fault 11: a picture that kills its reader, or holds it for ever."""

import os
import signal

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for
from tests.faults.injection import CRASH, HANG, faulty_readers


@pytest.mark.parametrize(("fault", "reason"), [(CRASH, "crashed_reader"), (HANG, "timed_out")])
def test_it_is_tried_again_alone_and_then_rejected(place: Place, fault: str, reason: str) -> None:
    """Its neighbours in the same batch are read as if nothing was; the daemon lives on and reads the next."""
    place.configure(reading={"workers": 2, "seconds_per_picture": 2.0, "max_attempts": 2})
    before = [place.drop(f"a{n}.png", png(n, "before")) for n in range(10)]
    bad = place.drop("b.png", png(7, fault))
    before += [place.drop(f"c{n}.png", png(n, "behind")) for n in range(10)]
    running = place.start(**faulty_readers(place.root))
    row = place.wait_for_row("b.png")
    assert (row["status"], row["reason"], row["prediction"]) == ("unreadable", reason, "")
    assert row["archived_to"].startswith("rejected/")
    said = (place.outbox / (row["archived_to"] + ".reason.txt")).read_text(encoding="utf-8")
    assert "in 2 attempts" in said
    after = place.drop("after.png", png(3, "after"))
    assert place.wait_for_row("after.png")["prediction"] == "3"
    assert running.process.poll() is None
    assert {row["status"] for row in place.rows() if row["file"] != "b.png"} == {"ok"}
    place.assert_conserved([*before, bad, after])


def test_several_of_them_at_once_do_not_wear_it_out(place: Place) -> None:
    """Every fourth picture kills its reader; every other one is read."""
    place.configure(reading={"workers": 2, "max_attempts": 2})
    dropped = [place.drop(f"{n}.png", png(n % 10, f"{CRASH if n % 4 == 0 else 'good'} {n}")) for n in range(16)]
    place.once(**faulty_readers(place.root))
    assert {row["file"] for row in place.rows() if row["reason"] == "crashed_reader"} == {
        f"{n}.png" for n in range(0, 16, 4)
    }
    assert sum(row["status"] == "ok" for row in place.rows()) == 12
    place.assert_conserved(dropped)


def test_a_reader_that_is_killed_from_outside_is_replaced(place: Place) -> None:
    """As the system does when memory runs out: another one starts, and no picture is blamed."""
    running = place.start()
    (reader,) = running.readers()
    os.kill(reader, signal.SIGKILL)
    dropped = [place.drop(f"{n}.png", png(n, "x")) for n in range(5)]
    wait_for(lambda: len(place.rows()) == 5, "five rows")
    assert {row["status"] for row in place.rows()} == {"ok"}
    assert running.readers() != [reader]
    place.assert_conserved(dropped)
