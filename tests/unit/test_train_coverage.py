"""train.coverage: which error comes with which share that is accepted."""

from pathlib import Path

import numpy as np
import pytest
from test_train_sets import reading

from train import confidence_plots
from train.coverage import Curve, curve, curve_of
from watcher.recognition.verdict import Reason, Status

NOTHING = curve_of(np.empty(0), np.empty(0, bool), 0)
MANY = curve_of(np.linspace(0.2, 1, 300), np.arange(300) % 7 > 0, 310, (0.8, 0.01))
REFUSED = curve([reading("3", Status.UNREADABLE)])


def test_the_surest_come_first_and_the_turned_away_never() -> None:
    """Three of four can be accepted; the least sure is the wrong one, and the reader accepts two."""
    found = curve(
        [
            reading("3", Status.REVIEW, "8", Reason.LOW_CONFIDENCE, 0.6),
            reading("5", Status.OK, "5", sure=0.99),
            reading("1", Status.REVIEW, "1", Reason.NOT_A_DIGIT, 0.999),
            reading("7", Status.OK, "7", sure=0.95),
        ]
    )
    assert [0.25, 0.5, 0.75] == found.coverage.tolist()
    assert [0, 0, 1 / 3] == found.risk.tolist()
    assert (0.5, 0.0) == found.point


def test_the_area_is_the_mean_risk() -> None:
    """AURC, over the coverages that are reached; of nothing it is none."""
    assert 1 / 9 == pytest.approx(curve_of(np.array([0.6, 0.9, 0.8]), np.array([False, True, True]), 4).area)
    assert (0.0, None) == (NOTHING.area, NOTHING.point)


@pytest.mark.parametrize(
    "curves",
    [{}, {"none": NOTHING}, {"one": MANY}, {f"set {n}": MANY for n in range(23)}, {"far": REFUSED}],
    ids=["no sets", "no digits", "one", "many", "nothing accepted"],
)
def test_curves_are_drawn_whatever_was_read(tmp_path: Path, curves: dict[str, Curve]) -> None:
    """Of no set, of one, and of more than there are colours."""
    confidence_plots.coverage(curves, tmp_path / "c.png")
    assert (tmp_path / "c.png").stat().st_size > 1000


def test_the_axis_begins_where_one_wrong_picture_can_be_seen() -> None:
    """One of 10,000 is 0.01 %; zero has its place in any case."""
    sizes = {20: 1, 10_000: 0.01, 10**6: 0.001}
    for count, expected in sizes.items():
        right = np.ones(count, bool)
        assert expected == confidence_plots._smallest({"a": curve_of(right.astype(float), right, count)})
