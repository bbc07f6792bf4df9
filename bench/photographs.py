"""Draws what a phone's camera makes of a digit on paper: 12 megapixels, lit unevenly, a JPEG of several MB."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

DISTINCT = 10  # a digit each; of more the bytes come in turn
_WIDTH, _HEIGHT = 4000, 3000  # px
_QUALITY = 90  # of JPEG, as phones write it
# The way of a pen, digit by digit, in a box of 10 × 16; between two strokes it is lifted.
_STROKES: tuple[tuple[tuple[tuple[float, float], ...], ...], ...] = (
    (((5, 0), (1, 3), (0, 8), (2, 14), (5, 16), (9, 13), (10, 7), (8, 2), (5, 0)),),
    (((4, 3), (6, 0), (5, 16)),),
    (((1, 4), (4, 0), (8, 1), (9, 5), (5, 11), (0, 16), (10, 15)),),
    (((1, 2), (5, 0), (9, 3), (7, 7), (4, 8), (9, 9), (9, 14), (5, 16), (0, 14)),),
    (((4, 0), (0, 10), (10, 10)), ((8, 5), (7, 16))),
    (((2, 0), (1, 7), (6, 6), (9, 10), (8, 14), (4, 16), (0, 14)), ((2, 0), (9, 0))),
    (((7, 0), (2, 5), (0, 11), (2, 15), (6, 16), (9, 13), (8, 9), (4, 8), (1, 11)),),
    (((0, 1), (10, 0), (6, 8), (3, 16)),),
    (((8, 2), (5, 0), (2, 2), (3, 6), (8, 10), (8, 14), (4, 16), (1, 13), (3, 9), (8, 5), (8, 2)),),
    (((9, 3), (5, 0), (1, 3), (2, 7), (6, 8), (9, 3), (9, 9), (7, 16)),),
)  # fmt: skip


def draw_photographs(folder: Path, count: int, seed: int = 1) -> None:
    """`count` JPEG files of 4000×3000, DISTINCT of which differ."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(seed)
    taken = [_taken(random, number) for number in range(min(count, DISTINCT))]
    for number in range(count):
        (folder / f"{number:07d}-{number % 10}.jpg").write_bytes(taken[number % DISTINCT])


def _taken(random: np.random.Generator, number: int) -> bytes:
    _, data = cv2.imencode(".jpg", _sheet(random, _ink(random, number % 10)), (cv2.IMWRITE_JPEG_QUALITY, _QUALITY))
    return data.tobytes()


def _ink(random: np.random.Generator, digit: int) -> NDArray[np.float32]:
    """How much ink there is where, 0 to 1, (height, width)."""
    unit = random.uniform(60, 110)  # px
    corner = (_WIDTH - 10 * unit, _HEIGHT - 16 * unit) * random.uniform(0.35, 0.65, 2)
    canvas = np.zeros((_HEIGHT, _WIDTH), np.uint8)
    strokes = [_curve(random, stroke) * unit + corner for stroke in _STROKES[digit]]
    cv2.polylines(canvas, [np.rint(one).astype(np.int32) for one in strokes], False, 255, round(unit), cv2.LINE_AA)
    return cv2.blur(canvas, (7, 7)).astype(np.float32) / 255


def _curve(random: np.random.Generator, stroke: tuple[tuple[float, float], ...]) -> NDArray[np.float64]:
    """The stroke as a hand draws it: points a little off, corners rounded (Chaikin 1974)."""
    points = np.array(stroke) + random.normal(0, 0.35, (len(stroke), 2))
    for _ in range(3):
        near, far = 0.75 * points[:-1] + 0.25 * points[1:], 0.25 * points[:-1] + 0.75 * points[1:]
        points = np.vstack([points[:1], np.stack([near, far], 1).reshape(-1, 2), points[-1:]])
    return points


def _sheet(random: np.random.Generator, ink: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Paper under uneven light, its fibres, blue ink, and the sensor's noise, which is the same in each twelfth."""
    light = cv2.resize(
        random.normal(185, 14, (2, 3)).astype(np.float32), (_WIDTH, _HEIGHT), interpolation=cv2.INTER_CUBIC
    )
    fibres = cv2.resize(random.normal(0, 7, (500, 500)).astype(np.float32), (1000, 1000))
    noise = fibres[..., None] + random.normal(0, 8, (1000, 1000, 3)).astype(np.float32)
    sheet = (light - ink * random.uniform(90, 120))[..., None] + np.tile(noise, (3, 4, 1))
    sheet += ink[..., None] * np.array((35, 5, 0), np.float32)
    return sheet.clip(0, 255).astype(np.uint8)
