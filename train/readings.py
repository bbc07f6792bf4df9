"""Labelled pictures as the whole path reads them: bytes → decode → normalise → network → verdict."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from train.digits import Digits
from train.pictures import Labelled
from watcher.bars import each
from watcher.recognition.recogniser import Recogniser
from watcher.recognition.verdict import Verdict

# A picture file, its label (not of one digit where it shows none), and what else is known of it.
Sample = tuple[bytes, str, Mapping[str, str]]


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
    return of_samples(recogniser, as_png(digits), len(digits))


def of_pictures(recogniser: Recogniser, pictures: Sequence[Labelled]) -> list[Reading]:
    """Each picture file, as it lies there."""
    files = ((picture.path.read_bytes(), picture.label, picture.columns) for picture in pictures)
    return of_samples(recogniser, files, len(pictures))


def png(picture: NDArray[np.uint8]) -> bytes:
    """The picture as the bytes of a PNG file."""
    return bytes(cv2.imencode(".png", picture)[1])


def as_png(
    digits: Digits, draw: Callable[[NDArray[np.uint8]], NDArray[np.uint8]] = lambda picture: picture
) -> Iterator[Sample]:
    """Each digit as a PNG file, after `draw` has changed its picture."""
    for picture, label in zip(digits.pictures, digits.labels, strict=True):
        yield png(draw(picture)), str(label), {"label": str(label)}


def of_samples(
    recogniser: Recogniser, samples: Iterable[Sample], count: int | None = None, what: str = "read"
) -> list[Reading]:
    """Each sample, in order. count: how many there are, for the bar that shows the progress."""
    return list(each(read(recogniser, samples), "pictures", what, count))


def read(recogniser: Recogniser, samples: Iterable[Sample]) -> Iterator[Reading]:
    """Each sample, in order, as it is asked for."""
    for data, label, columns in samples:
        sight = recogniser.see(data)
        yield Reading(label, sight.verdict, sight.digit, columns)
