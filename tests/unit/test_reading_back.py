"""watcher.reading_back: a row becomes the record again that it was written from."""

import json

import pytest
from fakes import BLANK, SEVEN, record

from watcher.reading_back import record_of_csv, record_of_json
from watcher.records import Identity, Record
from watcher.rows import csv_line, json_line

NAMES = [b"7.png", b'a/b,c\n"d".png', b"=1+1.png", b"'=1+1.png", b"\xff\\x00.png", "größe/ 7.png".encode(), b"-"]


def seen(made: Record, *, scores: bool) -> Record:
    """What a row can know of a record."""
    verdict = made.verdict if scores else made.verdict._replace(scores=(), detail="")
    return made._replace(seq=0, verdict=verdict, claim=made.claim._replace(identity=Identity(0, 0, 0, 0)))


@pytest.mark.parametrize("verdict", [SEVEN, BLANK])
@pytest.mark.parametrize("name", NAMES)
def test_a_record_comes_back_from_its_row(name: bytes, verdict) -> None:
    """From the JSONL whole; from the CSV without scores and sentence. Written again, they are the same bytes."""
    made = record(1, name, verdict)
    assert seen(made, scores=True) == record_of_json(json_line(made))
    assert json_line(made) == json_line(record_of_json(json_line(made)))
    assert seen(made, scores=False) == record_of_csv(csv_line(made))
    assert csv_line(made) == csv_line(record_of_csv(csv_line(made)))


PLACES = [
    "archive/../../etc/passwd", "/etc/passwd", "archive/2026-03-01", "archive/2026-03-01/", "archive/2026-03-01//7",
    "elsewhere/2026-03-01/7.png", "archive/today/7.png", "archive/2026-03-01/./7.png", "archive/2026-03-01/\\x00", "",
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_no_row_leads_out_of_the_archive(place: str) -> None:
    """People may write to these files."""
    values = json.loads(json_line(record()))
    with pytest.raises(ValueError, match="no place in archive/ or rejected/"):
        record_of_json(json.dumps(values | {"archived_to": place}).encode())
    row = csv_line(record()).rpartition(b",")[0] + b"," + place.encode() + b"\r\n"
    with pytest.raises(ValueError):
        record_of_csv(row)


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "fine"}, {"status": None}, {"reason": "ugly"}, {"scores": None}, {"scores": ["x"]}, {"file": ""},
        {"archived_to": None}, {"arrived_at": None}, {"processed_at": ""}, {"model": None},
        {"width": 10**30}, {"height": "9"}, {"confidence": "high"}, {"prediction": 7}, {"detail": "\ud800"},
        {"confidence": float("nan")}, {"id": None}, {"sha256": ["ab"]},
    ],
)  # fmt: skip
def test_values_that_we_do_not_write_are_refused(changed: dict[str, object]) -> None:
    """Each with a ValueError, so that the row can be named."""
    with pytest.raises(ValueError):
        record_of_json(json.dumps(json.loads(json_line(record())) | changed).encode())


def test_torn_lines_are_refused() -> None:
    """At any byte but for the line's end; of the CSV, whose last cell may be torn, up to that."""
    line = json_line(record())
    for length in range(len(line) - 1):
        with pytest.raises(ValueError):
            record_of_json(line[:length])
    line = csv_line(record())
    for length in range(1, line.rindex(b"archive/") + 1):
        with pytest.raises(ValueError):
            record_of_csv(line[:length])


@pytest.mark.parametrize(
    "line",
    [
        b"[]",
        b"7",
        b"null",
        b"{}",
        b'"id"',
        b"\xff",
        b"",
        b"{" * 100_000,
        b"[" * 100_000,
        b'"7" 7,' * 15,
        b"x" * 200_000,
    ],
)
def test_other_lines_are_refused(line: bytes) -> None:
    """JSON, but no row of ours; and no JSON."""
    with pytest.raises(ValueError):
        record_of_json(line)
    with pytest.raises(ValueError):
        record_of_csv(line)
