"""Labelled pictures as the whole path reads them: bytes → decode → normalise → network → verdict."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from train.digits import Digits
from train.pictures import Labelled
from watcher.recognition.recogniser import Recogniser
from watcher.recognition.verdict import Verdict

Source = Iterable[tuple[bytes, str, Mapping[str, str]]]


@dataclass(frozen=True)
class Reading:
    """A verdict beside the truth. digit: uint8 (28, 28) that the network saw, None where it saw none."""

    label: str
    verdict: Verdict
    digit: NDArray[np.uint8] | None = None
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_digit(self) -> bool:
        """Whether the truth is one of the ten digits."""
        return len(self.label) == 1 and self.label in "0123456789"

    @property
    def right(self) -> bool:
        """Whether the digit was read as what it is; an unreadable digit was not."""
        return self.verdict.prediction == self.label


def of_digits(recogniser: Recogniser, digits: Digits) -> list[Reading]:
    """Each digit, encoded as the PNG file that a user would have dropped."""
    return _read(recogniser, _as_png(digits), len(digits))


def of_pictures(recogniser: Recogniser, pictures: Sequence[Labelled]) -> list[Reading]:
    """Each picture file, as it lies there."""
    files = ((picture.path.read_bytes(), picture.label, picture.columns) for picture in pictures)
    return _read(recogniser, files, len(pictures))


def _as_png(digits: Digits) -> Iterator[tuple[bytes, str, Mapping[str, str]]]:
    for picture, label in zip(digits.pictures, digits.labels, strict=True):
        yield cv2.imencode(".png", picture)[1].tobytes(), str(label), {"label": str(label)}


def _read(recogniser: Recogniser, source: Source, count: int) -> list[Reading]:
    readings = []
    for data, label, columns in tqdm(source, total=count, desc="read", unit="pictures", leave=False, disable=None):
        sight = recogniser.see(data)
        readings.append(Reading(label, sight.verdict, sight.digit, columns))
    return readings
