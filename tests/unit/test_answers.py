"""watcher.answers: what a reader says is believed word by word only."""

import json
import math
from typing import Any

import pytest

from watcher.answers import read_answers, read_greeting
from watcher.recognition.verdict import Reason, Status, Verdict

HASH, PLACE = "ab" * 32, [1, 2, 3, -4]
SCORES = (0.01, 0.02, 0.01, 0.01, 0.01, 0.01, 0.01, 0.9, 0.01, 0.01)
DOUBTFUL = (0.5, 0.5, *[0.0] * 8)
THIRDS = (0.333333, 0.333333, 0.333333, *[0.0] * 7)
FIELDS = ("id", "status", "reason", "sha256", "scores", "width", "height", "detail", "identity")
SEVEN = dict(zip(FIELDS, ("a", "ok", None, HASH, SCORES, 28, 28, "", PLACE), strict=True))


def line(said: dict[str, Any], **changes: Any) -> bytes:
    """A message with one answer; changes: of its fields, others behind them."""
    return json.dumps([list((said | changes).values())]).encode()


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict(Status.OK, HASH, None, "7", 0.9, "1", 0.02, SCORES, 28, 28)),
        (
            {"status": "review", "reason": "low_confidence", "scores": DOUBTFUL, "width": 1, "detail": "x"},
            Verdict(Status.REVIEW, HASH, Reason.LOW_CONFIDENCE, "0", 0.5, "1", 0.5, DOUBTFUL, 1, 28, "x"),
        ),
        (
            {"status": "review", "reason": "several_digits", "scores": THIRDS},
            Verdict(Status.REVIEW, HASH, Reason.SEVERAL_DIGITS, "0", 0.333333, "1", 0.333333, THIRDS, 28, 28),
        ),
        (
            {"status": "unreadable", "reason": "blank", "scores": [], "width": None, "height": None},
            Verdict(Status.UNREADABLE, HASH, Reason.BLANK),
        ),
        (
            {"status": "unreadable", "reason": "too_large", "sha256": "", "scores": [], "width": (1 << 32) - 1},
            Verdict(Status.UNREADABLE, "", Reason.TOO_LARGE, width=(1 << 32) - 1, height=28),
        ),
        (
            {"status": "unreadable", "reason": "not_a_digit"},
            Verdict(Status.UNREADABLE, HASH, Reason.NOT_A_DIGIT, scores=SCORES, width=28, height=28),
        ),
    ],
)
def test_verdicts_of_every_kind(changes: dict[str, Any], verdict: Verdict) -> None:
    """Digits and confidences are those of the scores; equal scores name the smaller digit first."""
    (found,) = read_answers(line(SEVEN, **changes))
    assert ("a", verdict, tuple(PLACE)) == (found.id, found.verdict, found.identity)


@pytest.mark.parametrize(
    "changes",
    [
        {"scores": SCORES[:9]}, {"scores": (*SCORES, 0.0)}, {"scores": (0.1,) * 9 + (0.2,)},
        {"scores": (*SCORES[:9], 0.00998)}, {"scores": (*SCORES[:8], 0.03, -0.01)}, {"scores": []}, {"scores": None},
        {"scores": (*SCORES[:9], math.nan)}, {"scores": (*SCORES[:9], "0.01")}, {"scores": (math.inf, *[0.0] * 9)},
        {"scores": (1.1, *[0.0] * 9)}, {"scores": (True, *[0.0] * 9)},
        {"sha256": "ab"}, {"sha256": "AB" * 32}, {"sha256": HASH + "\n"}, {"sha256": ""}, {"sha256": None},
        {"width": 0}, {"width": -1}, {"width": 1 << 32}, {"width": 1.5}, {"height": "28"}, {"status": "fine"},
        {"reason": "blank"}, {"status": "review"}, {"status": "unreadable", "reason": "low_confidence"},
        {"detail": "two\nlines"}, {"detail": "x" * 501}, {"detail": "\ud800"}, {"detail": "\u202e"}, {"detail": None},
        {"id": 5}, {"id": "x" * 501}, {"identity": [1, 2, 3]}, {"identity": [1, 2, 3, 4.5]},
        {"identity": [-1, 2, 3, 4]}, {"identity": [1, 2, 3, 4, 5]}, {"more": 1},
    ],
    ids=repr,
)  # fmt: skip
def test_what_no_reader_says_is_refused(changes: dict[str, Any]) -> None:
    """Values that would spoil the ledger, the results or the log, and answers that contradict themselves."""
    read_answers(line(SEVEN))
    with pytest.raises(ValueError):
        read_answers(line(SEVEN, **changes))


def test_a_picture_that_cannot_be_read_is_said_so() -> None:
    """With the number of the error, and the words for it."""
    (found,) = read_answers(b'[["a", 2, "No such file or directory"]]')
    assert ("a", None, 2) == (found.id, found.verdict, found.errno)


@pytest.mark.parametrize("reason", ["crashed_reader", "timed_out", "low_confidence", "several_digits", None])
def test_reasons_that_are_not_the_readers_to_give(reason: str | None) -> None:
    """A reader does not say of itself that it crashed; and each status has reasons of its own."""
    with pytest.raises(ValueError):
        read_answers(line(SEVEN, status="unreadable", scores=[], reason=reason))


@pytest.mark.parametrize(
    "said",
    [
        b"", b"[]", b"{}", b"null", b"[[]]", b"\xff", b"[" * 100_000, b"[" + b"9" * 100_000 + b"]",
        b'[["a", 0, ""]]', b'[["a", 5000, ""]]', b'[["a", 5, "\\u001b[2J"]]', b'[["a", 5]]', b'[["a", 5, "", 1]]',
        b'[{"id": "a", "errno": 5, "message": ""}]',
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused(said: bytes) -> None:
    """Always as a ValueError."""
    with pytest.raises(ValueError):
        read_answers(said)


@pytest.mark.parametrize(
    "said",
    [
        b"{}",
        b'{"ready": "", "misread": ""}',
        b'{"ready": "a\\nb", "misread": ""}',
        b'{"ready": 1}',
        b'["ready"]',
        b'{"ready": "net", "misread": "x"}',
    ],
)
def test_what_is_no_greeting_is_refused(said: bytes) -> None:
    """The model's name goes into every row."""
    with pytest.raises(ValueError):
        read_greeting(said)
