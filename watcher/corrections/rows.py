"""A correction as people read it: a line of corrections.csv; and read back from there."""

import csv

from watcher.corrections.labels import LABELS, TAKEN_BACK, Correction
from watcher.reading_back import plain_cell
from watcher.rows import parse_name, readable_name, safe_cell, to_csv
from watcher.tail import id_in

COLUMNS = ("correction", "id", "file", "from", "to", "by", "at")
HEADER = (",".join(COLUMNS) + "\r\n").encode()


def correction_line(one: Correction) -> bytes:
    """One line of corrections.csv (RFC 4180). `to` is empty where something was taken back."""
    return to_csv(
        (one.id, one.picture, safe_cell(readable_name(one.file)), one.was, one.label, safe_cell(one.by), one.at)
    )


def correction_of_line(line: bytes) -> Correction:
    """Read a line back; its sequence number is 0. Raises ValueError where it is not as we write it."""
    try:
        cells = next(csv.reader([line.decode().rstrip("\r\n")], strict=True))
    except (csv.Error, StopIteration) as error:
        raise ValueError(str(error)) from error
    if len(cells) != len(COLUMNS):
        raise ValueError(f"it has {len(cells)} cells, not {len(COLUMNS)}")
    id_, picture, file, was, label, by, at = cells
    if id_in(line) != id_ or id_in(f"{picture},".encode()) != picture:
        raise ValueError("it has no ids")
    if label not in (*LABELS, TAKEN_BACK) or was not in (*LABELS, ""):
        raise ValueError(f"{label!r} in the place of {was!r} is no correction")
    return Correction(0, id_, picture, parse_name(plain_cell(file)), was, label, plain_cell(by), at)
