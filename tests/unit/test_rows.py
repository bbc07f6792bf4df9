"""watcher.rows: one record is one line, whatever the file was called, and reads back."""

import csv
import io
import json

import pytest
from fakes import BLANK, SEVEN, record
from hypothesis import given
from hypothesis import strategies as st

from watcher.rows import COLUMNS, CSV_HEADER, csv_line, json_line, parse_name, readable_name

NAMES = st.binary(min_size=1, max_size=60) | st.text(min_size=1, max_size=30).map(lambda t: t.encode(errors="replace"))


def cells(line: bytes) -> list[str]:
    (row,) = csv.reader(io.StringIO(line.decode("utf-8"), newline=""))
    return row


@given(NAMES)
def test_a_record_is_one_line_and_one_row_of_all_columns(name: bytes) -> None:
    """Any bytes as a name: one CSV line that csv reads as one row, one JSON line that json reads."""
    made = record(file=name)
    line = csv_line(made)
    assert 1 == len(line.decode("utf-8").splitlines())
    assert line.endswith(b"\r\n")
    assert len(COLUMNS) == len(cells(line))
    jsonl = json_line(made)
    assert 1 == len(jsonl.decode("utf-8").splitlines())
    assert readable_name(name) == json.loads(jsonl)["file"]


@given(st.text([chr(code) for code in range(32, 127) if chr(code) not in "\\;"], min_size=1, max_size=30))
def test_a_cell_reads_back_as_the_name(name: str) -> None:
    """Quotes, commas, spaces and all else that is ASCII; an apostrophe stands before what would run."""
    cell = cells(csv_line(record(file=name.encode())))[1]
    assert ("'" + name if name[0] in "=+-@" else name) == cell


@given(st.text(max_size=20), st.text(max_size=20))
def test_whatever_a_repaired_row_brought_along_stays_in_its_cell(said: str, when: str) -> None:
    """Rows that `repair` takes in were in people's hands: commas, quotes and line ends in any of their cells."""
    made = record()
    made = made._replace(verdict=made.verdict._replace(prediction=said, width=0), processed_at=when)
    found = dict(zip(COLUMNS, cells(csv_line(made)), strict=True))
    assert (said, "0", when) == (found["prediction"], found["width"], found["processed_at"])


@given(NAMES, NAMES)
def test_two_names_never_look_the_same(one: bytes, other: bytes) -> None:
    """Escaping loses nothing: different bytes give different text."""
    assert (one == other) == (readable_name(one) == readable_name(other))


@pytest.mark.parametrize("name", [b"=1+1.png", b"+7.png", b"-7.png", b"@7.png", "＝1.png".encode()])
def test_a_name_like_a_formula_is_made_text(name: bytes) -> None:
    """An apostrophe stands before it, as spreadsheets know it; in JSON the name is as it is."""
    made = record(file=name)
    assert "'" + name.decode() == cells(csv_line(made))[1]
    assert name.decode() == json.loads(json_line(made))["file"]


@pytest.mark.parametrize("name", [b"7;=1+1;.png", b'7";=1+1.png', b"7; +1.png"])
def test_a_formula_behind_a_semicolon_is_made_text(name: bytes) -> None:
    """Where the language divides numbers by a comma, spreadsheets divide cells by a semicolon: it is escaped."""
    cell = cells(csv_line(record(file=name)))[1]
    assert name.decode().replace(";", "\\x3b", 1) == cell
    assert name == parse_name(cell)


@given(NAMES)
def test_no_cell_is_a_formula(name: bytes) -> None:
    """No cell begins with what a spreadsheet would run."""
    assert not any(cell[:1] in tuple("=+-@\t\r") and cell for cell in cells(csv_line(record(file=name))))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"7.png", "7.png"),
        ("Größe 7 😀.png".encode(), "Größe 7 😀.png"),
        (b"a\nb\tc.png", "a\\x0ab\\x09c.png"),
        (b"\xff7.png", "\\xff7.png"),
        (b"a\\x0a.png", "a\\\\x0a.png"),
        ("a\u2028b.png".encode(), "a\\xe2\\x80\\xa8b.png"),
        ("a\x85b.png".encode(), "a\\xc2\\x85b.png"),
        ("\u202egnp.7.png".encode(), "\\xe2\\x80\\xaegnp.7.png"),
    ],
)
def test_names_are_shown_as_they_are_where_that_is_one_line(name: bytes, shown: str) -> None:
    """Letters of all scripts stay; control characters, line ends of every kind and stray bytes are escaped."""
    assert shown == readable_name(name)


@given(NAMES)
def test_a_shown_name_leads_back_to_the_file(name: bytes) -> None:
    """What results.csv shows can be given to `requeue`, whatever bytes the name is made of."""
    assert name == parse_name(readable_name(name))


def test_the_columns_are_the_published_ones() -> None:
    """The header is the contract: new columns go to the end, names never change."""
    expected = (
        b"id,file,status,prediction,confidence,second_prediction,second_confidence,reason,width,height,sha256,model,"
        b"arrived_at,processed_at,archived_to\r\n"
    )
    assert expected == CSV_HEADER


def test_a_read_picture_fills_its_row() -> None:
    """Every field stands in its column, confidences with six places."""
    found = dict(zip(COLUMNS, cells(csv_line(record(3, b"in/7.png"))), strict=True))
    assert {
        "id": "01900000-0000-7000-8000-000000000003", "file": "in/7.png", "status": "ok", "prediction": "7",
        "confidence": "0.990000", "second_prediction": "1", "second_confidence": "0.005000", "reason": "",
        "width": "28", "height": "28", "sha256": "ab" * 32, "model": "net-01234567",
        "arrived_at": "2026-03-01T12:00:00.000Z", "processed_at": "2026-03-01T12:00:01.000Z",
        "archived_to": "archive/2026-03-01/in/7.png",
    } == found  # fmt: skip


def test_an_unreadable_picture_leaves_cells_empty() -> None:
    """No prediction is an empty cell in CSV and null in JSON, never the word None."""
    made = record(verdict=BLANK)
    assert b"None" not in csv_line(made)
    found = json.loads(json_line(made))
    assert (None, None, "blank", []) == (
        found["prediction"], found["confidence"], found["reason"], found["scores"],
    )  # fmt: skip


def test_json_has_the_columns_in_order_then_scores_and_sentence() -> None:
    """The same record plus all ten scores."""
    found = json.loads(json_line(record(verdict=SEVEN._replace(detail="a sentence"))))
    assert [*COLUMNS, "scores", "detail"] == list(found)
    assert 10 == len(found["scores"])
    assert "a sentence" == found["detail"]
