"""Pictures that need a person: two digits side by side, of which the reader takes one."""

import cv2
import numpy as np

from tests.end_to_end.pictures import Image, digit, encoded

SIDE = 120  # px high


def pair(first: int, second: int) -> Image:
    """(120, 200) uint8, two digits: read as `several_digits`, to be reviewed."""
    return np.hstack([digit(first), digit(second)])


def doubtful(number: int, side: int = SIDE) -> bytes:
    """A PNG that needs review; no two of them below 90 are alike. side: px high, smaller for many of them."""
    first, second = divmod(number % 90 + 10, 10)
    picture = pair(first, second)
    if side != SIDE:
        picture = cv2.resize(picture, (side * 200 // SIDE, side), interpolation=cv2.INTER_AREA)
    return encoded(picture)
