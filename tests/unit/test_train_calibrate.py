"""train.calibrate: temperature and thresholds keep what they promise."""

import numpy as np
import pytest

from train import calibrate, scores
from train.validation import Part, Validation
from watcher.recognition.second_look import SecondLook, lead


def drawn(n: int, sharpness: float) -> tuple[np.ndarray, np.ndarray]:
    """Logits whose true temperature is `sharpness`, and labels drawn by them; most are sure, as a good reader is."""
    random = np.random.default_rng(5)
    honest = random.normal(0, 10, (n, 10))
    shares = np.exp(scores.log_softmax(honest))
    labels = (shares.cumsum(axis=1) > random.random((n, 1))).argmax(axis=1)
    return (honest * sharpness).astype(np.float32), labels


def digits(name: str, n: int = 20_000, sharpness: float = 1.0, **how: object) -> Part:
    """A part of digits whose answers are right as often as they say, with a "not a digit" output."""
    logits, labels = drawn(n, sharpness)
    eleventh = np.random.default_rng(3).normal(-2, 3, (n, 1)).astype(np.float32)
    return Part(name, np.concatenate([logits, eleventh], axis=1), labels, **how)  # type: ignore[arg-type]


def certain(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits of a reader that is sure and right."""
    labels = np.arange(n) % 10
    return np.pad(20 * np.eye(10, dtype=np.float32)[labels], ((0, 0), (0, 1)), constant_values=-9), labels


def garbage(n: int = 1000) -> Part:
    """A part that the network knows to show no digit."""
    logits = np.concatenate([np.zeros((n, 10), np.float32), np.full((n, 1), 30, np.float32)], axis=1)
    return Part("garbage", logits, np.full(n, -1))


def test_few_plain_digits_are_looked_at_twice() -> None:
    """Three in a hundred, those with the least lead; of equal leads none more than that."""
    logits = np.zeros((200, 11), np.float32)
    logits[:, 4] = np.arange(200)[::-1]
    assert 6.0 == calibrate.fit_second_look(logits).margin
    logits[:, 4] = 2
    assert 0 == (lead(logits) < calibrate.fit_second_look(logits).margin).sum()


def test_what_was_fitted_holds_for_the_second_look_of_its_answers() -> None:
    """It goes with calibration and thresholds, and the card names the part that chose it."""
    validation = Validation((digits("held out", 500, plain=True), digits("own", 500)), SecondLook(3.5))
    fitted = calibrate.calibrate(validation)
    assert SecondLook(3.5) == fitted.second_look
    assert ["held out"] == [role["part"] for role in fitted.roles if "second_look" in role["chose"]]  # type: ignore[operator]


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 2.5])
def test_the_temperature_undoes_over_and_under_confidence(sharpness: float) -> None:
    """Labels drawn from softmax(logits / T) give back T."""
    assert sharpness == pytest.approx(calibrate.fit_temperature([digits("own", sharpness=sharpness)]), rel=0.05)


def test_a_part_counts_by_its_weight_and_not_by_its_size() -> None:
    """A small part with all the weight decides the temperature; another's pictures do not at all."""
    small, large = digits("small", 2000, 2.5, weight=1000.0), digits("large", 20_000, 0.5)
    assert 2.5 == pytest.approx(calibrate.fit_temperature([small, large]), rel=0.1)
    others = digits("others", 2000, 2.5, ours=False, weight=1000.0)
    fitted = calibrate.calibrate(Validation((others, large)))
    assert 0.5 == pytest.approx(fitted.calibration.temperature, rel=0.05)


EVEN = np.ones(6)


def test_accepting_takes_as_many_as_the_error_allows() -> None:
    """Down to 0.7 one of four is wrong; with 25 % allowed that is where acceptance ends."""
    confidence = np.array([0.9, 0.8, 0.7, 0.7, 0.6, 0.5])
    right = np.array([True, True, False, True, False, False])
    assert 0.7 == calibrate.accept_above(confidence, right, EVEN, 0.25)
    assert 0.8 == calibrate.accept_above(confidence, right, EVEN, 0.0)
    assert 0.5 == calibrate.accept_above(confidence, right, np.array([1, 1, 0.1, 1, 0.1, 0.1]), 0.1)


def test_equal_confidences_are_accepted_together() -> None:
    """A wrong one among equals cannot be left out by the order of the list."""
    right = np.array([True, True, False])
    assert 0.9 == calibrate.accept_above(np.array([0.9, 0.8, 0.8]), right, EVEN[:3], 0.0)


def test_a_reader_that_is_wrong_when_surest_accepts_nothing() -> None:
    """Then only certainty passes."""
    assert 1.0 == calibrate.accept_above(np.array([0.9, 0.5]), np.array([False, True]), EVEN[:2], 0.0)


def test_few_real_digits_are_doubted_or_turned_away_as_garbage() -> None:
    """The shares promised by the module hold on the digits it was fitted on; garbage is caught."""
    fitted = calibrate.calibrate(Validation((digits("own"), garbage())))
    own = fitted.shares["own"]
    assert 0 < own["doubted_as_garbage"] <= calibrate.DIGITS_DOUBTED_AS_GARBAGE
    assert own["turned_away"] <= calibrate.DIGITS_REJECTED_AS_GARBAGE
    assert own["wrong_among_ok"] <= calibrate.MOST_ERROR_AMONG_OK
    assert fitted.thresholds.garbage_review <= fitted.thresholds.garbage_unreadable
    assert (0.0, 1.0) == (fitted.shares["garbage"]["ok"], fitted.shares["garbage"]["turned_away"])


def test_each_known_error_is_kept_to_on_validation() -> None:
    """The table's thresholds do what they say, fall as the error rises, and accept more."""
    part = digits("own")
    fitted = calibrate.calibrate(Validation((part,)))
    confidence = np.exp(scores.log_softmax(part.logits[:, :10] / fitted.calibration.temperature)).max(axis=1)
    right = part.logits[:, :10].argmax(axis=1) == part.labels
    known = fitted.accepted_errors
    assert [0.0005, 0.001, 0.002] == [point.error for point in known][:3]
    read = calibrate._garbage(part.logits, fitted.calibration.temperature) < fitted.thresholds.garbage_review
    for point in known:
        assert (~right[read & (confidence >= point.ok)]).mean() <= point.error
    assert sorted(point.share for point in known) == [point.share for point in known]
    assert sorted((point.ok for point in known), reverse=True) == [point.ok for point in known]


def test_no_error_is_promised_that_the_pictures_are_too_few_to_show() -> None:
    """Of 650 accepted digits none wrong leaves 0.46 % open: the table begins above that."""
    known = calibrate.calibrate(Validation((digits("own", 1000),))).accepted_errors
    assert 0.01 == known[0].error


def test_more_error_is_accepted_where_too_few_were_ok_up_to_a_limit() -> None:
    """A sure reader keeps to the least error; an unsure one to the most that is allowed, and no more."""
    sure = Part("sure", *certain(20_000))
    alone = calibrate.calibrate(Validation((sure,)))
    assert (1.0, 0.0) == (alone.shares["sure"]["ok"], alone.shares["sure"]["wrong_among_ok"])
    unsure = calibrate.calibrate(Validation((digits("unsure"),))).shares["unsure"]
    assert calibrate.ERROR_AMONG_OK < unsure["wrong_among_ok"] <= calibrate.MOST_ERROR_AMONG_OK


def test_labels_that_cannot_be_trusted_do_not_choose_ok() -> None:
    """A part of wrong labels would push the threshold up to where nothing is accepted."""
    logits, labels = drawn(5000, 1.0)
    wrong = Part("wrong", np.concatenate([logits, np.full((5000, 1), -9, np.float32)], axis=1), (labels + 1) % 10)
    honest = Part(wrong.name, wrong.logits, wrong.labels, ours=False, clean=False)
    alone = calibrate.calibrate(Validation((digits("own"),))).thresholds.ok
    assert alone == calibrate.calibrate(Validation((digits("own"), honest))).thresholds.ok


def test_pictures_that_never_reached_the_network_count_among_all() -> None:
    """Half of the garbage was blank before; the shares say so."""
    part = garbage()
    found = calibrate.calibrate(Validation((digits("own"), Part("g", part.logits, part.labels, lost=1000)))).shares
    assert (0.5, 0.5) == (found["g"]["turned_away"], found["g"]["before_the_network"])


def test_a_network_without_garbage_turns_nothing_away() -> None:
    """Ten outputs: the garbage thresholds stand at their floor and nothing is doubted."""
    logits, labels = drawn(2000, 1.0)
    fitted = calibrate.calibrate(Validation((Part("ten", logits, labels),)))
    assert 0.0 == fitted.shares["ten"]["doubted_as_garbage"]
    assert calibrate.LEAST_REVIEW == pytest.approx(fitted.thresholds.garbage_review, abs=1e-3)


def test_the_card_says_what_chose_what() -> None:
    """Each part by name, with its number of pictures and what it had a say in."""
    parts = (digits("wild", 500, ours=False), digits("unipen", 500, clean=False), digits("own", 500), garbage())
    roles = {role["part"]: role for role in calibrate.calibrate(Validation(parts)).roles}
    assert ["ok", "garbage_review", "garbage_unreadable"] == roles["wild"]["chose"]
    assert ["temperature", "garbage_unreadable"] == roles["unipen"]["chose"]
    assert ([], 1000) == (roles["garbage"]["chose"], roles["garbage"]["pictures"])


def test_the_table_names_every_part() -> None:
    """With its shares; what shows no digit has no accuracy."""
    text = calibrate.validation_table(calibrate.calibrate(Validation((digits("own", 500), garbage(10)))))
    assert ["own", "garbage"] == [line.split()[0] for line in text.splitlines()[1:]]
