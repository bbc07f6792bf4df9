"""train.scores: figures against values worked out by hand or published."""

import numpy as np
import pytest

from train import scores


@pytest.mark.parametrize(
    ("right", "n", "interval"),
    [(81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605)), (0, 20, (0.0, 0.1611)), (0, 0, (0.0, 1.0))],
)
def test_wilson_intervals_are_those_of_the_literature(right: int, n: int, interval: tuple[float, float]) -> None:
    """Newcombe (1998), table I, method 3, whose printed values these are."""
    assert interval == pytest.approx(scores.wilson(right, n), abs=1e-4)


def test_a_reader_right_as_often_as_it_says_is_calibrated() -> None:
    """Ten answers of 0.9, nine of them right: no error."""
    right = np.array([True] * 9 + [False])
    assert 0.0 == pytest.approx(scores.calibration_error(np.full(10, 0.9), right))


def test_a_reader_always_sure_and_half_right_is_off_by_a_half() -> None:
    """Confidence 1.0 falls into the last bin."""
    assert 0.5 == pytest.approx(scores.calibration_error(np.ones(4), np.array([True, False, True, False])))


def test_nothing_read_has_no_calibration_error() -> None:
    """No confidence, no error."""
    assert 0.0 == scores.calibration_error(np.empty(0), np.empty(0, bool))


def test_confusion_has_a_column_for_no_answer() -> None:
    """-1 is counted in the last column."""
    table = scores.confusion(np.array([3, 3, 5]), np.array([3, 8, -1]))
    assert (10, 11) == table.shape
    assert [(3, 3, 1), (3, 8, 1), (5, 10, 1)] == [(int(r), int(c), int(table[r, c])) for r, c in np.argwhere(table)]


def test_log_softmax_holds_for_large_logits() -> None:
    """No overflow, and the probabilities sum to 1."""
    logs = scores.log_softmax(np.array([[1000.0, 1000.0, -1000.0]]))
    assert [0.5, 0.5, 0.0] == pytest.approx(np.exp(logs[0]).tolist())
