"""Amounts on cheques: their digits cut out by the boxes that people drew, and whole strings. Measured on, not trained.

ORAND-CAR (Diem et al., 2014): `labels.csv` with `file,label,boxes,part`; a box is `x:y:w:h`, left to right.
"""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from train.pictures import Labelled, listed
from train.readings import Sample, png
from watcher.errors import UsageError
from watcher.recognition.formats import read_header

_SIDES = (64, 200, 600)


def digits(folder: Path, part: str, margin: int) -> Iterator[Sample]:
    """Single digits as PNG files, `margin` px wider than their box on each side.

    Raises UsageError where labels.csv names a picture that cannot be read. Rows whose label has more or fewer digits
    than there are boxes are left out.
    """
    for picture in _of_part(folder, part):
        boxes = [tuple(map(int, box.split(":"))) for box in picture.columns["boxes"].split()]
        if len(boxes) != len(picture.label):
            continue
        whole = _grey(picture.path)
        for place, (digit, (x, y, wide, high)) in enumerate(zip(picture.label, boxes, strict=True)):
            top, left = max(0, y - margin), max(0, x - margin)
            cut = whole[top : y + high + margin, left : x + wide + margin]
            if cut.size:
                yield png(cut), digit, {"file": picture.path.name, "place": str(place)}


def strings(folder: Path, part: str) -> Iterator[Sample]:
    """Whole amounts of two or more digits, as their files."""
    for picture in _of_part(folder, part):
        if len(picture.label) > 1:
            yield picture.path.read_bytes(), picture.label, {"file": picture.path.name}


def counts(folder: Path, part: str) -> tuple[int, int]:
    """How many `digits` there are at most, and how many `strings`."""
    labels = [picture.label for picture in _of_part(folder, part)]
    return sum(map(len, labels)), sum(len(label) > 1 for label in labels)


def bucket(width: int, height: int) -> str:
    """The size of a canvas in words: exactly 28, up to 64, 200 or 600 on its longer side, or larger."""
    longer = max(width, height)
    if longer == 28:
        return "28"
    return next((f"to {most}" for most in _SIDES if longer <= most), "larger")


def bucket_of(data: bytes) -> str:
    """`bucket` of a picture file."""
    header = read_header(data)
    return bucket(header.width, header.height)


def _of_part(folder: Path, part: str) -> list[Labelled]:
    return [picture for picture in listed(folder) if picture.columns["part"] == part]


def _grey(path: Path) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise UsageError(f"{path}: cannot be read", hint="put the pictures that labels.csv names back")
    return np.asarray(picture, np.uint8)
