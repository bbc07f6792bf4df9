"""One picture on a contact sheet: itself, the 28×28 that the network saw, and what became of it."""

from typing import NamedTuple, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from watcher.drawing import canvas
from watcher.drawing.canvas import COLOURS, DARK, PALE, WHITE, Image, width_of, write
from watcher.recognition.recogniser import Sight
from watcher.recognition.verdict import Status, percent

WIDTH, HEIGHT = 160, 162  # of a tile, at scale 1
_BAND, _EDGE, _PICTURE, _SEEN = 19, 4, 96, 52
_SMALL, _WORD = 0.36, 0.4  # sizes of text
_NO_PICTURE = 235


class Answer(NamedTuple):
    """What a tile says. number: of the line that `predict` printed for this picture, from 1."""

    number: int
    name: str
    status: Status
    reason: str
    prediction: str | None
    confidence: float | None

    @classmethod
    def of(cls, number: int, name: str, sight: Sight) -> Self:
        """What one sight came to."""
        said = sight.verdict
        return cls(number, name, said.status, said.reason or "", said.prediction, said.confidence)


class Shot(NamedTuple):
    """The pixels of a tile: uint8 (side, side), and (28, 28), ink 255 on 0, or all 0 where the network saw nothing."""

    picture: NDArray[np.uint8]
    digit: NDArray[np.uint8]

    @classmethod
    def of(cls, sight: Sight, scale: int) -> Self:
        """As small as it will be drawn."""
        side, nothing = _PICTURE * scale, np.full((1, 1), _NO_PICTURE, np.uint8)
        picture = canvas.fitted(nothing if sight.grey is None else sight.grey, side, _NO_PICTURE)
        return cls(picture, np.zeros((28, 28), np.uint8) if sight.digit is None else sight.digit)

    @classmethod
    def from_bytes(cls, data: bytes, scale: int) -> Self:
        """What `to_bytes` made."""
        pixels, side = np.frombuffer(data, np.uint8), _PICTURE * scale
        return cls(pixels[: side * side].reshape(side, side), pixels[side * side :].reshape(28, 28))

    def to_bytes(self) -> bytes:
        """Both, one after the other."""
        return self.picture.tobytes() + self.digit.tobytes()


def draw_tile(answer: Answer, shot: Shot, scale: int) -> Image:
    """An image (HEIGHT, WIDTH, 3), times `scale`. Sign and word say the status, not the colour alone."""
    tile, colour = canvas.sheet_of_paper(HEIGHT * scale, WIDTH * scale), COLOURS[answer.status]
    cv2.rectangle(tile, (0, 0), (WIDTH * scale - 1, HEIGHT * scale - 1), colour, 2 * scale)
    cv2.rectangle(tile, (0, 0), (WIDTH * scale, _BAND * scale), colour, -1)
    _draw_sign(tile, answer.status, scale)
    write(tile, str(answer.status), (22 * scale, 14 * scale), _WORD * scale, WHITE, scale)
    number = f"{answer.number}"
    left = (WIDTH - _EDGE - 2) * scale - width_of(number, _SMALL * scale)
    write(tile, number, (left, 14 * scale), _SMALL * scale, WHITE)
    top, right = _BAND + _EDGE, _PICTURE + 2 * _EDGE + 1
    canvas.put(tile, shot.picture, ((_EDGE + 1) * scale, top * scale))
    canvas.put(tile, canvas.fitted(shot.digit, _SEEN * scale, 0), (right * scale, top * scale))
    _draw_reading(tile, answer, (right, top + _SEEN), scale)
    for text, baseline, ink in ((answer.reason, 134, colour), (answer.name, 152, DARK)):
        line = canvas.cut_to(text, (WIDTH - 3 * _EDGE) * scale, _SMALL * scale)
        write(tile, line, ((_EDGE + 2) * scale, baseline * scale), _SMALL * scale, ink)
    return tile


def _draw_reading(tile: Image, answer: Answer, corner: tuple[int, int], scale: int) -> None:
    if answer.prediction is None or answer.confidence is None:
        write(tile, "-", ((corner[0] + 18) * scale, (corner[1] + 30) * scale), 0.9 * scale, PALE, 2 * scale)
        return
    write(tile, answer.prediction, ((corner[0] + 15) * scale, (corner[1] + 28) * scale), 1.0 * scale, DARK, 2 * scale)
    share = percent(answer.confidence)
    left = corner[0] * scale + (_SEEN * scale - width_of(share, _SMALL * scale)) // 2
    write(tile, share, (left, (corner[1] + 43) * scale), _SMALL * scale, DARK)


def _draw_sign(tile: Image, status: Status, scale: int) -> None:
    """A tick, a question mark or a cross, in white."""
    if status is Status.REVIEW:
        write(tile, "?", (8 * scale, 15 * scale), 0.5 * scale, WHITE, 2 * scale)
        return
    lines = {
        Status.OK: [[(6, 10), (10, 14), (17, 5)]],
        Status.UNREADABLE: [[(7, 5), (16, 14)], [(7, 14), (16, 5)]],
    }[status]
    points = [np.array(line, np.int32) * scale for line in lines]
    cv2.polylines(tile, points, isClosed=False, color=WHITE, thickness=2 * scale, lineType=cv2.LINE_AA)
