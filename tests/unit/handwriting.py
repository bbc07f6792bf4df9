"""Strokes and digits that the tests draw themselves, to make training material from."""

import numpy as np

from train.digits import Digits
from train.unipen import Strokes
from train.world import World

ZERO = [[500, 0], [150, 200], [100, 500], [150, 800], [500, 1000], [800, 800], [850, 500], [800, 200], [500, 0]]
ONE = [[0, 250], [250, 0], [250, 1000]]
FOUR = [[400, 0], [0, 600], [700, 600]], [[500, 350], [500, 1000]]
SEVEN = [[0, 0], [600, 0], [200, 1000]]
A = [[0, 1000], [350, 0], [700, 1000]], [[150, 600], [550, 600]]
E = [[600, 0], [0, 0], [0, 1000], [600, 1000]], [[0, 500], [500, 500]]


def strokes(label: str, *lines: list[list[int]]) -> Strokes:
    """One sign by one writer."""
    return Strokes(label, "tests", tuple(np.asarray(line, np.float32) for line in lines))


def world() -> World:
    """Zeros, ones, fours and sevens as strokes, zeros and bars as pictures, and two letters."""
    pictures = np.zeros((2, 28, 28), np.uint8)
    pictures[0, 4:24, 7:21] = 255
    pictures[0, 7:21, 10:18] = 0
    pictures[1, 4:24, 12:15] = 255
    digits = Digits(pictures, np.array([0, 1]))
    signs = (strokes("0", ZERO), strokes("1", ONE), strokes("4", *FOUR), strokes("7", SEVEN))
    return World(digits, signs, (strokes("A", *A), strokes("E", *E)))
