"""Second look, temperature and thresholds, from validation pictures that look like the world; never from test data."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from train import scores
from train.validation import Part, Validation
from watcher.recognition.accepted import AcceptedError
from watcher.recognition.second_look import SecondLook, lead
from watcher.recognition.verdict import Calibration, Thresholds

# A second look costs four times the first: this bounds what reading a plain digit costs. Beyond it nothing is gained.
LOOKED_AT_TWICE = 0.03
# What the thresholds promise, on the mean over the parts of real digits.
ERROR_AMONG_OK = 0.001
# Where so few would be `ok` that people look at too much, a larger error is accepted, up to a limit.
LEAST_OK_SHARE, MOST_ERROR_AMONG_OK = 0.97, 0.002
# Doubting costs a look, and few of the doubted would be `ok` otherwise; turning away costs a digit.
DIGITS_DOUBTED_AS_GARBAGE = 0.01
DIGITS_REJECTED_AS_GARBAGE = 0.001
# Users' digits are stranger than ours: below these no picture is doubted or turned away as garbage.
LEAST_REVIEW, LEAST_UNREADABLE = 0.05, 0.9
# What config's `accepted_error` may choose from, as far as there are pictures enough to tell.
ERRORS = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05)
# None wrong among n leaves an error of up to 3/n open, at 95 %.
_ENOUGH = 3

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Fitted:
    """Calibration, thresholds and the second look that they hold for, what they give on validation, by part, and what
    was fitted on what.
    """

    calibration: Calibration
    thresholds: Thresholds
    accepted_errors: tuple[AcceptedError, ...]
    shares: dict[str, dict[str, float]]
    roles: list[dict[str, object]]
    second_look: SecondLook = field(default_factory=SecondLook)


@dataclass(frozen=True)
class _Answers:
    """Pictures of several parts in a row. weight: those of a part share the weight of it."""

    confidence: Floats
    right: Bools
    garbage: Floats
    weight: Floats


def calibrate(validation: Validation) -> Fitted:
    """Fit on digits; garbage chooses nothing, its shares are only stated.

    Temperature: least negative log-likelihood over the ten digits (Guo et al., 2017). Garbage thresholds: as low as
    the shares of real digits allow that may be lost by them. `ok`: the smallest confidence with an error of at most
    ERROR_AMONG_OK among the digits accepted by it, or of MOST_ERROR_AMONG_OK where too few were.
    """
    temperature = fit_temperature([part for part in validation.digits if part.ours])
    everyone = _answers(validation.digits, temperature)
    unreadable = max(exceeded_by(everyone.garbage, everyone.weight, DIGITS_REJECTED_AS_GARBAGE), LEAST_UNREADABLE)
    # Neighbours and print in cheques look like garbage where they are: only clean pictures say what is doubted.
    trusted = _answers([part for part in validation.digits if part.clean], temperature)
    review = max(exceeded_by(trusted.garbage, trusted.weight, DIGITS_DOUBTED_AS_GARBAGE), LEAST_REVIEW)
    thresholds = Thresholds(
        ok=_ok(trusted, review), garbage_review=min(review, unreadable), garbage_unreadable=unreadable
    )
    return Fitted(
        Calibration(temperature),
        thresholds,
        _known_errors(trusted, review),
        {part.name: _shares(part, temperature, thresholds) for part in validation.parts},
        validation.roles(),
        validation.second_look,
    )


def validation_table(fitted: Fitted) -> str:
    """The shares of each part in lines of fixed width."""
    wide = 2 + max(map(len, fitted.shares))
    names = list(dict.fromkeys(name for shares in fitted.shares.values() for name in shares))
    lines = [" " * wide + "".join(f"{name.replace('_', ' '):>20}" for name in names)]
    for part, shares in fitted.shares.items():
        lines.append(f"{part:<{wide}}" + "".join(f"{shares[n]:>20.2%}" if n in shares else " " * 20 for n in names))
    return "\n".join(lines)


def fit_second_look(logits: NDArray[np.float32]) -> SecondLook:
    """The one that LOOKED_AT_TWICE of the pictures with these answers get, and never more."""
    leads = np.sort(lead(logits))
    return SecondLook(_down(float(leads[int(len(leads) * LOOKED_AT_TWICE)])))


def fit_temperature(parts: list[Part]) -> float:
    """The temperature from 0.25 to 8 with the least mean surprise over the parts, by their weight; to three digits."""
    weights = np.array([part.weight for part in parts])

    def surprise(temperature: float) -> float:
        each = [scores.mean_surprise(part.logits[:, :10], part.labels, temperature) for part in parts]
        return float(np.average(each, weights=weights))

    grid = np.geomspace(0.25, 8, 40)
    for _ in range(2):
        best = int(np.argmin([surprise(t) for t in grid]))
        grid = np.geomspace(grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)], 20)
    return round(float(min(grid, key=surprise)), 3)


def accept_above(confidence: Floats, right: Bools, weight: Floats, error: float) -> float:
    """The smallest threshold so that at most this share of those at or above it is wrong; 1 if none is."""
    order = np.argsort(-confidence, kind="stable")
    ordered = confidence[order]
    wrong = np.cumsum(np.where(right, 0, weight)[order]) / np.cumsum(weight[order])
    # Equal confidences are accepted together: only the last of a run counts.
    last = np.append(ordered[1:] != ordered[:-1], True)
    fitting = np.flatnonzero((wrong <= error) & last)
    return _down(float(ordered[fitting[-1]])) if len(fitting) else 1.0


def exceeded_by(values: Floats, weight: Floats, share: float) -> float:
    """A threshold that at most this share, by weight, of the values reaches."""
    order = np.argsort(-values, kind="stable")
    reached = np.cumsum(weight[order]) / weight.sum()
    kept = order[reached > share]
    return _up(float(values[kept[0]]))


def _answers(parts: list[Part] | tuple[Part, ...], temperature: float) -> _Answers:
    logits = np.concatenate([part.logits for part in parts])
    labels = np.concatenate([part.labels for part in parts])
    weight = np.concatenate([np.full(len(part.labels), part.weight / len(part.labels)) for part in parts])
    confidence = np.exp(scores.log_softmax(logits[:, :10] / temperature)).max(axis=1)
    return _Answers(confidence, logits[:, :10].argmax(axis=1) == labels, _garbage(logits, temperature), weight)


def _accepting(answers: _Answers, review: float, error: float) -> AcceptedError:
    read = answers.garbage < review
    ok = accept_above(answers.confidence[read], answers.right[read], answers.weight[read], error)
    accepted = read & (answers.confidence >= ok)
    return AcceptedError(error, ok, round(float(answers.weight[accepted].sum() / answers.weight.sum()), 4))


def _ok(answers: _Answers, review: float) -> float:
    strict = _accepting(answers, review, ERROR_AMONG_OK)
    return strict.ok if strict.share >= LEAST_OK_SHARE else _accepting(answers, review, MOST_ERROR_AMONG_OK).ok


def _known_errors(answers: _Answers, review: float) -> tuple[AcceptedError, ...]:
    # Kish's effective number: weights make few pictures out of many.
    enough = answers.weight.sum() ** 2 / (answers.weight**2).sum()
    points = (_accepting(answers, review, error) for error in ERRORS)
    return tuple(point for point in points if point.error * point.share * enough >= _ENOUGH)


def _garbage(logits: NDArray[np.float32], temperature: float) -> Floats:
    if logits.shape[1] == 10:
        return np.zeros(len(logits))
    return np.exp(scores.log_softmax(logits / temperature)[:, 10])


def _shares(part: Part, temperature: float, thresholds: Thresholds) -> dict[str, float]:
    """Shares of all pictures of a part; wrong_ok of those that are ok, where it shows digits."""
    answers, count = _answers([part], temperature), len(part.labels) + part.lost
    ok = (answers.garbage < thresholds.garbage_review) & (answers.confidence >= thresholds.ok)
    shares = {
        "ok": ok.sum() / count,
        "doubted_as_garbage": (answers.garbage >= thresholds.garbage_review).sum() / count,
        "turned_away": (answers.garbage >= thresholds.garbage_unreadable).sum() / count,
        "before_the_network": part.lost / count,
    }
    if part.is_digits:
        shares["right"] = answers.right.sum() / count
        shares["wrong_among_ok"] = (ok & ~answers.right).sum() / max(1, ok.sum())
        shares["calibration_error"] = scores.calibration_error(answers.confidence, answers.right)
    return {name: round(float(share), 5) for name, share in shares.items()}


def _down(value: float) -> float:
    # Most confidences stand close to 1: coarser steps would let in what the error does not allow.
    return float(np.floor(value * 1e7) / 1e7)


def _up(value: float) -> float:
    return min(float(np.floor(value * 1e4 + 1) / 1e4), 1.0)
