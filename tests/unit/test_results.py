"""watcher.results: rows are appended once, whatever people do to the files."""

import csv
import io
import os
from pathlib import Path

import pytest
from fakes import claim, id_of
from office import Office

from watcher.errors import SurroundingsError
from watcher.rows import CSV_HEADER, csv_line, json_line


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
    monkeypatch.setattr(os, "fsync", lambda d: synced.append(os.fstat(d).st_size))
    office.results.append(office.record(1))
    assert [office.csv.stat().st_size, office.jsonl.stat().st_size] == synced


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
        monkeypatch.setattr(os, "fsync", real)
        os.rename(office.csv, office.folder / "moved.csv")

    monkeypatch.setattr(os, "fsync", move_meanwhile)
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


@pytest.mark.parametrize("kept", [-1, -2, -25, -120, -200])
def test_a_row_cut_under_the_running_daemon_is_made_whole(office: Office, kept: int) -> None:
    """A person's cut through the last row leaves no short row behind the next ones."""
    office.write(1, 2)
    for path in (office.csv, office.jsonl):
        whole = path.read_bytes()
        path.write_bytes(whole[:kept])
    office.write(3)
    assert [1, 2, 3] == office.numbers()
    assert whole == office.jsonl.read_bytes()[: len(whole)]


def test_a_copy_put_in_place_while_rows_are_written_gets_each_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy was made when the rows stood there already."""
    office.write(1)
    real = os.fsync

    def replace_meanwhile(descriptor: int) -> None:
        real(descriptor)
        monkeypatch.setattr(os, "fsync", real)
        (office.folder / "copy").write_bytes(office.csv.read_bytes())
        os.replace(office.folder / "copy", office.csv)

    monkeypatch.setattr(os, "fsync", replace_meanwhile)
    office.write(2)
    assert [1, 2] == office.numbers()


def test_a_file_that_is_always_moved_away_pauses(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not tried for ever within one batch."""
    real = os.fsync

    def take_away(descriptor: int) -> None:
        real(descriptor)
        office.csv.unlink(missing_ok=True)

    monkeypatch.setattr(os, "fsync", take_away)
    with pytest.raises(SurroundingsError, match="again and again"):
        office.results.append(office.record(1))


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo, lambda path: os.symlink("/dev/null", path)])
def test_what_is_no_file_is_refused_with_what_to_do(office: Office, make) -> None:
    """A folder, a FIFO and a link: none is opened or written to, and it goes on once they are gone."""
    office.csv.unlink()
    make(office.csv)
    (made,) = office.record(1)
    with pytest.raises(SurroundingsError, match=r"results\.csv is no regular file") as refused:
        office.results.append([made])
    assert "Move it away" in refused.value.hint
    office.csv.rename(office.folder / "away")
    office.results.catch_up()
    assert [1] == office.numbers()
