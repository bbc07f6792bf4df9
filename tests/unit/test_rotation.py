"""watcher.rotation: results files are set aside at a row's end, together, and no row is lost or doubled by it."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, date, timedelta, timezone
from pathlib import Path

import pytest
from fakes import SEVEN, claim
from fate import Fate, Killed

from watcher.ledger import ROTATING, Ledger
from watcher.places import Places
from watcher.records import Record
from watcher.results import Results
from watcher.rotation import Rotation, day_of
from watcher.rows import CSV_HEADER

DAILY = Rotation("daily", zone=timezone(timedelta(hours=2)))
EVENING, MIDNIGHT, NOON = "2026-11-21T21:59:59.999Z", "2026-11-21T22:00:00.000Z", "2026-11-22T10:00:00.000Z"


class Sheets:
    """A ledger and results files that are set aside by a rule."""

    def __init__(self, folder: Path, rule: Rotation) -> None:
        self.folder, self.rule = folder, rule
        self.ledger = Ledger(folder / "ledger")
        self.results = Results(folder, self.ledger, rule)
        self.results.catch_up()

    def record(self, at: str, *numbers: int) -> list[Record]:
        self.ledger.intend([claim(number) for number in numbers])
        return self.ledger.record([(claim(n), SEVEN) for n in numbers], "net", at, Places(self.folder, UTC))

    def write(self, at: str, *numbers: int) -> None:
        made = self.record(at, *numbers)
        self.results.append(made)
        self.ledger.finish([one.claim.id for one in made], self.results.positions())

    def restart(self) -> int:
        self.close()
        self.__init__(self.folder, self.rule)  # type: ignore[misc]
        return 0

    def close(self) -> None:
        self.results.close()
        self.ledger.close()

    def seen(self) -> dict[str, list[int]]:
        """Which pictures stand in which file, by its name without suffix; the JSONL has the same."""
        found = {}
        for path in self.folder.glob("results*.csv"):
            with open(path, newline="", encoding="utf-8") as file:
                header, *rows = csv.reader(file)
            assert CSV_HEADER.decode().strip().split(",") == header
            lines = path.with_suffix(".jsonl").read_bytes().splitlines()
            assert [row[0] for row in rows] == [json.loads(line)["id"] for line in lines]
            found[path.stem] = [int(row[0][-12:], 16) for row in rows]
        return found


@pytest.fixture
def daily(tmp_path: Path) -> Iterator[Sheets]:
    sheets = Sheets(tmp_path, DAILY)
    yield sheets
    sheets.close()


def test_a_day_ends_at_midnight_of_the_zone(daily: Sheets) -> None:
    """Rows of the next day stand in a new file, and the old one is called by its day."""
    daily.write(EVENING, 1, 2)
    daily.write(MIDNIGHT, 3)
    daily.write(NOON, 4)
    assert {"results-2026-11-21": [1, 2], "results": [3, 4]} == daily.seen()


def test_a_day_ends_also_without_a_new_picture(daily: Sheets) -> None:
    """So that yesterday's file is whole in the morning; a file without rows is left."""
    daily.write(EVENING, 1)
    for at in (EVENING, MIDNIGHT, NOON, "2026-11-23T10:00:00.000Z"):
        daily.results.rotate(at)
    assert {"results-2026-11-21": [1], "results": []} == daily.seen()


def test_the_clock_set_back_ends_no_day(daily: Sheets) -> None:
    """Rows go on in the same file."""
    daily.write(NOON, 1)
    daily.write(EVENING, 2)
    assert {"results": [1, 2]} == daily.seen()


def test_a_name_that_is_taken_gets_a_number(daily: Sheets) -> None:
    """Also by one that somebody has packed."""
    (daily.folder / "results-2026-11-21.jsonl.gz").touch()
    (daily.folder / "results-2026-11-21-2.jsonl").touch()
    daily.write(EVENING, 1)
    daily.results.rotate(NOON)
    assert {"results-2026-11-21-3": [1], "results": []} == daily.seen()


