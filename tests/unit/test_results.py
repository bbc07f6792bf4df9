"""watcher.results: rows are appended once, whatever people and power cuts do to the files."""

import csv
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import SEVEN, claim, id_of

from watcher import results as module
from watcher.errors import SurroundingsError
from watcher.ledger import Ledger
from watcher.places import Places
from watcher.records import Record
from watcher.results import Results
from watcher.rows import CSV_HEADER, csv_line, json_line


class Office:
    """A ledger, and both results files in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.csv, self.jsonl = folder / "results.csv", folder / "results.jsonl"
        self.ledger = Ledger(folder / "ledger")
        self.results = Results(folder, self.ledger)

    def record(self, *numbers: int) -> list[Record]:
        """Results that stand in the ledger and in no file yet."""
        from datetime import UTC

        self.ledger.intend([claim(number) for number in numbers])
        return self.ledger.record([(claim(n), SEVEN) for n in numbers], "net", "now", Places(self.folder, UTC))

    def write(self, *numbers: int) -> list[Record]:
        """The whole way: ledger, rows, positions."""
        made = self.record(*numbers)
        self.results.append(made)
        self.ledger.finish([one.claim.id for one in made], self.results.positions())
        return made

    def restart(self) -> int:
        """A kill and the next start; gives how many rows were missing."""
        self.results.close()
        self.results = Results(self.folder, self.ledger)
        return self.results.catch_up()

    def numbers(self) -> list[int]:
        """The pictures whose rows stand in results.csv; the JSONL file must have the same."""
        rows = list(csv.reader(io.StringIO(self.csv.read_bytes().decode(), newline="")))
        lines = [json.loads(line) for line in self.jsonl.read_bytes().splitlines()]
        assert CSV_HEADER.decode().strip().split(",") == rows[0]
        found = [row[0] for row in rows[1:] if row and row[0].startswith("0190")]
        assert found == [line["id"] for line in lines]
        return [int(id_[-12:], 16) for id_ in found]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    office.results.catch_up()
    yield office
    office.results.close()
    office.ledger.close()


def test_rows_are_appended_in_the_ledgers_order(office: Office) -> None:
    """A header once, then a row each, in both files; the old bytes never change."""
    first = office.write(1, 2)
    before = office.csv.read_bytes()
    second = office.write(3)
    assert CSV_HEADER + b"".join(map(csv_line, first)) == before
    assert before + csv_line(second[0]) == office.csv.read_bytes()
    assert b"".join(map(json_line, first + second)) == office.jsonl.read_bytes()


def test_a_new_file_has_its_header_at_once(office: Office) -> None:
    """People can open results.csv before anything was read."""
    assert (CSV_HEADER, b"") == (office.csv.read_bytes(), office.jsonl.read_bytes())


def test_rows_are_on_disk_before_append_returns(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file is fsynced, after its rows and not before."""
    synced = []
    monkeypatch.setattr(module.os, "fsync", lambda d: synced.append(os.fstat(d).st_size))
    office.results.append(office.record(1))
    assert [office.csv.stat().st_size, office.jsonl.stat().st_size] == synced


def test_a_row_that_was_never_written_is_appended_at_start(office: Office) -> None:
    """Killed between ledger and file: the row follows; a second start adds nothing."""
    office.write(1)
    office.record(2, 3)
    assert (2, [1, 2, 3]) == (office.restart(), office.numbers())
    assert (0, [1, 2, 3]) == (office.restart(), office.numbers())


def test_a_row_that_was_written_is_not_doubled_at_start(office: Office) -> None:
    """Killed after the file and before the ledger heard of it."""
    office.write(1)
    office.results.append(office.record(2))
    assert (0, [1, 2]) == (office.restart(), office.numbers())


@pytest.mark.parametrize("kept", [1, 20, 100, -1])
def test_a_torn_row_is_cut_and_written_again(office: Office, kept: int) -> None:
    """Half a row at the end, of one file or of both, becomes a whole one."""
    office.write(1)
    (made,) = office.record(2)
    with open(office.csv, "ab") as sheet:
        sheet.write(csv_line(made)[:kept])
    assert (1, [1, 2]) == (office.restart(), office.numbers())


@pytest.mark.parametrize("left", [0, 4096])
def test_blocks_of_nul_after_a_power_cut_are_cut(office: Office, left: int) -> None:
    """NULs where rows should stand, with or without a line behind them, are replaced by the rows."""
    office.write(1)
    made = office.record(2, 3)
    for sheet, render in ((office.csv, csv_line), (office.jsonl, json_line)):
        with open(sheet, "ab") as file:
            file.write(b"\0" * left + b"\0" * 50 + render(made[1]))
    assert (2, [1, 2, 3]) == (office.restart(), office.numbers())
    assert b"\0" not in office.csv.read_bytes()


def test_rows_that_the_ledger_does_not_know_stop_the_start(office: Office) -> None:
    """A ledger from a backup: refused with what to do, and the file is left as it is."""
    office.write(1)
    stranger = Record(claim(99), SEVEN, 99, "net", "now", b"archive/x")
    with open(office.csv, "ab") as sheet:
        sheet.write(csv_line(stranger))
    before = office.csv.read_bytes()
    with pytest.raises(SurroundingsError, match=id_of(99)) as refused:
        office.restart()
    assert "Restore the newer ledger" in refused.value.hint
    assert "`digit-watcher repair`" in refused.value.hint
    assert before == office.csv.read_bytes()


def test_an_emptied_state_is_noticed_by_the_results(office: Office, tmp_path: Path) -> None:
    """A new, empty ledger beside old results is refused too."""
    office.write(1)
    fresh = Ledger(tmp_path / "fresh")
    results = Results(tmp_path, fresh)
    with pytest.raises(SurroundingsError, match="rows that the ledger does not know"):
        results.catch_up()
    results.close()
    fresh.close()


