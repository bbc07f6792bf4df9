"""A record as people read it: a line of results.csv and a line of results.jsonl."""

import csv
import os
import re
import unicodedata
from collections.abc import Sequence

from pydantic_core import to_json

from watcher.recognition.verdict import SCORE_PLACES
from watcher.records import Claim, Record

COLUMNS = (
    "id", "file", "status", "prediction", "confidence", "second_prediction", "second_confidence", "reason",
    "width", "height", "sha256", "model", "arrived_at", "processed_at", "archived_to",
)  # fmt: skip
# Characters that turn the writing round, over the rest of the line: a name must not read as another one.
_TURNING = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))
# Spreadsheets run cells that begin so (OWASP, CSV injection); where a semicolon divides cells, behind one too.
_RUNS = "=+\\-@＝＋－＠"
_BEGINS_TO_RUN = re.compile(f"[{_RUNS}]")
_MAY_RUN = re.compile(f"^[{_RUNS}]|;")
_RUNS_BEHIND = re.compile(rf";(?=[\s\"']*[{_RUNS}])")
# What most paths are: neither to be quoted nor escaped, and nothing that runs.
_PLAIN = re.compile(rb"[A-Za-z0-9_.][A-Za-z0-9_./~() -]*")
CSV_HEADER = (",".join(COLUMNS) + "\r\n").encode()


def readable_name(name: bytes) -> str:
    """A path as one line of text: control characters and bytes that are no UTF-8 become \\xNN, \\ becomes \\\\.

    `parse_name` is the way back.
    """
    text = os.fsdecode(name)
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    return "".join(_escaped(char) for char in text)


def printable(text: str) -> str:
    """Any text as one line that no terminal obeys: what is not printable becomes as in Python's literals."""
    return text if text.isprintable() else "".join(map(_printable, text))


def _printable(char: str) -> str:
    return char if char.isprintable() else char.encode("unicode_escape").decode("ascii")


def about(claim: Claim) -> dict[str, str]:
    """What a log message on a picture carries as fields: which file, and which id."""
    return {"FILE": readable_name(claim.file), "PICTURE_ID": claim.id}


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


class _Echo:
    """Where the csv module writes to: it gives back what it is given, so that `writerow` returns the line."""

    def write(self, line: str) -> str:
        return line


_csv_text = csv.writer(_Echo()).writerow


def to_csv(cells: Sequence[str]) -> bytes:
    """One line of a CSV file (RFC 4180), with its end."""
    text: str = _csv_text(cells)
    return text.encode()


def csv_line(record: Record) -> bytes:
    """One line of results.csv (RFC 4180), whatever the file was called."""
    v, claim = record.verdict, record.claim
    cells = (
        claim.id, _path(claim.file), v.status, _text(v.prediction), _six(v.confidence), _text(v.second_prediction),
        _six(v.second_confidence), _text(v.reason), _text(v.width), _text(v.height), v.sha256, safe_cell(record.model),
        claim.arrived_at, record.processed_at, _path(record.archived_to),
    )  # fmt: skip
    line = ",".join(cells) + "\r\n"
    # Hardly any line needs quotes; which cells do, and how, the csv module knows, in three times the time.
    if line.count(",") >= len(cells) or '"' in line or line.count("\r") > 1 or line.count("\n") > 1:
        line = _csv_text(cells)
    return line.encode()


def json_line(record: Record) -> bytes:
    """One line of results.jsonl: the columns of the CSV, then all ten scores and the sentence for people."""
    v, claim = record.verdict, record.claim
    return b"%b\n" % to_json({
        "id": claim.id, "file": readable_name(claim.file), "status": v.status, "prediction": v.prediction,
        "confidence": v.confidence, "second_prediction": v.second_prediction,
        "second_confidence": v.second_confidence, "reason": v.reason, "width": v.width, "height": v.height,
        "sha256": v.sha256, "model": record.model, "arrived_at": claim.arrived_at, "processed_at": record.processed_at,
        "archived_to": readable_name(record.archived_to), "scores": v.scores, "detail": v.detail,
    })  # fmt: skip


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _six(value: float | None) -> str:
    return "" if value is None else f"{value:.{SCORE_PLACES}f}"


def _path(path: bytes) -> str:
    return path.decode("ascii") if _PLAIN.fullmatch(path) else safe_cell(readable_name(path))


def safe_cell(text: str) -> str:
    """Text that no spreadsheet runs as a formula: with an apostrophe before it where it would be one."""
    if not _MAY_RUN.search(text):
        return text
    text = _RUNS_BEHIND.sub(r"\\x3b", text)
    return "'" + text if _BEGINS_TO_RUN.match(text) else text
