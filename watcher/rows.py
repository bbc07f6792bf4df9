"""A record as people read it: a line of results.csv and a line of results.jsonl."""

import csv
import io
import json
import os
import re
import unicodedata

from watcher.records import Record

COLUMNS = (
    "id", "file", "status", "prediction", "confidence", "second_prediction", "second_confidence", "reason",
    "width", "height", "sha256", "model", "arrived_at", "processed_at", "archived_to",
)  # fmt: skip
# Characters that turn the writing round, over the rest of the line: a name must not read as another one.
_TURNING = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))
# Spreadsheets run cells that begin so (OWASP, CSV injection); where a semicolon divides cells, behind one too.
_RUNS = "=+\\-@＝＋－＠"
_BEGINS_TO_RUN = re.compile(f"[{_RUNS}]")
_RUNS_BEHIND = re.compile(rf";(?=[\s\"']*[{_RUNS}])")
CSV_HEADER = (",".join(COLUMNS) + "\r\n").encode()


def readable_name(name: bytes) -> str:
    """A path as one line of text: control characters and bytes that are no UTF-8 become \\xNN, \\ becomes \\\\.

    `parse_name` is the way back.
    """
    text = os.fsdecode(name)
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    return "".join(_escaped(char) for char in text)


def parse_name(text: str) -> bytes:
    """The path that `readable_name` shows so."""
    raw = os.fsencode(text)
    return re.sub(rb"\\(\\|x[0-9a-f]{2})", lambda m: b"\\" if m[1] == b"\\" else bytes([int(m[1][1:], 16)]), raw)


def _escaped(char: str) -> str:
    if char == "\\":
        return "\\\\"
    # Cs: how Python carries a byte that is no UTF-8; Zl and Zp end a line for some readers.
    if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(char) in _TURNING:
        return "".join(f"\\x{byte:02x}" for byte in os.fsencode(char))
    return char


def csv_line(record: Record) -> bytes:
    """One line of results.csv (RFC 4180), whatever the file was called."""
    text = io.StringIO()
    csv.writer(text).writerow([_cell(value) for value in _values(record).values()])
    return text.getvalue().encode()


def json_line(record: Record) -> bytes:
    """One line of results.jsonl: the columns of the CSV, then all ten scores and the sentence for people."""
    values = _values(record) | {
        "scores": [round(score, 6) for score in record.verdict.scores],
        "detail": record.verdict.detail,
    }
    return json.dumps(values, ensure_ascii=False).encode() + b"\n"


def _values(record: Record) -> dict[str, str | int | float | None]:
    verdict, claim = record.verdict, record.claim
    return dict(
        zip(
            COLUMNS,
            (
                claim.id,
                readable_name(claim.file),
                str(verdict.status),
                verdict.prediction,
                _rounded(verdict.confidence),
                verdict.second_prediction,
                _rounded(verdict.second_confidence),
                str(verdict.reason) if verdict.reason else None,
                verdict.width,
                verdict.height,
                verdict.sha256,
                record.model,
                claim.arrived_at,
                record.processed_at,
                readable_name(record.archived_to),
            ),
            strict=True,
        )
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _cell(value: str | int | float | None) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6f}"
    text = _RUNS_BEHIND.sub(r"\\x3b", str(value))
    return "'" + text if _BEGINS_TO_RUN.match(text) else text
