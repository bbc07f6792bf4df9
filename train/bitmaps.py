"""Signs as small bitmaps: 8 to 40 px a side, grey or two colours, cut out tightly or not."""

import cv2
import numpy as np
from numpy.typing import NDArray

from train.pen import Coverage, Random

# Side in px, whether in two colours, and weight. 16 grey and 32 in two colours are usual in old collections.
_KINDS = (
    (16, False, 0.34), (32, True, 0.3), (20, False, 0.08), (12, False, 0.07), (24, True, 0.07),
    (40, True, 0.05), (16, True, 0.05), (8, False, 0.04),
)  # fmt: skip
FINE = 96  # px: signs to be reduced should be about as large as this


def bitmap(random: Random, sign: Coverage) -> NDArray[np.uint8]:
    """A small picture (h, w) uint8 of a fine sign, of either polarity."""
    side, binary, _ = _KINDS[random.choice(len(_KINDS), p=[weight for *_, weight in _KINDS])]
    margin = int(random.choice([0, 1, 2], p=[0.6, 0.25, 0.15])) if side >= 12 else 0
    inner = side - 2 * margin
    if random.random() < 0.15:  # stretched to the square, unless the sign is a stick
        rows, columns = sign.shape
        size = (inner, inner) if columns > 0.45 * rows else (max(2, round(inner * columns / rows)), inner)
    else:
        scale = inner / max(sign.shape)
        size = (max(1, round(sign.shape[1] * scale)), max(1, round(sign.shape[0] * scale)))
    small = cv2.resize(sign, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    picture = np.zeros((side, side if random.random() < 0.75 else size[0] + 2 * margin), np.float32)
    top, left = (picture.shape[0] - small.shape[0]) // 2, (picture.shape[1] - small.shape[1]) // 2
    picture[top : top + small.shape[0], left : left + small.shape[1]] = small
    if binary:
        picture = np.where(picture > random.uniform(70, 150), 255, 0).astype(np.float32)
    elif random.random() < 0.5:  # scanners stretch the contrast
        picture = np.clip((picture - 20) * random.uniform(1.1, 2.5), 0, 255)
    grey = np.rint(picture).astype(np.uint8)
    return 255 - grey if random.random() < 0.5 else grey
