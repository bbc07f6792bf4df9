"""watcher.results after a kill, a power cut or a full disk: every row once, whole, and known to the ledger."""

import csv
import io
import os
from pathlib import Path

import pytest
from fakes import SEVEN, claim, id_of
from office import Office

from watcher.errors import SurroundingsError
from watcher.ledger import Ledger
from watcher.records import Record
from watcher.results import Results
from watcher.rows import CSV_HEADER, csv_line, json_line


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


def test_a_full_disk_in_the_middle_of_a_row_is_mended(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half the rows written, then ENOSPC: catching up later leaves each row once."""
    office.write(1)
    made = office.record(2, 3)
    real = os.write

    def full(descriptor: int, data: memoryview) -> int:
        if len(data) < 200:
            raise OSError(28, "No space left on device")
        return real(descriptor, data[: len(data) - 150])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        office.results.append(made)
    monkeypatch.setattr(os, "write", real)
    office.results.catch_up()
    assert [1, 2, 3] == office.numbers()
    office.write(4)
    assert [1, 2, 3, 4] == office.numbers()


@pytest.mark.parametrize("name", ["results.csv", "results.jsonl"])
def test_rows_torn_at_any_byte_are_mended(office: Office, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """For every length that a kill may leave of the last three rows, of which one was archived long ago."""
    monkeypatch.setattr(os, "fsync", lambda _: None)  # this is about bytes; it takes ten times as long
    office.write(1, 2)
    office.record(3, 4)
    office.restart()
    path = office.folder / name
    whole, other = path.read_bytes(), office.csv.read_bytes() + office.jsonl.read_bytes()
    first = sum(len(line) + 1 for line in whole.split(b"\n")[: 2 if name == "results.csv" else 1])
    for length in range(first + 1, len(whole)):
        path.write_bytes(whole[:length])
        office.restart()
        assert path.read_bytes() == whole, f"{length} of {len(whole)} bytes"
    assert other == office.csv.read_bytes() + office.jsonl.read_bytes()


@pytest.mark.parametrize("name", ["results.csv", "results.jsonl"])
def test_nuls_from_any_byte_on_are_mended(office: Office, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut leaves the length and not the bytes: from any place in the last rows on, or within them."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    office.write(1)
    before = (office.folder / name).stat().st_size
    office.record(2, 3)
    office.results.catch_up()
    path = office.folder / name
    whole = path.read_bytes()
    for begin in range(before, len(whole), 3):
        for end in (begin + 7, len(whole), len(whole) + 4096):
            path.write_bytes(whole[:begin] + bytes(end - begin) + whole[end:])
            office.restart()
            assert path.read_bytes() == whole, f"NUL from {begin} to {end}"


def test_nuls_before_rows_that_would_not_come_back_are_left(office: Office) -> None:
    """What a person did to a file costs no row that was written long ago."""
    office.write(1, 2)
    lines = office.csv.read_bytes().splitlines(keepends=True)
    changed = b"".join((lines[0], b"\0\0\r\n", *lines[1:]))
    office.csv.with_suffix(".new").write_bytes(changed)
    os.replace(office.csv.with_suffix(".new"), office.csv)
    office.restart()
    assert changed == office.csv.read_bytes()


def test_a_header_that_was_torn_when_the_file_was_made_is_made_whole(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut at any byte, with or without NULs behind it: no file is set aside for it."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    for size in range(len(CSV_HEADER)):
        for left in (CSV_HEADER[:size], CSV_HEADER[:size].ljust(len(CSV_HEADER), b"\0")):
            office.csv.write_bytes(left)
            office.restart()
            assert CSV_HEADER == office.csv.read_bytes()
    assert ["ledger", "results.csv", "results.jsonl"] == sorted(
        path.name for path in office.folder.iterdir() if not path.name.startswith("ledger-")
    )


def test_a_copy_that_has_the_rows_already_gets_them_once(office: Office) -> None:
    """Copied away with a row that the ledger does not know to be there yet, and copied back as another file."""
    office.write(*range(1, 4))
    (made,) = office.record(4)
    office.results.append([made])
    lines = office.csv.read_bytes().splitlines(keepends=True)
    filler = b"remark by Anna\r\n" * 100_000  # more than any look at the end of the file would see
    office.csv.with_suffix(".new").write_bytes(b"".join((*lines, filler)))
    os.replace(office.csv.with_suffix(".new"), office.csv)
    assert 0 == office.restart()
    assert [1, 2, 3, 4] == office.numbers()


def test_a_copy_that_lacks_a_due_row_gets_it(office: Office) -> None:
    """The rows that are there are not repeated."""
    office.write(1)
    before = office.csv.read_bytes()
    office.results.append(office.record(2, 3))
    office.csv.with_suffix(".new").write_bytes(before + office.csv.read_bytes().splitlines(keepends=True)[-1])
    os.replace(office.csv.with_suffix(".new"), office.csv)
    assert 1 == office.restart()
    rows = list(csv.reader(io.StringIO(office.csv.read_bytes().decode(), newline="")))
    assert [id_of(1), id_of(3), id_of(2)] == [row[0] for row in rows[1:]]


def test_a_picture_that_is_only_claimed_has_no_row(office: Office) -> None:
    """The ledger knows the id as a claim, the file has its row: the ledger is older, and reading again would double."""
    office.ledger.intend([claim(1)])
    with open(office.csv, "ab") as sheet:
        sheet.write(csv_line(Record(claim(1), SEVEN, 1, "net", "now", b"archive/2026-03-01/x")))
    with pytest.raises(SurroundingsError, match=id_of(1)):
        office.restart()


def test_a_full_disk_leaves_no_half_row_to_be_seen(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the trouble lasts, people and programs that read the file find whole rows only."""
    office.write(1)
    before, real = office.csv.read_bytes(), os.write

    def full(descriptor: int, data: memoryview) -> int:
        if len(data) < 200:
            raise OSError(28, "No space left on device")
        return real(descriptor, data[: len(data) - 150])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        office.results.append(office.record(2, 3))
    assert before == office.csv.read_bytes()


def test_rows_behind_a_cut_are_not_doubled_after_a_kill(office: Office) -> None:
    """A person cut the files, rows were written behind the cut to beyond the old size, and the ledger did not hear."""
    office.write(1, 2, 3)
    second = office.ledger.place_of(id_of(2))
    for sheet, row in ((office.csv, csv_line(second)), (office.jsonl, json_line(second))):
        whole = sheet.read_bytes()
        sheet.write_bytes(whole[: whole.index(row)])
    office.results.append(office.record(4, 5, 6))
    assert (0, [1, 4, 5, 6]) == (office.restart(), office.numbers())


@pytest.mark.parametrize("left", [0, 5, len(CSV_HEADER) - 3])
def test_a_header_that_was_cut_meanwhile_is_whole_before_the_next_row(office: Office, left: int) -> None:
    """Rows behind half a header would go aside with it at the next start."""
    office.write(1)
    office.csv.write_bytes(CSV_HEADER[:left])
    office.jsonl.write_bytes(b"")
    office.results.append(office.record(2))
    assert [2] == office.numbers()
    assert (0, [2]) == (office.restart(), office.numbers())
