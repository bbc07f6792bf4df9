"""watcher.rows: one picture is one row for whoever reads it, and no cell runs, whatever the file was called."""

import csv
import io
import json
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from fakes import record
from hypothesis import given
from hypothesis import strategies as st
from names import NAMES, PATHS

from watcher.rows import COLUMNS, CSV_HEADER, csv_line, json_line, parse_name, readable_name

FORMULAS = re.compile(r"[=+\-@\t\r]")
HOSTILE = [
    b"=1+1.png", b"+1.png", b"-1.png", b"@SUM(1).png", "＝1+1.png".encode(), b"\t=1+1.png", b"\r=1.png", b" =1.png",
    b"a;=1+1;.png", b'a";=1+1;".png', b"a; =1+1.png", b"a;+1+1;.png", b'=cmd|" /C calc"!A0.png', b'"', b'a"b,c.png',
    b"a\nb.png", b"a\r\nb.png", b"\xff\xfe.png", b"'7.png", b"NA", "\ufeff7.png".encode(), "\u202egnp.7.png".encode(),
    "\u20287.png".encode(), "😀.png".encode(),
]  # fmt: skip


def rfc4180(text: str, separator: str = ",") -> Iterator[list[str]]:
    """Rows by the letter of RFC 4180: a parser of its own, that knows no csv module. Raises ValueError."""
    row, cell, state, at = [], "", "start", 0
    while at < len(text):
        char, two = text[at], text[at : at + 2]
        at += 1
        if state == "quoted":
            if two == '""':
                cell, at = cell + '"', at + 1
            elif char == '"':
                state = "closed"
            else:
                cell += char
        elif char == separator or two == "\r\n":
            row, cell, state = [*row, cell], "", "start"
            if two == "\r\n":
                at += 1
                yield row
                row = []
        elif char == '"' and state == "start":
            state = "quoted"
        elif char in '"\r\n' or state == "closed":
            raise ValueError(f"{char!r} at {at}")
        else:
            cell, state = cell + char, "plain"
    if state != "start" or row:
        raise ValueError("no end of line")


@given(PATHS, NAMES)
def test_every_reader_sees_the_same_one_row(name: bytes, place: bytes) -> None:
    """csv, a parser by the letter of RFC 4180, and pandas with both of its parsers agree on one row of all columns."""
    line = csv_line(record(file=name, archived_to=b"archive/2026-03-01/" + place))
    text = (CSV_HEADER + line).decode("utf-8")
    header, row = rfc4180(text)
    assert list(COLUMNS) == header
    assert [header, row] == list(csv.reader(io.StringIO(text, newline="")))
    assert 2 == len(text.splitlines())
    for engine in ("c", "python"):
        read = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, engine=engine)
        assert [row] == read.to_numpy().tolist()
        assert (1, len(COLUMNS)) == pd.read_csv(io.StringIO(text), engine=engine).shape


@given(PATHS)
def test_jsonl_is_read_by_json_and_by_pandas(name: bytes) -> None:
    """One line, one record, with the name as it is shown."""
    line = json_line(record(file=name))
    assert 1 == len(line.decode("utf-8").splitlines())
    assert readable_name(name) == json.loads(line)["file"]
    read = pd.read_json(io.BytesIO(line), lines=True, dtype=False)
    assert [readable_name(name)] == read["file"].tolist()


@given(PATHS, NAMES)
def test_no_cell_is_a_formula_with_commas_or_semicolons_between(name: bytes, place: bytes) -> None:
    """Spreadsheets of half of Europe split at semicolons: there too no cell begins as a formula does."""
    line = csv_line(record(file=name, archived_to=place)).decode()
    for separator in ",;\t":
        for cell in _split_like_a_spreadsheet(line.removesuffix("\r\n"), separator):
            assert (
                FORMULAS.match(unicodedata.normalize("NFKC", cell.lstrip(" \"'" if separator == ";" else ""))) is None
            )


def _split_like_a_spreadsheet(line: str, separator: str) -> list[str]:
    if separator == ",":
        return next(rfc4180(line + "\r\n"))
    # Quotes that do not begin a cell do not protect: the worst that a reader may make of it.
    return line.split(separator)


@given(PATHS)
def test_a_shown_name_leads_back(name: bytes) -> None:
    """What is shown can be given to `requeue`; it is one line without controls of any kind."""
    shown = readable_name(name)
    assert name == parse_name(shown)
    assert not [char for char in shown if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")]
    assert not [char for char in shown if unicodedata.bidirectional(char) in ("RLO", "LRO", "RLI", "PDI")]


@given(st.text(max_size=60))
def test_any_text_can_be_asked_for(text: str) -> None:
    """What a person types after `requeue` is never an error, whatever it is."""
    assert isinstance(
        parse_name(text.encode(errors="surrogateescape" if text.isascii() else "replace").decode()), bytes
    )


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("separators", ["44", "44/59/9"])
def test_libreoffice_sees_one_row_a_picture_and_no_formula(tmp_path: Path, separators: str) -> None:
    """With commas alone the cells are ours; with semicolons and tabs too still none is a formula and no row more."""
    table = tmp_path / "results.csv"
    table.write_bytes(CSV_HEADER + b"".join(csv_line(record(n, name)) for n, name in enumerate(HOSTILE, 1)))
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "fods"]
    command += [f"--infilter=CSV:{separators},34,76,1", "--outdir", str(tmp_path), str(table)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    office = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    sheet = ET.parse(tmp_path / "results.fods").getroot()
    assert [] == [cell.attrib for cell in sheet.iter(office + "table-cell") if office + "formula" in cell.attrib]
    rows = [row for row in sheet.iter(office + "table-row") if len("".join(row.itertext()).strip())]
    assert 1 + len(HOSTILE) == len(rows)
