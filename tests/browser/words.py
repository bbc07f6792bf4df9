"""What people said, by all that keeps it: the ledger, corrections.csv and results-corrected.csv."""

import csv
import io
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for
from watcher.rows import readable_name, safe_cell

_OK, _NO_DIGIT = ("ok", ""), ("unreadable", "not_a_digit")


class Word(NamedTuple):
    """file: as results.csv shows it. label: 0 to 9, not_a_digit, or "" where it was taken back."""

    file: str
    label: str
    by: str


def spoken(place: Place) -> list[Word]:
    """What the ledger has, in sequence."""
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(place.state / "ledger.sqlite3")) as db:
        rows = db.execute("SELECT file, label, made_by FROM corrections ORDER BY seq").fetchall()
        return [Word(safe_cell(readable_name(bytes(file))), label, by) for file, label, by in rows]
    return []


def _table(path: Path) -> list[dict[str, str]]:
    text = path.read_bytes().decode() if path.exists() else ""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def written(place: Place) -> list[Word]:
    """What corrections.csv has."""
    return [Word(row["file"], row["to"], row["by"]) for row in _table(place.outbox / "corrections.csv")]


def assert_spoken(place: Place, expected: Sequence[Word | tuple[str, str, str]]) -> None:
    """Just this was said, in this order, and all three say so; results.csv has never heard of it."""
    words = [Word(*word) for word in expected]
    wait_for(lambda: len(spoken(place)) >= len(words), f"{len(words)} corrections in the ledger")
    assert spoken(place) == words
    wait_for(lambda: len(written(place)) >= len(words), f"{len(words)} rows in corrections.csv")
    assert written(place) == words
    wait_for(lambda: _differences(place, words) == [], f"results-corrected.csv as said: {_differences(place, words)}")


def _differences(place: Place, words: Sequence[Word]) -> list[tuple[object, object]]:
    """Where results-corrected.csv is not results.csv with the last word on each file; files' names are unique."""
    last = {word.file: word.label for word in words}
    expected = [_right(row, last.get(row["file"], "")) for row in place.rows()]
    found = [_right(row, "") for row in _table(place.outbox / "results-corrected.csv")] if words else expected
    if len(expected) != len(found):
        return [(len(expected), len(found))]
    return [(a, b) for a, b in zip(expected, found, strict=True) if a != b]


def _right(row: dict[str, str], label: str) -> tuple[str, ...]:
    status, reason, prediction = row["status"], row["reason"], row["prediction"]
    if label == "not_a_digit":
        (status, reason), prediction = _NO_DIGIT, ""
    elif label:
        (status, reason), prediction = _OK, label
    return row["id"], row["file"], status, prediction, reason
