"""train.calibrate: temperature and thresholds keep what they promise."""

import numpy as np
import pytest

from train import calibrate, scores


def drawn(n: int, sharpness: float) -> tuple[np.ndarray, np.ndarray]:
    """Logits whose true temperature is `sharpness`, and labels drawn by them."""
    random = np.random.default_rng(5)
    honest = random.normal(0, 3, (n, 10))
    shares = np.exp(scores.log_softmax(honest))
    labels = (shares.cumsum(axis=1) > random.random((n, 1))).argmax(axis=1)
    return (honest * sharpness).astype(np.float32), labels


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 2.5])
def test_the_temperature_undoes_over_and_under_confidence(sharpness: float) -> None:
    """Labels drawn from softmax(logits / T) give back T."""
    logits, labels = drawn(20_000, sharpness)
    assert sharpness == pytest.approx(calibrate.fit_temperature(logits, labels), rel=0.05)


def test_accepting_takes_as_many_as_the_error_allows() -> None:
    """Down to 0.7 one of four is wrong; with 25 % allowed that is where acceptance ends."""
    confidence = np.array([0.9, 0.8, 0.7, 0.7, 0.6, 0.5])
    right = np.array([True, True, False, True, False, False])
    assert 0.7 == calibrate.accept_above(confidence, right, 0.25)
    assert 0.8 == calibrate.accept_above(confidence, right, 0.0)


def test_equal_confidences_are_accepted_together() -> None:
    """A wrong one among equals cannot be left out by the order of the list."""
    assert 0.9 == calibrate.accept_above(np.array([0.9, 0.8, 0.8]), np.array([True, True, False]), 0.0)


def test_a_reader_that_is_wrong_when_surest_accepts_nothing() -> None:
    """Then only certainty passes."""
    assert 1.0 == calibrate.accept_above(np.array([0.9, 0.5]), np.array([False, True]), 0.0)


def test_few_real_digits_are_doubted_or_turned_away_as_garbage() -> None:
    """The shares promised by the module hold on the digits it was fitted on; garbage is caught."""
    random = np.random.default_rng(3)
    logits, labels = drawn(20_000, 1.0)
    eleventh = random.normal(-2, 3, (len(logits), 1)).astype(np.float32)
    garbage = np.concatenate([np.zeros((500, 10), np.float32), np.full((500, 1), 12, np.float32)], axis=1)
    fitted = calibrate.calibrate(np.concatenate([logits, eleventh], axis=1), labels, garbage)
    found = np.exp(scores.log_softmax(np.concatenate([logits, eleventh], axis=1) / fitted.calibration.temperature))
    assert (found[:, 10] >= fitted.thresholds.garbage_review).mean() <= calibrate.DIGITS_REVIEWED_AS_GARBAGE
    assert (found[:, 10] >= fitted.thresholds.garbage_unreadable).mean() <= calibrate.DIGITS_REJECTED_AS_GARBAGE
    assert fitted.thresholds.garbage_review <= fitted.thresholds.garbage_unreadable
    assert 0.0 == fitted.garbage_shares["ok"]


def test_a_network_without_garbage_turns_nothing_away() -> None:
    """Ten outputs: the garbage thresholds stand at their floor and no share is claimed."""
    logits, labels = drawn(2000, 1.0)
    fitted = calibrate.calibrate(logits, labels, np.zeros((0, 10), np.float32))
    assert {} == fitted.garbage_shares
    assert calibrate.LEAST_REVIEW == pytest.approx(fitted.thresholds.garbage_review, abs=1e-3)
