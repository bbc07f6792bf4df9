"""watcher.recognition.recogniser: bytes in, a verdict out, never an exception."""

import hashlib

import numpy as np
import pytest
from drawing import animated_png, bomb_png, digit, encoded
from numpy.typing import NDArray

from watcher.models import SHIPPED
from watcher.recognition import recogniser as module
from watcher.recognition.decode import Limits
from watcher.recognition.model import Model, load_model
from watcher.recognition.recogniser import Recogniser
from watcher.recognition.verdict import Reason, Status


class Fixed:
    """Always the same logits; keeps what it was shown."""

    def __init__(self, *logits: float) -> None:
        self.answer, self.shown = np.array([logits], np.float32), list[NDArray[np.uint8]]()

    def logits(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.shown.append(batch)
        return self.answer


class Each:
    """A network that keeps how many pictures it was asked about together."""

    def __init__(self) -> None:
        self.asked = list[int]()

    def logits(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.asked.append(len(batch))
        return np.zeros((len(batch), 10), np.float32)


def reading(*logits: float, **limits: int) -> Recogniser:
    return Recogniser(Model("fixed", Fixed(*logits)), Limits(**limits))


SURE_7 = (0.0,) * 7 + (9.0,) + (0.0,) * 2


def test_a_clear_digit_is_ok() -> None:
    """Prediction, confidence, runner-up, scores, size and hash of the file."""
    data = encoded(digit(7))
    found = reading(*SURE_7).read(data)
    assert (Status.OK, None, "7", "0") == (found.status, found.reason, found.prediction, found.second_prediction)
    assert (200, 200, hashlib.sha256(data).hexdigest()) == (found.width, found.height, found.sha256)
    assert found.confidence == max(found.scores) == pytest.approx(0.99889, abs=1e-5)
    assert "" == found.detail


def test_the_network_sees_mnists_form() -> None:
    """One picture of (28, 28) uint8, the same that `see` gives for figures."""
    recogniser = reading(*SURE_7)
    sight = recogniser.see(encoded(digit(7)))
    (shown,) = recogniser.model.network.shown  # type: ignore[attr-defined]
    assert np.array_equal(shown, sight.digit[None])
    assert (200, 200) == sight.grey.shape


@pytest.mark.parametrize(
    ("logits", "status", "reason", "prediction", "detail"),
    [
        ((1.0,) * 10, Status.REVIEW, Reason.LOW_CONFIDENCE, "0", "less sure than the 90.0% that `ok` takes"),
        ((*SURE_7, 9.5), Status.REVIEW, Reason.NOT_A_DIGIT, "7", "does not look like a digit (62.2% sure)"),
        ((*SURE_7, 30.0), Status.UNREADABLE, Reason.NOT_A_DIGIT, None, "does not look like a digit (99.9% sure)"),
    ],
)
def test_a_doubt_has_a_reason_and_a_sentence(
    logits: tuple[float, ...], status: Status, reason: Reason, prediction: str | None, detail: str
) -> None:
    """What is unreadable has no prediction and no confidence; what is doubtful has both."""
    found = reading(*logits).read(encoded(digit(7)))
    assert (status, reason, prediction) == (found.status, found.reason, found.prediction)
    assert (found.prediction is None) == (found.confidence is None) == (found.second_confidence is None)
    assert detail in found.detail


def test_several_digits_give_their_best_single_reading() -> None:
    """The row says review, and how many were seen."""
    both = np.hstack([digit(4)[:, 30:170], digit(7)[:, 30:170]])
    found = reading(*SURE_7).read(encoded(both))
    assert (Status.REVIEW, Reason.SEVERAL_DIGITS, "7") == (found.status, found.reason, found.prediction)
    assert found.detail.startswith("2 digits")


@pytest.mark.parametrize(
    ("data", "reason", "width"),
    [
        (b"", Reason.EMPTY_FILE, None),
        (b"%PDF-1.4", Reason.UNSUPPORTED_FORMAT, None),
        (encoded(digit(7))[:300], Reason.CORRUPT, None),
        (encoded(np.zeros((30, 40), np.uint8)), Reason.BLANK, 40),
        (bomb_png(), Reason.TOO_LARGE, 30_000),
        (animated_png(4), Reason.SEVERAL_FRAMES, 2),
    ],
)
def test_a_bad_picture_gives_a_verdict(data: bytes, reason: Reason, width: int | None) -> None:
    """Every fault of a file is a row: unreadable, the reason, a sentence, the hash, and the size if it is known."""
    found = reading(*SURE_7).read(data)
    assert (Status.UNREADABLE, reason, width) == (found.status, found.reason, found.width)
    assert (None, (), hashlib.sha256(data).hexdigest()) == (found.prediction, found.scores, found.sha256)
    assert "" != found.detail


def test_the_limits_are_those_that_were_given() -> None:
    """max_pixels and max_bytes are handed down."""
    data = encoded(digit(7))
    assert Reason.TOO_LARGE == reading(*SURE_7, max_pixels=39_999).read(data).reason
    assert Reason.TOO_LARGE == reading(*SURE_7, max_bytes=len(data) - 1).read(data).reason
    assert Status.OK == reading(*SURE_7, max_pixels=40_000, max_bytes=len(data)).read(data).status


def test_pictures_that_are_read_together_get_the_same_verdicts() -> None:
    """In their order, to the bit, the network shown each digit: unreadable ones between them disturb nobody."""
    files = [
        encoded(digit(7)),
        b"",
        encoded(np.zeros((40, 40), np.uint8)),
        b"\x89PNG",
        encoded(digit(2)),
        animated_png(2),
    ]
    together = Recogniser(load_model(SHIPPED))
    assert [together.read(data) for data in files] == list(together.read_all(files))
    assert ["7", None, None, None, "2", None] == [found.prediction for found in together.read_all(files)]


def test_large_pictures_go_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network is asked about small pictures together; no more pixels are held at once than one may have."""
    monkeypatch.setattr(module, "PIXELS_AT_ONCE", 100_000)
    monkeypatch.setattr(module, "PICTURES_AT_ONCE", 3)
    recogniser = Recogniser(Model("each", Each()))
    small, large = encoded(digit(7)[::2, ::2]), encoded(np.kron(digit(7), np.ones((2, 2), np.uint8)))  # 10,000, 160,000
    assert 9 == len(list(recogniser.read_all([small, large, small, small, small, small, large, large, b""])))
    assert [1, 1, 3, 1, 1, 1] == recogniser.model.network.asked  # type: ignore[attr-defined]
