"""watcher.recognition.accepted: an error that one accepts becomes the threshold that keeps to it."""

from pathlib import Path
from typing import Any

import pytest
from test_model import bundle

from watcher.errors import ModelError
from watcher.recognition.accepted import AcceptedError, keeping_to, listed
from watcher.recognition.model import load_model
from watcher.recognition.verdict import Thresholds

KNOWN = [
    {"error": 0.0005, "ok": 0.99, "share": 0.9},
    {"error": 0.002, "ok": 0.95, "share": 0.97},
    {"error": 0.01, "ok": 0.7, "share": 1.0},
]


@pytest.mark.parametrize(("wanted", "ok"), [(0.0005, 0.99), (0.0019, 0.99), (0.002, 0.95), (0.5, 0.7)])
def test_the_model_keeps_to_what_is_accepted(tmp_path: Path, wanted: float, ok: float) -> None:
    """The threshold of the largest measured error that is not above the one accepted; the others stay."""
    model = load_model(bundle(tmp_path, accepted_errors=KNOWN))
    assert Thresholds(ok, 0.4, 0.9) == model.accepting(wanted).thresholds


def test_nothing_asked_leaves_the_model_as_it_is(tmp_path: Path) -> None:
    """Null in the config: the card's own threshold, whether it has a table or not."""
    for changes in ({}, {"accepted_errors": KNOWN}):
        assert 0.8 == load_model(bundle(tmp_path, **changes)).accepting(None).thresholds.ok


def test_less_than_was_measured_is_refused_with_the_least() -> None:
    """Nobody is promised what was never measured."""
    with pytest.raises(ModelError, match=r"`reading.accepted_error` is 1e-05, but the least that net-1 .* is 0.0005"):
        keeping_to(0.00001, listed(KNOWN), "net-1")


def test_a_model_that_never_measured_it_is_named(tmp_path: Path) -> None:
    """An older card, or a Keras file: the message says what to do."""
    with pytest.raises(ModelError, match=r"does not say which confidence") as refused:
        load_model(bundle(tmp_path)).accepting(0.01)
    assert "null" in refused.value.hint


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ([KNOWN[1], KNOWN[0]], "rise"),
        ([KNOWN[0], KNOWN[1] | {"ok": 0.995}], "rise"),
        ([KNOWN[0] | {"ok": 1.5}], "not all shares"),
        ([KNOWN[0] | {"ok": "high"}], "not all shares"),
        ([KNOWN[0] | {"error": float("nan")}], "not all shares"),
        ([{"error": 0.1}], "lacks or misspells"),
        (5, "lacks or misspells"),
        ([7], "lacks or misspells"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused(tmp_path: Path, entries: Any, says: str) -> None:
    """With the card's path, and as a fault of the model."""
    with pytest.raises(ModelError, match=says) as refused:
        load_model(bundle(tmp_path, accepted_errors=entries))
    assert "model.json" in str(refused.value)


def test_points_are_what_the_card_says() -> None:
    """In the order of the card."""
    assert AcceptedError(0.002, 0.95, 0.97) == listed(KNOWN)[1]
