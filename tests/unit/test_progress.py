"""watcher.progress: a loop that turns without getting anywhere is not alive."""

import pytest

from watcher.progress import Progress


def test_steps_are_progress() -> None:
    """However much there is to do, and for however long."""
    progress = Progress(10.0)
    assert all(progress.seen(float(now), moves=now, owed=True) for now in range(0, 100, 9))


def test_nothing_to_do_is_no_standstill() -> None:
    """An idle daemon is well; and so it is when work comes after a long rest."""
    progress = Progress(10.0)
    assert all(progress.seen(float(now), moves=5, owed=False) for now in range(0, 1000, 100))
    assert progress.seen(905.0, moves=5, owed=True)


def test_a_standstill_with_work_to_do_is_none_of_both(caplog: pytest.LogCaptureFixture) -> None:
    """Said once; one step, and all is well again."""
    progress = Progress(10.0)
    assert progress.seen(0.0, moves=5, owed=True)
    assert progress.seen(9.9, moves=5, owed=True)
    assert not progress.seen(10.0, moves=5, owed=True)
    assert not progress.seen(20.0, moves=5, owed=True)
    assert ["nothing has moved for 10 s"] == [record.message.split(",")[0] for record in caplog.records]
    assert progress.seen(21.0, moves=6, owed=True)
    assert not progress.seen(40.0, moves=6, owed=True)
    assert 2 == len(caplog.records)
