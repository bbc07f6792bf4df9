"""What recognition says of one picture, and how the network's answer becomes it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Self

DIGITS = tuple("0123456789")
SCORE_PLACES = 6  # decimals of scores in verdicts: what stands in the results


class Status(StrEnum):
    """What becomes of a picture. The words stand in results.csv."""

    OK = "ok"
    REVIEW = "review"
    UNREADABLE = "unreadable"


class Reason(StrEnum):
    """Why a picture is not `ok`: a closed list. The words stand in results.csv."""

    LOW_CONFIDENCE = "low_confidence"
    NOT_A_DIGIT = "not_a_digit"
    SEVERAL_DIGITS = "several_digits"
    BLANK = "blank"
    CORRUPT = "corrupt"
    EMPTY_FILE = "empty_file"
    UNSUPPORTED_FORMAT = "unsupported_format"
    SEVERAL_FRAMES = "several_frames"
    TOO_LARGE = "too_large"
    CRASHED_READER = "crashed_reader"
    TIMED_OUT = "timed_out"


class Unreadable(Exception):  # noqa: N818  a finding about a picture, not a fault of the program
    """This picture cannot be read. Carries the reason for its row and a sentence for people."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Calibration:
    """Temperature scaling (Guo et al. 2017): logits are divided by `temperature` before softmax."""

    temperature: float = 1.0


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where `ok` ends. All are probabilities, 0 to 1.

    ok: lowest confidence of the digit that is taken without a person looking.
    garbage_review, garbage_unreadable: from which probability of "not a digit" on a picture is
    doubtful, and from which on it is turned away. Models without that class never reach them.
    """

    ok: float = 0.9
    garbage_review: float = 0.5
    garbage_unreadable: float = 0.98


class Verdict(NamedTuple):
    """The result for one picture. Make it with `of`.

    scores: ten calibrated probabilities to SCORE_PLACES, or () where no digit was looked for.
    width, height: pixels as stored in the file (before EXIF rotation), None where unknown.
    detail: one sentence for people, beside a reason.
    """

    status: Status
    sha256: str
    reason: Reason | None = None
    prediction: str | None = None
    confidence: float | None = None
    second_prediction: str | None = None
    second_confidence: float | None = None
    scores: tuple[float, ...] = ()
    width: int | None = None
    height: int | None = None
    detail: str = ""

    @classmethod
    def of(
        cls,
        status: Status,
        reason: Reason | None,
        sha256: str,
        scores: tuple[float, ...] = (),
        width: int | None = None,
        height: int | None = None,
        detail: str = "",
    ) -> Self:
        """The verdict that has these; what is readable is named by its scores."""
        if status is Status.UNREADABLE:
            return cls(status, sha256, reason, None, None, None, None, scores, width, height, detail)
        digit, share, second, its_share = best_two(scores)
        return cls(status, sha256, reason, digit, share, second, its_share, scores, width, height, detail)


def best_two(scores: tuple[float, ...]) -> tuple[str, float, str, float]:
    """The likeliest digit and its score, then the second; of equals the smaller digit first."""
    first = max(scores)
    at = scores.index(first)
    others = (*scores[:at], -1.0, *scores[at + 1 :])
    second = max(others)
    return DIGITS[at], first, DIGITS[others.index(second)], second


@dataclass(frozen=True, slots=True)
class Answer:
    """The network's answer for one 28×28 picture, calibrated.

    scores: ten probabilities that sum to 1. garbage: probability, 0 to 1, that it is no digit at all.
    """

    scores: tuple[float, ...]
    garbage: float


def answer(logits: Sequence[float], calibration: Calibration) -> Answer:
    """Turn logits of shape (10,) or (11,) into calibrated probabilities; the eleventh is "not a digit"."""
    scaled = [value / calibration.temperature for value in logits]
    every = _powers(scaled)
    digits = every[:10] if max(every[:10]) == 1 else _powers(scaled[:10])  # so that they do not all vanish
    among_digits = math.fsum(digits)
    return Answer(tuple(power / among_digits for power in digits), math.fsum(every[10:]) / math.fsum(every))


def _powers(values: Sequence[float]) -> list[float]:
    """e to each value, all divided by the largest, so that none overflows and not all vanish."""
    peak = max(values)
    return [math.exp(value - peak) for value in values]


def percent(probability: float) -> str:
    """A probability as people read it, rounded down: 100 % is never claimed."""
    return f"{min(math.floor(probability * 1000), 999) / 10:.1f}%"


def judge(found: Answer, several: bool, limits: Thresholds) -> tuple[Status, Reason | None]:
    """Decide what becomes of a picture; `several` says that more than one digit was seen in it."""
    if several:
        return Status.REVIEW, Reason.SEVERAL_DIGITS
    if found.garbage >= limits.garbage_unreadable:
        return Status.UNREADABLE, Reason.NOT_A_DIGIT
    if found.garbage >= limits.garbage_review:
        return Status.REVIEW, Reason.NOT_A_DIGIT
    if max(found.scores) < limits.ok:
        return Status.REVIEW, Reason.LOW_CONFIDENCE
    return Status.OK, None
