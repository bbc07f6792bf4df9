"""train.reliability and the plots of a run: whether confidence means what it says, and that it can be seen."""

from pathlib import Path

import numpy as np
import pytest
from test_train_sets import reading

from train import confidence_plots, plots
from train.reliability import Sure, binned, sure
from watcher.recognition.verdict import Reason, Status

FEW = Sure(np.array([0.97, 0.99, 0.98, 0.62]), np.array([True, True, False, True]))
NONE = Sure(np.empty(0), np.empty(0, bool))


def test_only_what_was_read_is_sure_of_something() -> None:
    """An unreadable picture has no confidence."""
    found = sure([reading("3", Status.OK, "3", sure=0.9), reading("3", Status.UNREADABLE, reason=Reason.BLANK)])
    assert ([0.9], [True]) == (found.confidence.tolist(), found.right.tolist())


def test_pictures_of_like_confidence_stand_together() -> None:
    """Mean, share and interval; bins without any are left out, and together they make the error."""
    low, high = binned(FEW)
    assert (1, 0.62, 1.0) == (low.count, low.confidence, low.right)
    assert (3, pytest.approx(0.98), pytest.approx(2 / 3)) == (high.count, high.confidence, high.right)
    assert 0 < high.low < high.right < high.high < 1
    assert 0.2 < low.low < low.high == 1
    gaps = sum(one.count * abs(one.right - one.confidence) for one in (low, high))
    assert gaps / 4 == pytest.approx(FEW.error)
    assert ([], 0.0) == (binned(NONE), NONE.error)


@pytest.mark.parametrize("right", [False, True])
def test_a_share_never_lies_outside_its_interval(right: bool) -> None:
    """Of however many, also where all are right or none is: a plot would refuse it."""
    for count in range(1, 200):
        (found,) = binned(Sure(np.full(count, 0.5), np.full(count, right)))
        assert found.low <= found.right <= found.high


@pytest.mark.parametrize(
    "sets", [{"few": FEW}, {"no digits": NONE}, {f"set {n}": FEW for n in range(6)}], ids=["one", "none", "several"]
)
def test_reliability_is_drawn_whatever_was_read(tmp_path: Path, sets: dict[str, Sure]) -> None:
    """A panel a set."""
    confidence_plots.reliability(sets, tmp_path / "r.png")
    assert (tmp_path / "r.png").stat().st_size > 1000


@pytest.mark.parametrize("epochs", [1, 3])
def test_curves_are_drawn_from_the_first_epoch_on(tmp_path: Path, epochs: int) -> None:
    """Also where nothing held out is wrong any more, which a logarithmic axis has no place for."""
    row = {"seconds": 1.0, "loss": 0.3, "accuracy": 0.97, "holdout_loss": 0.1, "holdout_accuracy": 1.0}
    plots.curves([{"epoch": float(epoch + 1)} | row for epoch in range(epochs)], tmp_path / "c.png")
    assert (tmp_path / "c.png").stat().st_size > 1000


@pytest.mark.parametrize("count", [0, 1, 100])
def test_of_many_mistakes_the_surest_are_drawn(tmp_path: Path, count: int) -> None:
    """And not more than fit on a page."""
    plots.mistakes(np.zeros((count, 28, 28), np.uint8), ["3 read 8 (0.99)"] * count, tmp_path / "m.png")
    assert (tmp_path / "m.png").stat().st_size > 500
