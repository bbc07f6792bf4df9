"""Ten built-in pictures: whoever reads digits at all, reads these."""

from typing import Protocol

from watcher.recognition.verdict import Verdict

MOST_MISREAD = 2  # of the ten: more, and it is no model of digits, or it is fed in another way than it was trained


class Reads(Protocol):
    """Whatever reads pictures, as Recogniser does."""

    def read(self, data: bytes) -> Verdict:
        """The verdict of a picture's bytes."""
        ...


def misread(recogniser: Reads) -> str:
    """The digits whose specimens are read as something else, as in "37"; whatever is thought of their confidence."""
    return "".join(digit for digit in "0123456789" if recogniser.read(specimen(digit)).prediction != digit)


# Each digit as strokes: corners on paper of 40 × 40 pixels, x and y, as somebody with a ruler writes it.
_STROKES = {
    "0": ["20,8 15,10 12,15 12,25 15,30 20,32 25,30 28,25 28,15 25,10 20,8"],
    "1": ["22,8 19,32"],
    "2": ["12,14 14,10 20,8 26,10 28,15 26,19 12,32 29,32"],
    "3": ["12,11 17,8 23,8 27,12 26,17 20,19 26,21 28,26 25,31 18,32 12,29"],
    "4": ["24,32 24,8 11,25 30,25"],
    "5": ["27,8 14,8 13,18 20,16 26,19 28,24 25,30 18,32 12,29"],
    "6": ["26,9 20,9 15,14 12,22 13,28 18,32 24,31 28,26 26,20 20,19 13,23"],
    "7": ["12,8 28,8 17,32"],
    "8": ["20,19 14,15 15,10 20,8 25,10 26,15 20,19 13,24 14,30 20,32 26,30 27,24 20,19"],
    "9": ["27,16 23,20 16,20 13,15 15,10 21,8 26,10 27,16 26,25 22,32"],
}


def specimen(digit: str) -> bytes:
    """A digit in straight strokes, black on white, as a PGM of 40 × 40 pixels."""
    import cv2  # here: the daemon knows the limit above, and loads no OpenCV
    import numpy as np

    paper = np.full((40, 40), 255, np.uint8)
    for stroke in _STROKES[digit]:
        corners = np.array([corner.split(",") for corner in stroke.split()], np.int32)
        cv2.polylines(paper, [corners], False, 0.0, 3, cv2.LINE_AA)
    return b"P5 40 40 255\n" + paper.tobytes()
