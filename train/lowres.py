"""MNIST's digits as old scanners and small screens had them: few pixels, or two colours."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]


def _tight(digit: Grey) -> Grey:
    rows, columns = (np.flatnonzero(digit.max(axis=axis) > 60) for axis in (1, 0))
    return digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _fitted(digit: Grey, side: int) -> Grey:
    """The digit as large as a square of `side` px allows, in its middle, black around it."""
    tight = _tight(digit)
    scale = side / max(tight.shape)
    wide, high = (max(1, round(length * scale)) for length in reversed(tight.shape))
    small = cv2.resize(tight, (wide, high), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    sheet = np.zeros((side, side), np.uint8)
    top, left = (side - high) // 2, (side - wide) // 2
    sheet[top : top + high, left : left + wide] = small
    return sheet


def _grey16(digit: Grey) -> Grey:
    return _fitted(digit, 16)


def _grey16_dark(digit: Grey) -> Grey:
    return 255 - _grey16(digit)


def _grey16_stretched(digit: Grey) -> Grey:
    """As postal sorting had it: the box fills the square, whatever its shape, but a 1 stays slim."""
    tight = _tight(digit)
    if tight.shape[1] < 0.4 * tight.shape[0]:
        return _fitted(digit, 16)
    return np.asarray(cv2.resize(tight, (16, 16), interpolation=cv2.INTER_AREA), np.uint8)


def _binary32(digit: Grey) -> Grey:
    return np.where(_fitted(digit, 32) > 127, np.uint8(255), np.uint8(0))


def _binary32_dark(digit: Grey) -> Grey:
    return 255 - _binary32(digit)


def _grey8(digit: Grey) -> Grey:
    """Black dots counted in blocks of 4×4, as optdigits has them: 17 shades."""
    counts = cv2.resize(_binary32(digit).astype(np.float32), (8, 8), interpolation=cv2.INTER_AREA) / 255 * 16
    return np.asarray(np.rint(counts) * 255 / 16, np.uint8)


def _binary20(digit: Grey) -> Grey:
    """Two colours and a rim, dark on light: what a fax or a stamp gives."""
    return 255 - np.pad(np.where(_fitted(digit, 20) > 110, np.uint8(255), np.uint8(0)), 4)


KINDS: dict[str, Callable[[Grey], Grey]] = {
    "16×16 grey, tight": _grey16,
    "16×16 grey, dark on light": _grey16_dark,
    "16×16 grey, stretched": _grey16_stretched,
    "32×32 binary": _binary32,
    "32×32 binary, dark on light": _binary32_dark,
    "28×28 binary, dark on light": _binary20,
    "8×8 grey": _grey8,
}
