"""train.coverage: which error comes with which share that is accepted."""

from test_train_sets import reading

from train.coverage import curve
from watcher.recognition.verdict import Reason, Status


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