@pytest.mark.parametrize("gone", [os.unlink, lambda path: os.rename(path, str(path) + ".old")])
def test_files_taken_away_between_batches_begin_anew(office: Office, gone) -> None:
    """Deleted or moved: a new file with header and the new rows; the old rows are not repeated."""
    office.write(1)
    gone(office.csv)
    gone(office.jsonl)
    office.write(2)
    assert [2] == office.numbers()
    assert (0, [2]) == (office.restart(), office.numbers())


def test_files_taken_away_between_two_starts_begin_anew(office: Office) -> None:
    """The same while the daemon was stopped, also with a row still due."""
    office.write(1)
    office.record(2)
    os.unlink(office.csv)
    os.unlink(office.jsonl)
    assert (1, [2]) == (office.restart(), office.numbers())


def test_a_file_moved_while_rows_were_written_gets_them_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows went with the moved file; under the name they stand in a new one."""
    office.write(1)
    real = os.fsync

    def move_meanwhile(descriptor: int) -> None:
        real(descriptor)
        monkeypatch.setattr(module.os, "fsync", real)
        os.rename(office.csv, office.folder / "moved.csv")

    monkeypatch.setattr(module.os, "fsync", move_meanwhile)
    (made,) = office.write(2)
    assert CSV_HEADER + csv_line(made) == office.csv.read_bytes()
    assert (office.folder / "moved.csv").read_bytes().endswith(csv_line(made))


def test_rows_that_a_person_deleted_stay_deleted(office: Office) -> None:
    """Written is written: a row taken out by hand does not come back."""
    office.write(1, 2, 3)
    lines = office.csv.read_bytes().splitlines(keepends=True)
    office.csv.write_bytes(b"".join(lines[:1] + lines[3:]))
    assert 0 == office.restart()
    assert [id_of(3)] == [row[0] for row in csv.reader(office.csv.read_text().splitlines()[1:])]


def in_place(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def by_rename(path: Path, content: bytes) -> None:
    """As most editors save: a new file takes the name."""
    path.with_suffix(".new").write_bytes(content)
    os.replace(path.with_suffix(".new"), path)


@pytest.mark.parametrize("save", [in_place, by_rename])
@pytest.mark.parametrize("restarted", [False, True])
def test_a_persons_line_without_newline_is_kept(office: Office, save, restarted: bool) -> None:
    """A remark added by hand stays, and the next row begins on a line of its own."""
    office.write(1)
    save(office.csv, office.csv.read_bytes() + b"checked by Anna")
    if restarted:
        office.restart()
    office.write(2)
    assert b"\r\nchecked by Anna\r\n" in office.csv.read_bytes()
    assert [1, 2] == office.numbers()


@pytest.mark.parametrize("save", [in_place, by_rename])
@pytest.mark.parametrize("restarted", [False, True])
def test_an_editor_that_drops_the_last_newline_costs_no_row(office: Office, save, restarted: bool) -> None:
    """The last row without its line end is still that row, and the next does not hang on to it."""
    office.write(1, 2)
    save(office.csv, office.csv.read_bytes().rstrip())
    if restarted:
        office.restart()
    office.write(3)
    assert [1, 2, 3] == office.numbers()


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_a_file_that_a_spreadsheet_saved_is_gone_on_with(office: Office, start: bytes) -> None:
    """Other line ends and a byte order mark are no other columns: rows go on in the same file, none twice."""
    office.write(1, 2)
    saved = office.folder / "saved.csv"
    saved.write_bytes(start + office.csv.read_bytes().replace(b"\r\n", b"\n"))
    os.replace(saved, office.csv)
    assert 0 == office.restart()
    office.write(3)
    rows = list(csv.reader(io.StringIO(office.csv.read_text(encoding="utf-8-sig"))))
    assert ["id", *(claim(number).id for number in (1, 2, 3))] == [row[0] for row in rows]
    assert not (office.folder / "results-old1.csv").exists()


def test_other_columns_begin_a_new_file(office: Office) -> None:
    """A file with another header is set aside under a name that is free; nothing of it is lost."""
    for name in ("results.csv", "results-old1.csv"):
        (office.folder / name).write_bytes(b"id,digit\r\n")
    assert 0 == office.restart()
    assert (CSV_HEADER, b"id,digit\r\n") == (office.csv.read_bytes(), (office.folder / "results-old2.csv").read_bytes())


def test_a_link_in_the_place_of_a_results_file_is_not_followed(office: Office, tmp_path: Path) -> None:
    """Nothing outside the outbox is written."""
    (tmp_path / "victim").touch()
    os.unlink(office.csv)
    office.csv.symlink_to("victim")
    with pytest.raises(SurroundingsError, match="is no regular file"):
        office.results.append(office.record(1))
    assert 0 == (tmp_path / "victim").stat().st_size


def test_a_full_disk_in_the_middle_of_a_row_is_mended(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half the rows written, then ENOSPC: catching up later leaves each row once."""
    office.write(1)
    made = office.record(2, 3)
    real = os.write

    def full(descriptor: int, data: memoryview) -> int:
        if len(data) < 200:
            raise OSError(28, "No space left on device")
        return real(descriptor, data[: len(data) - 150])

    monkeypatch.setattr(module.os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        office.results.append(made)
    monkeypatch.setattr(module.os, "write", real)
    office.results.catch_up()
    assert [1, 2, 3] == office.numbers()
    office.write(4)
    assert [1, 2, 3, 4] == office.numbers()
