"""Fault 23: people move, delete, cut or edit the results files, while the daemon runs and while it does not."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for

HEADER = "id,file,status,prediction,"


def read(place: Place, running: bool, number: int) -> None:
    """Have one picture read, by the running daemon or by one run."""
    place.drop(f"{number}.png", png(number))
    if running:
        place.wait_for_row(f"{number}.png")
    else:
        place.once()


def files_of(path: Path) -> list[str]:
    """The `file` column, by a reader that takes the header as it is."""
    with open(path, encoding="utf-8", newline="") as file:
        return [row["file"] for row in csv.DictReader(file)]


@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize("away", [lambda path: path.rename(path.with_name("mine.csv")), Path.unlink])
def test_moved_or_deleted_a_new_file_with_a_header_is_begun(
    place: Place, running: bool, away: Callable[[Path], object]
) -> None:
    """New rows go to a new file under the name; rows that a person took away are not written again."""
    if running:
        place.start()
    read(place, running, 1)
    away(place.outbox / "results.csv")
    away(place.outbox / "results.jsonl")
    read(place, running, 2)
    read(place, running, 3)
    text = (place.outbox / "results.csv").read_text(encoding="utf-8")
    assert text.startswith(HEADER)
    assert text.count(HEADER) == 1
    assert files_of(place.outbox / "results.csv") == ["2.png", "3.png"]
    assert [line["file"] for line in place.lines()] == ["2.png", "3.png"]
    if (place.outbox / "mine.csv").exists():
        assert (place.outbox / "mine.csv").stat().st_size > 0


@pytest.mark.parametrize("running", [True, False])
def test_emptied_it_begins_with_a_header_again(place: Place, running: bool) -> None:
    """`> results.csv` leaves a file that is still one of ours: header, then the new rows."""
    if running:
        place.start()
    read(place, running, 1)
    (place.outbox / "results.csv").write_bytes(b"")
    (place.outbox / "results.jsonl").write_bytes(b"")
    read(place, running, 2)
    assert (place.outbox / "results.csv").read_text(encoding="utf-8").startswith(HEADER)
    assert files_of(place.outbox / "results.csv") == ["2.png"]
    assert [line["file"] for line in place.lines()] == ["2.png"]


@pytest.mark.parametrize("running", [True, False])
def test_cut_in_the_middle_of_a_row_new_rows_are_whole(place: Place, running: bool) -> None:
    """What is left of the cut row spoils no other one."""
    if running:
        place.start()
    read(place, running, 1)
    read(place, running, 2)
    data = (place.outbox / "results.csv").read_bytes()
    (place.outbox / "results.csv").write_bytes(data[:-25])
    read(place, running, 3)
    rows = place.rows()
    assert rows[0]["file"] == "1.png"
    assert (rows[-1]["file"], rows[-1]["prediction"], len(rows[-1])) == ("3.png", "3", 15)
    assert None not in rows[-1].values()


def test_rows_that_a_person_deleted_do_not_come_back(place: Place) -> None:
    """An editor writes the file anew without a row: the others stay, new ones follow."""
    place.start()
    for number in (1, 2, 3):
        read(place, True, number)
    path = place.outbox / "results.csv"
    lines = path.read_bytes().splitlines(keepends=True)
    new = path.with_name("edited")
    new.write_bytes(lines[0] + lines[1] + lines[3])
    new.rename(path)
    read(place, True, 4)
    assert files_of(path) == ["1.png", "3.png", "4.png"]


def test_a_folder_in_place_of_the_file_pauses_and_loses_nothing(place: Place) -> None:
    """Something that cannot be written to stands under the name: it waits until it is gone."""
    place.start()
    read(place, True, 1)
    path = place.outbox / "results.csv"
    path.rename(path.with_name("mine.csv"))
    path.mkdir()
    place.drop("2.png", png(2))
    wait_for(lambda: place.status()["state"] == "paused", "paused")
    assert "results.csv" in place.status()["trouble"]
    path.rmdir()
    wait_for(lambda: path.is_file() and files_of(path) == ["2.png"], "the row of 2.png")
    wait_for(lambda: [line["file"] for line in place.lines()] == ["1.png", "2.png"], "the line of 2.png in the JSONL")
