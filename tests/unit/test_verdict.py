"""watcher.recognition.verdict: from logits to what becomes of a picture."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.recognition.verdict import (
    Answer,
    Calibration,
    Reason,
    Status,
    Thresholds,
    Verdict,
    answer,
    best_two,
    judge,
    percent,
)

LIMITS = Thresholds(ok=0.9, garbage_review=0.5, garbage_unreadable=0.98)


def sure(confidence: float, garbage: float = 0.0) -> Answer:
    rest = (1 - confidence) / 9
    return Answer((rest,) * 7 + (confidence,) + (rest,) * 2, garbage)


@given(st.lists(st.floats(-1e4, 1e4), min_size=10, max_size=11), st.floats(0.05, 20))
def test_scores_are_probabilities_of_the_digits_alone(logits: list[float], temperature: float) -> None:
    """Ten scores from 0 to 1 that sum to 1, whatever the logits; garbage is a probability of its own."""
    found = answer(logits, Calibration(temperature))
    assert 10 == len(found.scores)
    assert math.fsum(found.scores) == pytest.approx(1)
    assert all(0 <= score <= 1 for score in (*found.scores, found.garbage))


def test_the_temperature_softens_and_does_not_change_the_order() -> None:
    """Temperature 2 halves the logits: odds of e² become odds of e."""
    logits = [2.0, 0.0] + [-50.0] * 8
    hot = answer(logits, Calibration(2.0))
    assert hot.scores[0] / hot.scores[1] == pytest.approx(math.e)
    assert ["0", "1"] == [digit for digit in best_two(hot.scores) if isinstance(digit, str)]


def test_the_eleventh_logit_is_garbage() -> None:
    """Its probability is among all eleven; the ten scores are those given that it is a digit."""
    found = answer([0.0] * 11, Calibration())
    assert found.garbage == pytest.approx(1 / 11)
    assert found.scores[3] == pytest.approx(0.1)
    assert 0.0 == answer([0.0] * 10, Calibration()).garbage


def test_of_equal_digits_the_smaller_leads() -> None:
    """Ties are broken the same way every time."""
    assert ("0", 0.1, "1", 0.1) == best_two((0.1,) * 10)
    assert ("4", 0.6, "2", 0.2) == best_two((0.0, 0.0, 0.2, 0.2, 0.6, *[0.0] * 5))
    assert ("2", 1.0, "0", 0.0) == best_two((0.0, 0.0, 1.0, *[0.0] * 7))


def test_scores_name_what_is_readable() -> None:
    """Digit and confidence are those of the scores; what is unreadable keeps its scores and names no digit."""
    scores = (0.01,) * 7 + (0.9,) + (0.03, 0.0)
    assert ("7", 0.9, "8", 0.03) == Verdict.of(Status.OK, None, "", scores)[3:7]
    garbage = Verdict.of(Status.UNREADABLE, Reason.NOT_A_DIGIT, "", scores)
    assert ((None,) * 4, scores) == (garbage[3:7], garbage.scores)


@pytest.mark.parametrize(
    ("found", "several", "status", "reason"),
    [
        (sure(0.9), False, Status.OK, None),
        (sure(0.8999), False, Status.REVIEW, Reason.LOW_CONFIDENCE),
        (sure(0.99, garbage=0.4999), False, Status.OK, None),
        (sure(0.99, garbage=0.5), False, Status.REVIEW, Reason.NOT_A_DIGIT),
        (sure(0.99, garbage=0.98), False, Status.UNREADABLE, Reason.NOT_A_DIGIT),
        (sure(0.3, garbage=0.6), False, Status.REVIEW, Reason.NOT_A_DIGIT),
        (sure(0.99), True, Status.REVIEW, Reason.SEVERAL_DIGITS),
        (sure(0.99, garbage=0.99), True, Status.REVIEW, Reason.SEVERAL_DIGITS),
    ],
)
def test_limits_decide(found: Answer, several: bool, status: Status, reason: Reason | None) -> None:
    """A limit itself belongs to the stricter side for garbage and to `ok` for confidence; several digits come first."""
    assert (status, reason) == judge(found, several, LIMITS)


@pytest.mark.parametrize(
    ("probability", "expected"), [(0.0, "0.0%"), (0.5, "50.0%"), (0.8999, "89.9%"), (0.99999, "99.9%"), (1.0, "99.9%")]
)
def test_people_are_never_told_100_percent(probability: float, expected: str) -> None:
    """Shown probabilities are rounded down and end at 99.9 %."""
    assert expected == percent(probability)


def test_the_words_of_results_csv_do_not_change() -> None:
    """Statuses and reasons are a closed, published list."""
    assert {"ok", "review", "unreadable"} == set(Status)
    reasons = """low_confidence not_a_digit several_digits blank corrupt empty_file unsupported_format
        several_frames too_large crashed_reader timed_out"""
    assert set(reasons.split()) == set(Reason)
