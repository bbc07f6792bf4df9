"""watcher.answers: what a reader says is believed word by word only."""

import json
import math
from dataclasses import asdict
from typing import Any

import pytest
from fakes import BLANK

from watcher.answers import read_answers, read_greeting
from watcher.recognition.verdict import Reason, Status, Verdict

SCORES = (0.01, 0.02, 0.01, 0.01, 0.01, 0.01, 0.01, 0.9, 0.01, 0.01)
SEVEN = Verdict(Status.OK, "ab" * 32, None, "7", 0.9, "1", 0.02, SCORES, 28, 28)


def line(verdict: Verdict, **changes: Any) -> bytes:
    """A message with one answer; changes: of the verdict's fields, or of the answer's."""
    fields = {name: changes.pop(name, value) for name, value in asdict(verdict).items()}
    return json.dumps([{"id": "a", "verdict": fields, "identity": [1, 2, 3, -4], **changes}]).encode()


@pytest.mark.parametrize(
    "verdict",
    [
        SEVEN, BLANK,
        Verdict(Status.REVIEW, "ab" * 32, Reason.LOW_CONFIDENCE, "0", 0.5, "1", 0.5, (0.5, 0.5, *[0.0] * 8), 1, 1, "x"),
        Verdict(Status.UNREADABLE, "", Reason.TOO_LARGE, width=(1 << 32) - 1, height=1, detail="×"),
        Verdict(Status.UNREADABLE, "ab" * 32, Reason.NOT_A_DIGIT, scores=SCORES, width=28, height=28),
    ],
)  # fmt: skip
def test_verdicts_come_back_as_they_were(verdict: Verdict) -> None:
    """Every kind that recognition gives; equal scores name the smaller digit first."""
    (found,) = read_answers(line(verdict))
    assert verdict == found.verdict


@pytest.mark.parametrize(
    "changes",
    [
        {"prediction": None}, {"prediction": "8"}, {"prediction": 7}, {"prediction": "=1+1"}, {"confidence": math.nan},
        {"confidence": 1.1}, {"confidence": math.inf}, {"confidence": 0.8}, {"confidence": None}, {"confidence": True},
        {"second_prediction": "7"}, {"second_confidence": 0.9}, {"scores": SCORES[:9]}, {"scores": (*SCORES, 0.0)},
        {"scores": (0.1,) * 9 + (0.2,)}, {"scores": (*SCORES[:9], -0.01)}, {"scores": []}, {"scores": None},
        {"sha256": "ab"}, {"sha256": "AB" * 32}, {"sha256": "ab" * 32 + "\n"}, {"sha256": ""}, {"sha256": None},
        {"width": 0}, {"width": -1}, {"width": 1 << 32}, {"width": 1.5}, {"height": "28"}, {"status": "fine"},
        {"reason": "blank"}, {"status": "review"}, {"status": "unreadable", "reason": "corrupt"},
        {"detail": "two\nlines"}, {"detail": "x" * 501}, {"detail": "\ud800"}, {"detail": "\u202e"}, {"detail": None},
        {"id": 5}, {"id": "x" * 501}, {"identity": [1, 2, 3]}, {"identity": [1, 2, 3, 4.5]},
        {"identity": [-1, 2, 3, 4]}, {"more": 1}, {"errno": 5},
    ],
    ids=repr,
)  # fmt: skip
def test_what_no_reader_says_is_refused(changes: dict[str, Any]) -> None:
    """Values that would spoil the ledger, the results or the log, and answers that contradict themselves."""
    read_answers(line(SEVEN))
    with pytest.raises(ValueError):
        read_answers(line(SEVEN, **changes))


@pytest.mark.parametrize("reason", ["crashed_reader", "timed_out", "low_confidence", "several_digits", None])
def test_reasons_that_are_not_the_readers_to_give(reason: str | None) -> None:
    """A reader does not say of itself that it crashed; and each status has reasons of its own."""
    with pytest.raises(ValueError):
        read_answers(line(BLANK, reason=reason))


@pytest.mark.parametrize(
    "said",
    [
        b"", b"[]", b"{}", b"null", b"[[]]", b"\xff", b"[" * 100_000, b"[" + b"9" * 100_000 + b"]",
        b'[{"id": "a", "errno": 0, "message": ""}]', b'[{"id": "a", "errno": 5000, "message": ""}]',
        b'[{"id": "a", "errno": 5, "message": "\\u001b[2J"}]', b'[{"id": "a", "errno": 5}]',
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused(said: bytes) -> None:
    """Always as a ValueError."""
    with pytest.raises(ValueError):
        read_answers(said)


@pytest.mark.parametrize("said", [b"{}", b'{"ready": ""}', b'{"ready": "a\\nb"}', b'{"ready": 1}', b'["ready"]'])
def test_what_is_no_greeting_is_refused(said: bytes) -> None:
    """The model's name goes into every row."""
    with pytest.raises(ValueError):
        read_greeting(said)
