"""Fault 1 and 2: a copy that stalls, before or after the daemon starts; a program that closes and reopens."""

import os

import pytest

from tests.end_to_end.pictures import KINDS, png
from tests.end_to_end.place import Place, sha256
from tests.end_to_end.process import wait_for

WHOLE = png(3)


def waits(place: Place, name: str) -> bool:
    """Whether status.json says that the file waits to be completed."""
    listed = place.status().get("waiting_files", [])
    return any(entry["file"] == name and "still being written" in entry["why"] for entry in listed)


@pytest.mark.parametrize(("present_at_start", "stays_open"), [(True, False), (False, True), (False, False)])
def test_half_a_picture_is_waited_for_and_read_once_it_is_whole(
    place: Place, present_at_start: bool, stays_open: bool
) -> None:
    """However long the pause and whether or not the writer keeps the file open: one row, of the whole picture."""
    place.configure(watch={"settle_seconds": 3600})
    if not present_at_start:
        place.start()
    with open(place.inbox / "slow.png", "wb", buffering=0) as file:
        file.write(WHOLE[:200])
        if present_at_start:
            place.start()
        if stays_open:
            wait_for(lambda: waits(place, "slow.png"), "slow.png named as waiting")
            file.write(WHOLE[200:])
    if not stays_open:
        wait_for(lambda: waits(place, "slow.png"), "slow.png named as waiting")
        assert place.rows() == []
        with open(place.inbox / "slow.png", "ab") as file:
            file.write(WHOLE[200:])
    assert place.wait_for_row("slow.png")["prediction"] == "3"
    wait_for(lambda: place.status().get("waiting") == 0, "nothing waiting")
    place.assert_conserved([sha256(WHOLE)])


def test_a_format_without_an_end_mark_waits_until_it_is_quiet(place: Place) -> None:
    """TIFF and PGM cannot say that they are whole: each write begins the quiet time anew."""
    place.configure(watch={"settle_seconds": 3.0, "rescan_seconds": 0.2})
    place.start()
    data = KINDS["plain.pgm"](3)
    with open(place.inbox / "slow.pgm", "wb", buffering=0) as file:
        for at in range(0, len(data), len(data) // 4):
            file.write(data[at : at + len(data) // 4])
            os.fsync(file.fileno())
            wait_for(lambda: waits(place, "slow.pgm"), "slow.pgm named as waiting")
    assert place.wait_for_row("slow.pgm")["prediction"] == "3"
    place.assert_conserved([sha256(data)])
