"""Fault 12, 13, 14 and 26: files that are touched, replaced or written on while they are being read; equal names."""

import os
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place, sha256
from tests.end_to_end.process import wait_for
from tests.faults.injection import HOLD, faulty_readers


@pytest.fixture
def held(place: Place) -> Path:
    """A running daemon whose reader waits over x.png, which shows a 1. Gives the file that lets it go on."""
    place.start(**faulty_readers(place.root))
    place.drop("x.png", png(1, HOLD))
    gate = place.root / "gate"
    wait_for(Path(f"{gate}.reached").exists, "a reader at x.png")
    return gate


def test_touches_before_during_and_after_make_no_second_row(place: Place, held: Path) -> None:
    """utime and chmod of the file while it is read; many events for one that is dropped: one row each."""
    (claimed,) = place.in_work()
    os.utime(place.inbox / ".work" / claimed)
    (place.inbox / ".work" / claimed).chmod(0o600)
    other = place.drop("y.png", png(2))
    for _ in range(50):
        try:
            os.utime(place.inbox / "y.png")
            (place.inbox / "y.png").chmod(0o644)
        except FileNotFoundError:
            break
    held.touch()
    place.wait_for_row("y.png")
    assert place.wait_for_row("x.png")["prediction"] == "1"
    place.assert_conserved([sha256(png(1, HOLD)), other])


def test_another_file_under_the_same_name_is_a_picture_of_its_own(place: Place, held: Path) -> None:
    """The first version is being read when the second is copied over it: two rows, two files in the archive."""
    second = place.drop("x.png", png(2, "second"))
    held.touch()
    rows = wait_for(lambda: rows if len(rows := place.rows()) == 2 else None, "two rows")
    assert [("x.png", "1"), ("x.png", "2")] == [(row["file"], row["prediction"]) for row in rows]
    assert [Path(row["archived_to"]).name for row in rows] == ["x.png", "x~2.png"]
    place.assert_conserved([sha256(png(1, HOLD)), second])


def test_a_writer_that_goes_on_after_the_claim_is_waited_for(place: Place) -> None:
    """It still holds the file open and writes a new picture into it: what is recorded is what it left."""
    last = png(8, "the last word")
    place.start(**faulty_readers(place.root))
    with open(place.inbox / "x.png", "wb", buffering=0) as file:
        file.write(png(1, HOLD))
        gate = place.root / "gate"
        wait_for(Path(f"{gate}.reached").exists, "a reader at x.png")
        file.seek(0)
        file.truncate()
        file.write(last)
        gate.touch()
        assert place.wait_for_row("x.png")["prediction"] == "8"
    place.assert_conserved([sha256(last)])


def test_a_name_that_was_archived_before_is_numbered(place: Place) -> None:
    """7.png, 7~2.png, 7~3.png: nothing is overwritten, not even what a person put there."""
    dropped = []
    for number in range(3):
        dropped.append(place.drop("7.png", png(7, str(number))))
        place.once()
    (first, second, third) = (place.outbox / row["archived_to"] for row in place.rows())
    assert [first.name, second.name, third.name] == ["7.png", "7~2.png", "7~3.png"]
    place.assert_conserved(dropped)
    third.with_name("8.png").write_bytes(b"a person's own")
    place.drop("8.png", png(8))
    place.once()
    assert third.with_name("8.png").read_bytes() == b"a person's own"
    assert Path(place.rows()[-1]["archived_to"]).name == "8~2.png"


def test_a_folder_with_the_name_of_an_archived_picture_is_numbered_too(place: Place) -> None:
    """7.png is a file in the archive; then a folder 7.png/ with pictures arrives, and the other way round."""
    dropped = [place.drop("7.png", png(7)), place.drop("8.png/a.png", png(1))]
    place.once()
    dropped += [place.drop("7.png/a.png", png(2)), place.drop("7.png/b.png", png(3))]
    (place.inbox / "8.png").rmdir() if (place.inbox / "8.png").is_dir() else None
    dropped.append(place.drop("8.png", png(8)))
    place.once()
    places = {row["file"]: row["archived_to"].split("/", 2)[2] for row in place.rows()}
    assert places["7.png/a.png"] == "7.png~2/a.png" or places["7.png/a.png"] == "7~2.png/a.png"
    assert Path(places["7.png/a.png"]).parent == Path(places["7.png/b.png"]).parent
    assert places["8.png"] == "8~2.png"
    place.assert_conserved(dropped)
