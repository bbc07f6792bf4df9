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


def specimen(digit: str) -> bytes:
    """A digit in OpenCV's stroke font (A. V. Hershey, 1967), black on white, as a PGM of 40 × 40 pixels."""
    import cv2  # here: the daemon knows the limit above, and loads no OpenCV
    import numpy as np

    paper = np.full((40, 40), 255, np.uint8)
    cv2.putText(paper, digit, (10, 31), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 0.0, 2, cv2.LINE_AA)
    return b"P5 40 40 255\n" + paper.tobytes()
