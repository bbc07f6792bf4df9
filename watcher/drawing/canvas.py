"""What figures and contact sheets are drawn with: pictures in frames, lines of text, a file."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from watcher.errors import UsageError
from watcher.recognition.verdict import Status

Image = NDArray[np.uint8]  # (height, width, 3), BGR
Colour = tuple[int, int, int]  # BGR

WHITE, DARK, PALE = (255, 255, 255), (40, 40, 40), (110, 110, 110)
# Told apart by those who see no red or no green, too; and white words can be read on each.
COLOURS: dict[Status, Colour] = {
    Status.OK: (80, 115, 0),
    Status.REVIEW: (0, 85, 190),
    Status.UNREADABLE: (110, 35, 125),
}

_HINT = "Name a .png in a folder that exists."
_FONT = cv2.FONT_HERSHEY_SIMPLEX
# Since its version 5 OpenCV draws letters of most scripts, before that Latin ones without accents.
_LAST_DRAWN = 0xFFFF if int(cv2.__version__.split(".")[0]) >= 5 else 0x7E


def sheet_of_paper(height: int, width: int) -> Image:
    """Nothing but white."""
    return np.full((height, width, 3), 255, np.uint8)


def fitted(picture: Image | NDArray[np.uint8], side: int, paper: int) -> NDArray[np.uint8]:
    """A grey picture (h, w) in the middle of a square (side, side), as large as it can be there."""
    square = np.full((side, side), paper, np.uint8)
    scale = side / max(picture.shape)
    size = tuple(max(1, round(length * scale)) for length in reversed(picture.shape))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    small = np.asarray(cv2.resize(picture, size, interpolation=how))
    top, left = (side - small.shape[0]) // 2, (side - small.shape[1]) // 2
    square[top : top + small.shape[0], left : left + small.shape[1]] = small
    return square


def put(image: Image, square: NDArray[np.uint8], corner: tuple[int, int]) -> None:
    """Draw a grey square with its upper left corner at (x, y), in a thin line."""
    (x, y), side = corner, len(square)
    image[y : y + side, x : x + side] = square[..., None]
    cv2.rectangle(image, (x - 1, y - 1), (x + side, y + side), (210, 210, 210), 1)


def write(image: Image, text: str, at: tuple[int, int], size: float, colour: Colour, thick: int = 1) -> None:
    """Draw a line of text whose baseline begins at (x, y). size: as OpenCV counts, 1 is 21 px for a capital."""
    cv2.putText(image, _drawable(text), at, _FONT, size, colour, thick, cv2.LINE_AA)


def width_of(text: str, size: float, thick: int = 1) -> int:
    """How many pixels wide `write` makes it."""
    return int(cv2.getTextSize(_drawable(text), _FONT, size, thick)[0][0])


def cut_to(text: str, width: int, size: float) -> str:
    """As much of the end of a text as fits into so many pixels: files differ in how their names end."""
    text = _drawable(text)
    if width_of(text, size) <= width:
        return text
    return next((f"...{end}" for n in range(len(text)) if width_of(f"...{(end := text[n:])}", size) <= width), "")


def check_target(path: Path, what: str) -> None:
    """Raise UsageError where no such picture can be written, before anything is done for it."""
    if not path.absolute().parent.is_dir():
        raise UsageError(f"cannot write the {what} {path}: there is no folder {path.absolute().parent}", hint=_HINT)
    if path.suffix and not cv2.haveImageWriter(f"x{path.suffix}"):
        raise UsageError(f"cannot write the {what} {path}: {path.suffix} is no kind of picture", hint=_HINT)


def save(image: Image, path: Path, what: str) -> None:
    """Write a PNG, or what the suffix says. Raises UsageError where that is not possible."""
    try:
        written, data = cv2.imencode(path.suffix or ".png", image)
        if written:
            path.write_bytes(data.tobytes())
    except (OSError, cv2.error) as error:
        raise UsageError(f"cannot write the {what} {path}: {error}", hint=_HINT) from error


def _drawable(text: str) -> str:
    """What cannot be drawn is written as Python would: so the file can still be found."""
    return "".join(
        sign if sign.isprintable() and ord(sign) <= _LAST_DRAWN else sign.encode("ascii", "backslashreplace").decode()
        for sign in text
    )
