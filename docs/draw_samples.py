"""Draws the pictures of the README, as people make them: `python docs/draw_samples.py`, then see its last line.

They are drawn by this script, not taken from any data set, so that they may be shown.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent / "pictures"
Points = Sequence[tuple[float, float]]
Image = NDArray[np.uint8]

# Pen strokes in a unit square, x to the right, y down; curves go through the points.
ZERO: list[Points] = [[(0.55, 0.02), (0.2, 0.2), (0.12, 0.6), (0.35, 0.97), (0.75, 0.85), (0.88, 0.4), (0.5, 0.03)]]
TWO: list[Points] = [
    [(0.15, 0.28), (0.4, 0.03), (0.78, 0.18), (0.62, 0.55), (0.12, 0.95), (0.35, 0.9), (0.65, 0.97), (0.92, 0.9)]
]
THREE: list[Points] = [
    [(0.18, 0.1), (0.55, 0.02), (0.75, 0.22), (0.42, 0.46), (0.44, 0.47), (0.85, 0.68), (0.6, 0.97), (0.12, 0.88)]
]
FOUR: list[Points] = [[(0.35, 0.05), (0.2, 0.4), (0.14, 0.62), (0.5, 0.6), (0.92, 0.57)], [(0.7, 0.3), (0.66, 0.98)]]
FIVE: list[Points] = [
    [(0.28, 0.06), (0.24, 0.4), (0.55, 0.36), (0.84, 0.62), (0.62, 0.95), (0.14, 0.9)],
    [(0.28, 0.07), (0.86, 0.04)],
]
SEVEN: list[Points] = [
    [(0.12, 0.1), (0.5, 0.07), (0.88, 0.06)],
    [(0.88, 0.06), (0.6, 0.5), (0.42, 0.98)],
    [(0.3, 0.52), (0.82, 0.48)],
]
EIGHT: list[Points] = [
    [
        (0.72, 0.14),
        (0.4, 0.04),
        (0.28, 0.26),
        (0.6, 0.5),
        (0.78, 0.78),
        (0.45, 0.97),
        (0.22, 0.76),
        (0.5, 0.48),
        (0.74, 0.16),
    ]
]
NINE: list[Points] = [
    [(0.8, 0.22), (0.5, 0.03), (0.22, 0.25), (0.45, 0.48), (0.78, 0.25)],
    [(0.8, 0.2), (0.76, 0.6), (0.66, 0.98)],
]
SCRIBBLE: list[Points] = [
    [(0.05, 0.5), (0.3, 0.1), (0.35, 0.9), (0.5, 0.1), (0.55, 0.9), (0.7, 0.15), (0.75, 0.85), (0.95, 0.3)],
    [(0.1, 0.3), (0.9, 0.75), (0.2, 0.8), (0.85, 0.2)],
]


def curve(points: Points, steps: int = 24) -> NDArray[np.float64]:
    """A Catmull-Rom spline through the points, (n, 2)."""
    known = np.array([points[0], *points, points[-1]], float)
    t = np.linspace(0, 1, steps)[:, None]
    parts = []
    for a, b, c, d in zip(known, known[1:], known[2:], known[3:], strict=False):
        parts.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.concatenate(parts)


def draw(shape: tuple[int, int], figure: list[Points], box: tuple[float, float, float, float], pen: int) -> Image:
    """Ink 255 on 0; box: left, top, width, height as shares of the canvas."""
    ink = np.zeros(shape, np.uint8)
    for points in figure:
        line = curve(points) * (box[2], box[3]) + (box[0], box[1])
        pixels = (line * (shape[1], shape[0])).round().astype(np.int32)
        cv2.polylines(ink, [pixels], False, 255, pen, cv2.LINE_AA if min(shape) > 64 else cv2.LINE_8)
    return ink


def on_paper(ink: Image, colour: tuple[int, int, int], paper: tuple[int, int, int]) -> NDArray[np.float64]:
    """Lay ink on paper; colours in OpenCV's order, BGR."""
    share = (ink / 255.0)[..., None]
    return share * np.array(colour) + (1 - share) * np.array(paper)


def photographed(picture: NDArray[np.float64], seed: int) -> Image:
    """Add a shadow, the camera's noise and a little blur."""
    random = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    light = np.linspace(1.0, 0.62, width)[None, :] * np.linspace(1.0, 0.85, height)[:, None]
    noisy = cv2.GaussianBlur(picture * light[..., None], (0, 0), 1.2) + random.normal(0, 4, picture.shape)
    return np.asarray(np.clip(noisy, 0, 255), np.uint8)


def main() -> None:
    """Write all pictures."""
    FOLDER.mkdir(exist_ok=True)
    save = lambda name, pixels: cv2.imwrite(str(FOLDER / name), pixels)  # noqa: E731
    save("marker.png", 255 - draw((400, 400), THREE, (0.25, 0.15, 0.5, 0.7), 34))
    save("paint-28x28.png", 255 - draw((28, 28), SEVEN, (0.3, 0.2, 0.45, 0.65), 1))
    ballpoint = on_paper(draw((600, 800), TWO, (0.52, 0.2, 0.2, 0.42), 7), (150, 60, 40), (196, 214, 222))
    save("ballpoint-photo.jpg", photographed(ballpoint, 1))
    squared = on_paper(draw((500, 500), FOUR, (0.3, 0.2, 0.38, 0.6), 9), (70, 66, 64), (244, 246, 246))
    squared[::50, :], squared[:, ::50] = (226, 214, 198), (226, 214, 198)
    save("squared-paper.jpg", photographed(squared, 2))
    alpha = np.zeros((300, 300, 4), np.uint8)
    alpha[..., :3], alpha[..., 3] = (40, 40, 40), draw((300, 300), FIVE, (0.3, 0.2, 0.4, 0.6), 14)
    save("transparent.png", alpha)
    save("hairline-1500px.png", draw((1500, 1500), EIGHT, (0.3, 0.2, 0.35, 0.6), 3))
    both = draw((300, 420), FOUR, (0.12, 0.2, 0.28, 0.6), 12) | draw((300, 420), NINE, (0.55, 0.2, 0.28, 0.6), 12)
    save("two-digits.png", 255 - both)
    save("scribble.png", 255 - draw((300, 300), SCRIBBLE, (0.15, 0.2, 0.7, 0.6), 8))
    print("digit-watcher predict docs/pictures --figure docs/predict.png")  # noqa: T201


if __name__ == "__main__":
    main()
