"""A line of results.jsonl or results.csv, read back as the record that it was written from."""

import codecs
import csv
import json
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from watcher.recognition.verdict import Reason, Status, Verdict
from watcher.records import Claim, Identity, Record
from watcher.rows import COLUMNS, parse_name

_NOWHERE = Identity(0, 0, 0, 0)
_DAY = re.compile(rb"\d{4}-\d\d-\d\d")


def record_of_json(line: bytes) -> Record:
    """Raises ValueError where the line is not as we write it. Its identity and sequence number are zeros."""
    try:
        values = json.loads(line)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if not isinstance(values, dict) or not {*COLUMNS, "scores", "detail"} <= values.keys():
        raise ValueError("columns are missing")
    return _record(values, str(values["file"]))


def record_of_csv(line: bytes, columns: Sequence[str] = COLUMNS, delimiter: str = ",") -> Record:
    """As `record_of_json`; a line of the CSV has neither scores nor the sentence for people.

    columns: of the file that the line is from, where it is not as we write it today; those that it lacks are empty.
    """
    try:
        cells = next(csv.reader([line.decode().rstrip("\r\n")], strict=True, delimiter=delimiter))
    except csv.Error as error:
        raise ValueError(str(error)) from error
    if len(cells) != len(columns):
        raise ValueError(f"it has {len(cells)} cells, not {len(columns)}")
    given = dict(zip(columns, cells, strict=True))
    values: dict[str, Any] = {name: plain_cell(given.get(name, "")) or None for name in COLUMNS}
    for name, made in _NUMBERS.items():
        values[name] = made(values[name]) if values[name] else None
    # A name of a person's may begin as our apostrophe does: then it stands so in its place too.
    file, place = given.get("file", ""), given.get("archived_to", "")
    file = file if f"/{file}" in place else plain_cell(file)
    return _record(values | {"scores": [], "detail": ""}, file)


def csv_reader(header: bytes) -> Callable[[bytes], Record]:
    """`record_of_csv` for a file that begins with this line: of other columns, or saved by a spreadsheet."""
    text = header.removeprefix(codecs.BOM_UTF8).decode(errors="replace").strip()
    delimiter = max(",;\t", key=text.count)
    columns = next(csv.reader([text], delimiter=delimiter), [])
    return partial(record_of_csv, columns=columns, delimiter=delimiter)


_NUMBERS: dict[str, Callable[[Any], float]] = {
    "confidence": float, "second_confidence": float, "width": int, "height": int,
}  # fmt: skip


def plain_cell(cell: str) -> str:
    """The text of which `safe_cell` made a cell."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@") else cell


_KINDS: dict[type, tuple[str, ...]] = {
    str: ("id", "prediction", "second_prediction", "sha256", "model", "arrived_at", "processed_at", "archived_to",
          "detail"),
    int: ("width", "height"),
    float: ("confidence", "second_confidence"),
}  # fmt: skip


def _check_kinds(values: dict[str, Any]) -> None:
    for kind, names in _KINDS.items():
        for name in names:
            value: object = values[name]
            if value is not None and type(value) is not kind:
                raise ValueError(f"{name} is {value!r}")
            if isinstance(value, str):
                value.encode()  # half a character is a ValueError
            if isinstance(value, int | float) and not 0 <= value < 2**31:
                raise ValueError(f"{name} is {value!r}")


def _record(values: dict[str, Any], file: str) -> Record:
    _check_kinds(values)
    try:
        verdict = Verdict(
            status=Status(values["status"]),
            sha256=values["sha256"] or "",
            reason=Reason(values["reason"]) if values["reason"] else None,
            prediction=values["prediction"],
            confidence=values["confidence"],
            second_prediction=values["second_prediction"],
            second_confidence=values["second_confidence"],
            scores=tuple(float(score) for score in values["scores"]),
            width=values["width"],
            height=values["height"],
            detail=values["detail"],
        )
        claim = Claim(values["id"], parse_name(file), _NOWHERE, values["arrived_at"])
        place = parse_name(values["archived_to"])
    except TypeError as error:
        raise ValueError(str(error)) from error
    if not claim.id or not claim.file or not claim.arrived_at or not values["processed_at"] or not values["model"]:
        raise ValueError("id, file, times or model are missing")
    _check_place(place)
    return Record(claim, verdict, 0, values["model"], values["processed_at"], place)


def _check_place(place: bytes) -> None:
    """People may write to these files: no row makes us touch anything outside archive/ and rejected/."""
    kind, *folders = place.split(b"/")
    if kind not in (b"archive", b"rejected") or len(folders) < 2 or not _DAY.fullmatch(folders[0]):
        raise ValueError(f"{place!r} is no place in archive/ or rejected/")
    if b"\0" in place or any(part in (b"", b".", b"..") for part in folders):
        raise ValueError(f"{place!r} is no place in archive/ or rejected/")
