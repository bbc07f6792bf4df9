"""A digit of 28×28 px as if it had been scanned finer: the outline smooth, the edge as soft as a pen's."""

import cv2
import numpy as np
from numpy.typing import NDArray

from train.pen import Coverage, Random


def enlarged(random: Random, picture: NDArray[np.uint8], size: float) -> Coverage:
    """The digit (28, 28) uint8, its longer side `size` px and cut out tightly; its stroke slightly wider or finer.

    Slant, turn and aspect vary as those of strokes do.
    """
    rows, columns = (np.flatnonzero(picture.max(axis=axis) > 40) for axis in (1, 0))
    if not len(rows):
        return picture
    tight = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = size / max(tight.shape)
    slant, turn, aspect = random.normal(0, 0.12), random.normal(0, 0.06), float(np.exp(random.normal(0, 0.1)))
    turned = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = turned @ np.array([[aspect, -slant], [0, 1]])
    side = int(size * 1.7) + 4
    middle = np.array(tight.shape[::-1]) / 2 - 0.5
    move = side / 2 - matrix @ middle
    large = cv2.warpAffine(tight, np.column_stack([matrix, move]), (side, side), flags=cv2.INTER_CUBIC)
    soft = np.asarray(large, np.float32) / np.float32(255)
    if scale > 1.5:
        soft = np.asarray(cv2.GaussianBlur(soft, (0, 0), 0.35 * scale), np.float32)
        edge, steep = random.uniform(0.3, 0.55), 0.9 * scale
        soft = np.asarray(np.clip((soft - edge) * steep + 0.5, 0, 1), np.float32)
    sheet = np.asarray(np.rint(soft * 255), np.uint8)
    rows, columns = (np.flatnonzero(sheet.max(axis=axis) > 60) for axis in (1, 0))
    return sheet[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if len(rows) else sheet