def test_files_of_a_size_are_set_aside(tmp_path: Path) -> None:
    """As soon as one of the two has it; numbered within a day."""
    sheets = Sheets(tmp_path, Rotation("size", most_bytes=1000))
    for number in range(1, 7):
        sheets.write(NOON, number)
    assert {"results-2026-11-22": [1, 2, 3], "results": [4, 5, 6]} == sheets.seen()
    sheets.results.rotate(NOON)
    assert {"results-2026-11-22": [1, 2, 3], "results-2026-11-22-2": [4, 5, 6], "results": []} == sheets.seen()
    sheets.close()


def test_by_default_nothing_is_set_aside(tmp_path: Path) -> None:
    """One file for all days."""
    sheets = Sheets(tmp_path, Rotation())
    sheets.write(EVENING, 1)
    sheets.write(NOON, 2)
    assert {"results": [1, 2]} == sheets.seen()
    sheets.close()


def test_what_was_set_aside_is_not_written_again(daily: Sheets) -> None:
    """Not at the next start, and not when a person deletes it."""
    daily.write(EVENING, 1)
    daily.write(NOON, 2)
    daily.restart()
    (daily.folder / "results-2026-11-21.csv").unlink()
    (daily.folder / "results-2026-11-21.jsonl").unlink()
    daily.restart()
    assert {"results": [2]} == daily.seen()


def test_rows_that_a_person_has_edited_go_aside_as_they_are(daily: Sheets) -> None:
    """An editor makes a new file under the name."""
    daily.write(EVENING, 1, 2)
    path = daily.folder / "results.csv"
    edited = path.read_bytes().replace(b"0.990000", b"1.000000")
    path.unlink()
    path.write_bytes(edited)
    daily.results.rotate(NOON)
    assert {"results-2026-11-21": [1, 2], "results": []} == daily.seen()
    assert edited == (daily.folder / "results-2026-11-21.csv").read_bytes()


def test_a_file_that_came_to_have_the_name_stays(daily: Sheets) -> None:
    """Between the look and the rename: ours goes on, and the file is nobody's loss."""
    daily.write(EVENING, 1)
    daily.ledger.begin_rotation("results-2026-11-21", daily.results.positions())
    (daily.folder / "results-2026-11-21.csv").write_bytes(CSV_HEADER)
    (daily.folder / "results-2026-11-21.jsonl").write_bytes(b"")
    daily.restart()
    assert {"results-2026-11-21": [], "results": [1]} == daily.seen()
    assert None is daily.ledger.meta(ROTATING)


@pytest.mark.parametrize("how", ["before", "after", "torn"])
def test_killed_at_any_step_the_next_start_ends_it(tmp_path: Path, how: str) -> None:
    """Each row stands in one file, once; both files were set aside, or neither."""
    done = calls = 0
    while not done:
        calls += 1
        folder = tmp_path / str(calls)
        folder.mkdir()
        sheets, fate = Sheets(folder, DAILY), Fate()
        sheets.write(EVENING, 1, 2)
        try:
            with fate.armed(calls, how):
                sheets.write(NOON, 3)
                done = calls
        except Killed:
            pass
        finally:
            fate.close()
        sheets.restart()
        sheets.write(NOON, 4)
        later = [3, 4] if sheets.ledger.last_seq() == 4 else [4]
        seen = sheets.seen()
        if "results-2026-11-21" in seen:
            assert {"results-2026-11-21": [1, 2], "results": later} == seen
        else:  # killed before it was begun: the row of the new day, written at the start, ended no day
            assert (True, {"results": [1, 2, *later]}) == (calls <= 3, seen)
        sheets.close()
    assert done > 10


def test_only_names_that_we_give_have_a_day() -> None:
    """Whatever else lies in the outbox is not ours to delete."""
    assert (date(2026, 11, 21),) * 2 == (day_of(b"results-2026-11-21.csv"), day_of(b"results-2026-11-21-12.jsonl"))
    for name in (b"results.csv", b"results-old1.csv", b"results-2026-13-21.csv", b"results-2026-11-21.csv.gz", b"x"):
        assert None is day_of(name)
