"""What must hold for any bytes whatever: the contract of reading, as one function that says what is broken."""

import hashlib
import math

import numpy as np

from watcher.models import SHIPPED
from watcher.recognition.decode import Limits
from watcher.recognition.formats import HEAD_BYTES, TAIL_BYTES, ends_whole, read_header
from watcher.recognition.model import InputConvention, load_model
from watcher.recognition.normalise import normalise
from watcher.recognition.recogniser import Recogniser
from watcher.recognition.verdict import DIGITS, SCORE_PLACES, Reason, Status, Unreadable, Verdict

LIMITS = Limits(max_pixels=1_000_000, max_bytes=1 << 20)
_DOUBTS = {Reason.LOW_CONFIDENCE, Reason.NOT_A_DIGIT, Reason.SEVERAL_DIGITS}
_FINDINGS = set(Reason) - {Reason.LOW_CONFIDENCE, Reason.SEVERAL_DIGITS, Reason.CRASHED_READER, Reason.TIMED_OUT}


def recogniser() -> Recogniser:
    """The shipped model, behind the limits of fuzzing."""
    return Recogniser(load_model(SHIPPED, InputConvention.named("unit", "image")), LIMITS)


def check_read(reader: Recogniser, data: bytes) -> Verdict:
    """Read bytes. Raises AssertionError where the verdict is no valid one, or not the same again."""
    verdict = reader.read(data)
    check_verdict(verdict, data)
    assert verdict == reader.read(data), "the same bytes got another verdict"
    return verdict


def check_verdict(verdict: Verdict, data: bytes) -> None:
    """Raises AssertionError where a field is not as the contract says."""
    assert verdict.status in Status
    assert verdict.sha256 == (hashlib.sha256(data).hexdigest() if len(data) <= LIMITS.max_bytes else "")
    assert (verdict.width is None) == (verdict.height is None)
    assert verdict.width is None or min(verdict.width, verdict.height or 0) > 0
    assert "\n" not in verdict.detail
    if verdict.status is Status.UNREADABLE:
        assert verdict.reason in _FINDINGS, verdict
        assert verdict.prediction is None
        assert verdict.detail
        return
    assert verdict.reason is None if verdict.status is Status.OK else verdict.reason in _DOUBTS
    assert verdict.prediction in DIGITS
    assert len(verdict.scores) == 10
    assert all(0 <= score <= 1 for score in verdict.scores)
    assert math.isclose(math.fsum(verdict.scores), 1, abs_tol=len(verdict.scores) * 10**-SCORE_PLACES)
    assert verdict.confidence == max(verdict.scores)
    assert verdict.second_confidence is not None
    assert verdict.confidence >= verdict.second_confidence


def check_header(data: bytes) -> None:
    """Read the header alone. Raises whatever is not the contract."""
    ends_whole(data[:HEAD_BYTES], data[-TAIL_BYTES:], len(data))
    try:
        header = read_header(data)
    except Unreadable as refused:
        _check(refused.reason in _FINDINGS)
        return
    _check(header.width > 0 and header.height > 0)


def check_normalise(data: bytes) -> None:
    """Normalise a picture made of bytes: two for the width, the rest its pixels, repeated to whole rows."""
    if len(data) < 4:
        return
    width = 1 + int.from_bytes(data[:2], "little") % (1 << 11)
    pixels = np.frombuffer(data[2:], np.uint8)
    rows = max(1, -(-pixels.size // width))
    grey = np.resize(pixels, (rows, width))
    for picture in (grey, np.ascontiguousarray(grey.T)):
        try:
            found = normalise(picture)
        except Unreadable as refused:
            _check(refused.reason is Reason.BLANK)
            continue
        _check(found.digit.shape == (28, 28) and found.digit.dtype == np.uint8)
        _check(found.digit.max() >= 250 and found.digits_seen >= 1)


def _check(holds: bool) -> None:
    assert holds
