"""Draws the pictures that benchmarks read: 28×28, light on dark, no two alike."""

from pathlib import Path

import cv2
import numpy as np


def draw_pictures(folder: Path, count: int, seed: int = 1) -> None:
    """Write `count` PNG files of drawn digits into a new folder."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(seed)
    for number in range(count):
        canvas = np.zeros((28, 28), np.uint8)
        x, y = (int(v) for v in random.integers(4, 9, 2))
        size, thick = random.uniform(0.6, 0.9), int(random.integers(1, 3))
        cv2.putText(canvas, str(number % 10), (x, 17 + y), cv2.FONT_HERSHEY_SIMPLEX, size, 255, thick, cv2.LINE_AA)
        cv2.imwrite(str(folder / f"{number:07d}-{number % 10}.png"), canvas)
