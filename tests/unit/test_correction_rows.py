"""watcher.corrections.rows: a correction as a line of corrections.csv, and back."""

import csv

import pytest
from fakes import id_of

from watcher.corrections.labels import NOT_A_DIGIT, Correction
from watcher.corrections.rows import correction_line, correction_of_line


@pytest.mark.parametrize("file", [b"7.png", b"=1+1.png", b'a,"b"\n.png', b"\xff.png", "７é.png".encode()])
@pytest.mark.parametrize("by", ["Ann", "=cmd()", 'O\'Neil, "Tip"', "李"])
def test_a_row_is_one_line_and_reads_back(file: bytes, by: str) -> None:
    """Whatever the picture is called, and the person; and no spreadsheet runs it."""
    one = Correction(0, id_of(1), id_of(2), file, "7", NOT_A_DIGIT, by, "2026-03-01T12:00:00.000Z")
    line = correction_line(one)
    assert (1, one) == (line.count(b"\n"), correction_of_line(line))
    assert not any(cell.startswith("=") for cell in next(csv.reader([line.decode()])))


@pytest.mark.parametrize("line", [b"", b"a,b\r\n", 6 * b"," + b"\r\n", b'"\r\n', b"\xff\r\n"])
def test_what_is_no_correction_is_refused(line: bytes) -> None:
    """By ValueError alone."""
    with pytest.raises(ValueError):
        correction_of_line(line)
