"""train.evaluate: figures and table from readings."""

from pathlib import Path

import numpy as np
import pytest

from train import evaluate
from train.readings import Reading
from watcher.recognition.verdict import Reason, Status, Verdict


def reading(label: str, read: str | None, confidence: float = 0.99, medium: str = "pen") -> Reading:
    """One reading; None is an unreadable picture, below 0.9 goes to review."""
    if read is None:
        verdict = Verdict(Status.UNREADABLE, "", Reason.BLANK)
    elif confidence < 0.9:
        verdict = Verdict(Status.REVIEW, "", Reason.LOW_CONFIDENCE, read, confidence)
    else:
        verdict = Verdict(Status.OK, "", None, read, confidence)
    return Reading(label, verdict, np.zeros((28, 28), np.uint8), {"label": label, "medium": medium})


READINGS = [
    reading("3", "3"),
    reading("3", "8"),
    reading("5", "5", 0.6, "scan"),
    reading("5", None, medium="scan"),
    reading("11", "1"),
]


def test_an_unreadable_digit_is_a_mistake() -> None:
    """Of four digits two are read rightly; the number 11 is not counted among them."""
    figures = evaluate.evaluate(READINGS)
    assert (4, 2, 0.5) == (figures["n"], figures["right"], figures["accuracy"])
    assert {"ok": 2, "review": 1, "unreadable": 1} == figures["statuses"]
    assert {"low_confidence": 1, "blank": 1} == figures["reasons"]


def test_the_error_among_accepted_is_apart() -> None:
    """Two are accepted, one of them wrong."""
    figures = evaluate.evaluate(READINGS)
    assert (0.5, 1, 0.5) == (figures["ok_share"], figures["wrong_among_ok"], figures["error_among_ok"])


def test_what_is_no_single_digit_is_counted_apart() -> None:
    """There, an `ok` is what should not be."""
    assert {"n": 1, "statuses": {"ok": 1, "review": 0, "unreadable": 0}, "reasons": {}} == evaluate.evaluate(READINGS)[
        "non_digits"
    ]


def test_by_a_column_every_value_has_its_figures() -> None:
    """And the mean over the groups, which a large group does not drown."""
    by = evaluate.evaluate([*READINGS, reading("3", "3"), reading("3", "3")], "medium")["by"]
    assert {"pen": 0.75, "scan": 0.5} == {name: group["accuracy"] for name, group in by["groups"].items()}
    assert 0.625 == by["mean_accuracy_of_groups"]


def test_the_table_shows_the_same_figures() -> None:
    """Accuracy, interval, statuses, digits, column and non-digits are all there."""
    text = evaluate.table(evaluate.evaluate(READINGS, "medium"))
    for part in ("50.00%", "unreadable 1", "medium", "scan", "no single digit  1: ok 1", "digit "):
        assert part in text


def test_a_set_without_digits_has_a_table_too() -> None:
    """Only what is no digit."""
    assert "no single digit  1" in evaluate.table(evaluate.evaluate(READINGS[4:]))


@pytest.mark.parametrize("chosen", [READINGS, READINGS[:1], READINGS[4:]], ids=["some", "one", "no digits"])
def test_figures_are_drawn_with_and_without_mistakes(tmp_path: Path, chosen: list[Reading]) -> None:
    """Four pictures, whatever was read."""
    evaluate.draw(chosen, tmp_path)
    assert ["confusion.png", "coverage.png", "mistakes.png", "reliability.png"] == sorted(
        path.name for path in tmp_path.iterdir()
    )
