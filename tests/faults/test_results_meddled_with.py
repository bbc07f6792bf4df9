"""Fault 23: people move, delete, cut or edit the results files, while the daemon runs and while it does not."""

import csv
import os
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
    """The cut row is made whole again, and the next ones follow."""
    if running:
        place.start()
    read(place, running, 1)
    read(place, running, 2)
    data = (place.outbox / "results.csv").read_bytes()
    (place.outbox / "results.csv").write_bytes(data[:-25])
    read(place, running, 3)
    rows = [(row["file"], row["prediction"], len(row)) for row in place.rows()]
    assert rows == [(f"{n}.png", str(n), 15) for n in (1, 2, 3)]
    assert (place.outbox / "results.csv").read_bytes().startswith(data)


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


SAVED: dict[str, Callable[[bytes], bytes]] = {
    "line ends": lambda data: data.replace(b"\r\n", b"\n"),
    "byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "quotes": lambda data: b"".join(
        b",".join(b'"%s"' % cell for cell in line.split(b",")) + b"\n" for line in data.splitlines()
    ),
    "semicolons": lambda data: data.replace(b",", b";"),
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "remark without a line end": lambda data: data + b"checked by Anna",
}


@pytest.mark.parametrize("how", SAVED)
def test_saved_by_a_spreadsheet_new_rows_follow(place: Place, how: str) -> None:
    """In the same file where the columns are still ours, else in a new one; nothing that a person saved is lost."""
    place.start()
    read(place, True, 1)
    path = place.outbox / "results.csv"
    saved = SAVED[how](path.read_bytes())
    path.with_name("saved").write_bytes(saved)
    path.with_name("saved").rename(path)
    place.drop("2.png", png(2))
    wait_for(lambda: path.exists() and b",2.png," in path.read_bytes(), "the row of 2.png")
    wait_for(lambda: place.unfinished() == 0, "an end of what is unfinished")
    assert path.read_bytes().count(b",2.png,") == 1
    assert any(saved in file.read_bytes() for file in place.outbox.glob("results*.csv"))
    assert path.with_name("results-old1.csv").exists() is (how in ("semicolons", "UTF-16"))


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to(path.parent.parent / "victim")])
def test_what_is_no_file_in_its_place_pauses_and_loses_nothing(place: Place, make: Callable[[Path], object]) -> None:
    """A folder, a FIFO or a link stands under the name: it waits until that is gone, and follows no link."""
    place.start()
    read(place, True, 1)
    path = place.outbox / "results.csv"
    path.rename(path.with_name("mine.csv"))
    make(path)
    place.drop("2.png", png(2))
    wait_for(lambda: place.status().get("state") == "paused", "paused")
    assert "results.csv" in place.status()["trouble"]
    assert not (place.root / "victim").exists()
    path.rename(path.with_name("away"))
    wait_for(lambda: path.is_file() and files_of(path) == ["2.png"], "the row of 2.png")
    wait_for(lambda: [line["file"] for line in place.lines()] == ["1.png", "2.png"], "the line of 2.png in the JSONL")
