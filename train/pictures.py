"""Folders of labelled pictures: `DIR/<digit>/*.png`, or pictures with a `labels.csv`."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from train.digits import GARBAGE, Digits
from watcher.bars import each
from watcher.errors import UsageError
from watcher.recognition.decode import decode
from watcher.recognition.formats import PICTURE_SUFFIXES
from watcher.recognition.model import NOT_A_DIGIT
from watcher.recognition.normalise import normalise
from watcher.recognition.verdict import DIGITS, Unreadable


@dataclass(frozen=True)
class Labelled:
    """A picture file, what it shows (any text; `0` to `9` for a digit), and its columns of labels.csv."""

    path: Path
    label: str
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_digit(self) -> bool:
        """Whether the label is one of the ten digits."""
        return self.label in DIGITS


def listed(folder: Path) -> list[Labelled]:
    """All labelled pictures of a folder, in the order of labels.csv or by name.

    A file of labels.csv is looked for beside it, then in `pictures/` and `images/`.
    Raises UsageError where the folder holds neither form, or names a file that is not there.
    """
    if not folder.is_dir():
        raise UsageError(f"--pictures {folder}: no such folder", hint="give DIR/<digit>/*.png or DIR/labels.csv")
    table = folder / "labels.csv"
    found = _from_table(table) if table.is_file() else _from_folders(folder)
    if not found:
        raise UsageError(
            f"--pictures {folder}: no labelled pictures",
            hint="put them into DIR/0 … DIR/9, or list them in DIR/labels.csv with the columns file,label",
        )
    return found


def chosen(folder: Path, conditions: Iterable[str], by: str | None) -> list[Labelled]:
    """Those of `listed` for which the conditions of `only` hold; raises UsageError, also where no column is `by`."""
    found = listed(folder)
    if by is not None:
        check_column(found, by, "--by")
    return only(found, conditions)


def only(pictures: Sequence[Labelled], conditions: Iterable[str]) -> list[Labelled]:
    """The pictures for which every condition `column=value` holds; raises UsageError if none is left."""
    kept = list(pictures)
    for condition in conditions:
        column, equals, value = condition.partition("=")
        if not equals:
            raise UsageError(f"--only {condition}: not of the form column=value", hint="for example --only kind=single")
        check_column(pictures, column, "--only")
        kept = [picture for picture in kept if picture.columns[column] == value]
    if not kept:
        raise UsageError(
            f"--only {' --only '.join(conditions)}: no picture is left",
            hint="look at the values in labels.csv",
        )
    return kept


def check_column(pictures: Sequence[Labelled], column: str, option: str) -> None:
    """Raises UsageError if the pictures have no such column."""
    known = sorted(pictures[0].columns)
    if column not in known:
        raise UsageError(
            f"{option} {column}: labels.csv has no such column",
            hint=f"columns here: {', '.join(known) or 'none'}",
        )


def as_digits(pictures: Sequence[Labelled], *, garbage: bool = False) -> tuple[Digits, int]:
    """The pictures labelled 0 to 9 in the network's form, and how many of them could not be read.

    They pass the very same decode and normalise as users' pictures. garbage: what is labelled `not_a_digit` comes
    with them, as GARBAGE; a network without that output cannot be given it.
    """
    digits, labels, unread = [], [], 0
    for picture in each(pictures, "pictures", "read pictures"):
        if not (picture.is_digit or (garbage and picture.label == NOT_A_DIGIT)):
            continue
        try:
            digits.append(normalise(decode(picture.path.read_bytes())).digit)
        except Unreadable:
            unread += 1
            continue
        labels.append(int(picture.label) if picture.is_digit else GARBAGE)
    if not digits:
        raise UsageError(
            f"none of the {len(pictures)} labelled pictures is a readable digit",
            hint="labels must be 0 to 9; try one picture with: python -m watcher predict PICTURE",
        )
    return Digits(np.stack(digits), np.asarray(labels, np.int64)), unread


def _from_folders(folder: Path) -> list[Labelled]:
    return [
        Labelled(path, digit, {"label": digit})
        for digit in DIGITS
        for path in sorted((folder / digit).glob("*"))
        if path.suffix.lower() in PICTURE_SUFFIXES and path.is_file()
    ]


def _from_table(table: Path) -> list[Labelled]:
    with table.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        if not {"file", "label"} <= set(reader.fieldnames or ()):
            raise UsageError(
                f"{table}: its header is {','.join(reader.fieldnames or ())}",
                hint="labels.csv needs at least the columns file,label",
            )
        return [Labelled(_located(table, row["file"]), row["label"].strip(), row) for row in reader]


def _located(table: Path, name: str) -> Path:
    for folder in (".", "pictures", "images"):
        path = table.parent / folder / name
        if path.is_file():
            return path
    raise UsageError(f"{table}: names {name}, which is not there", hint="remove its line, or put the file back")
