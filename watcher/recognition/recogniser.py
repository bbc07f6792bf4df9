"""Decode, normalise, predict, judge: the four in a row, the same for daemon, `predict`, training and tests."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watcher.recognition.decode import DEFAULT_LIMITS, Limits, decode_pixels, inspect
from watcher.recognition.formats import Header, read_header
from watcher.recognition.model import Model
from watcher.recognition.normalise import Normalised, normalise
from watcher.recognition.steps import ALL_STEPS, Steps
from watcher.recognition.verdict import Reason, Status, Unreadable, Verdict, answer, judge, percent


@dataclass(frozen=True, slots=True)
class Sight:
    """A verdict with what led to it, for figures.

    grey: (h, w) uint8 or None where decoding failed. digit: (28, 28) uint8 that the network saw, or None.
    """

    verdict: Verdict
    grey: NDArray[np.uint8] | None = None
    digit: NDArray[np.uint8] | None = None


class Recogniser:
    """Reads pictures: a pure function of their bytes and the model."""

    def __init__(self, model: Model, limits: Limits = DEFAULT_LIMITS, steps: Steps = ALL_STEPS) -> None:
        self.model = model
        self.limits = limits
        self.steps = steps

    def read(self, data: bytes) -> Verdict:
        """Read one picture. A bad picture gives a verdict with a reason, never an exception."""
        return self.see(data).verdict

    def see(self, data: bytes) -> Sight:
        """Like `read`, and keeps the pictures on the way."""
        # Of a file beyond the limit only the beginning is here: no hash rather than that of a part.
        sha256 = hashlib.sha256(data).hexdigest() if len(data) <= self.limits.max_bytes else ""
        header: Header | None = None
        grey: NDArray[np.uint8] | None = None
        try:
            header = inspect(data, self.limits)
            grey = decode_pixels(data, header)
            normalised = normalise(grey, self.steps)
        except Unreadable as problem:
            header = header or _size_at_least(data)
            return Sight(unreadable(problem.reason, str(problem), sha256, header), grey)
        logits = self.model.logits(normalised.digit[None])[0].tolist()
        return Sight(self._verdict(logits, normalised, header, sha256), grey, normalised.digit)

    def _verdict(self, logits: Sequence[float], normalised: Normalised, header: Header, sha256: str) -> Verdict:
        found = answer(logits, self.model.calibration)
        status, reason = judge(found, normalised.digits_seen > 1, self.model.thresholds)
        first, second = found.ranking[:2]
        readable = status is not Status.UNREADABLE
        return Verdict(
            status=status,
            reason=reason,
            sha256=sha256,
            prediction=str(first) if readable else None,
            confidence=found.scores[first] if readable else None,
            second_prediction=str(second) if readable else None,
            second_confidence=found.scores[second] if readable else None,
            scores=found.scores,
            width=header.width,
            height=header.height,
            detail=_detail(reason, found.garbage, normalised.digits_seen, self.model.thresholds.ok),
        )


def unreadable(reason: Reason, detail: str, sha256: str, header: Header | None = None) -> Verdict:
    """The verdict on a picture that no digit was looked for in."""
    return Verdict(
        status=Status.UNREADABLE,
        reason=reason,
        sha256=sha256,
        width=header.width if header else None,
        height=header.height if header else None,
        detail=detail,
    )


def _size_at_least(data: bytes) -> Header | None:
    try:
        return read_header(data)
    except Unreadable:
        return None


def _detail(reason: Reason | None, garbage: float, digits_seen: int, ok: float) -> str:
    match reason:
        case Reason.NOT_A_DIGIT:
            return f"this does not look like a digit ({percent(garbage)} sure)"
        case Reason.SEVERAL_DIGITS:
            return f"{digits_seen} digits seem to stand in this picture; the most prominent one was read"
        case Reason.LOW_CONFIDENCE:
            return f"less sure than the {ok:.1%} that `ok` takes"
    return ""
