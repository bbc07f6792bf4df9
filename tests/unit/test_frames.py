"""watcher.recognition.frames: a box or a circle around a digit is no part of it."""

import cv2
import numpy as np
import pytest
from drawing import SEVEN, Grey, digit, strokes

from watcher.recognition.normalise import normalise
from watcher.recognition.steps import Steps

SIDE = 200


def framed(sign: Grey, frame: str, pen: int = 5) -> Grey:
    """Dark on white: a sign in the middle of a page, a frame around it."""
    page = np.full((SIDE, SIDE), 255, np.uint8)
    top, left = ((SIDE - length) // 2 for length in sign.shape)
    page[top : top + sign.shape[0], left : left + sign.shape[1]] -= sign
    if frame == "box":
        cv2.rectangle(page, (20, 22), (178, 180), 0, pen)
    elif frame == "box with a gap":
        cv2.rectangle(page, (20, 22), (178, 180), 0, pen)
        page[10:40, 60:75] = 255
    elif frame == "circle":
        cv2.circle(page, (100, 100), 80, 0, pen)
    return page


@pytest.mark.parametrize("frame", ["box", "box with a gap", "circle"])
def test_a_digit_in_a_frame_is_seen_as_without_it(frame: str) -> None:
    """Drawn with the digit's own pen, closed or with a gap, round or square."""
    seven = strokes(SEVEN, 90, 8)
    seen = normalise(framed(seven, frame))
    assert seen.digits_seen == 1
    bare = normalise(framed(seven, ""))
    assert np.abs(seen.digit.astype(int) - bare.digit.astype(int)).mean() < 2


def test_without_the_step_the_frame_is_seen() -> None:
    """What the ablation of `cards` shows."""
    page = framed(strokes(SEVEN, 90, 8), "box")
    off, on = normalise(page, Steps(cards=False)).digit, normalise(page).digit
    assert np.abs(off.astype(int) - on.astype(int)).mean() > 10


@pytest.mark.parametrize("length", [20, 55])
def test_a_0_keeps_its_dot_and_its_stroke(length: int) -> None:
    """Some write a dot or a stroke into a 0, and touch it nowhere: the 0 is no frame around a 1."""
    page = np.full((SIDE, SIDE), 255, np.uint8)
    cv2.ellipse(page, (100, 100), (55, 80), 0, 0, 360, 0, 8)
    cv2.line(page, (100 + length // 3, 100 - length // 2), (100 - length // 3, 100 + length // 2), 0, 8)
    rows, columns = np.nonzero(normalise(page).digit > 100)
    assert np.ptp(rows) >= 18
    assert np.ptp(columns) >= 11


def test_a_speck_within_the_loop_of_a_digit_leaves_it_whole() -> None:
    """Dirt in a 0 is dirt."""
    page = digit(0)
    rows, columns = np.nonzero(page < 128)
    page[int(rows.mean()) : int(rows.mean()) + 4, int(columns.mean()) : int(columns.mean()) + 4] = 0
    assert np.abs(normalise(page).digit.astype(int) - normalise(digit(0)).digit.astype(int)).mean() < 8


def test_a_card_whose_middle_is_cut_out_by_a_0_is_entered() -> None:
    """The 0's inside is cut off from the card: it was taken for one shape with a hole."""
    zero = 255 - digit(0)
    for ground, card, ink in ((60, 220, 20), (220, 40, 200)):
        page = np.full((300, 300), ground, np.uint8)
        page[50:250, 50:250] = np.where(zero > 127, ink, card)
        seen = normalise(page).digit
        assert np.abs(seen.astype(int) - normalise(digit(0)).digit.astype(int)).mean() < 12
