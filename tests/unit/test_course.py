"""watcher.reporting.course: states, pauses and speed, by a clock that is moved by hand."""

from datetime import timedelta

import pytest
from fakes import NOON

from watcher.reporting.course import Course


class Times:
    """Monotonic seconds and the time of day, which go together."""

    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def course(self) -> Course:
        """One that begins now: at noon."""
        start = self.seconds
        return Course(self, lambda: NOON + timedelta(seconds=self.seconds - start))


@pytest.fixture
def times() -> Times:
    return Times()


def test_a_state_has_a_beginning(times: Times) -> None:
    """To be in it still changes nothing."""
    course = times.course()
    course.enter("running")
    times.seconds += 10
    course.enter("running")
    assert {
        "state": "running", "since": "2026-03-01T12:00:00Z", "started_at": "2026-03-01T12:00:00Z", "pauses": 0
    } == course.facts()  # fmt: skip


def test_pauses_are_counted_with_their_time(times: Times) -> None:
    """Also the one that lasts."""
    course = times.course()
    for state, seconds in (("running", 5), ("paused", 10), ("running", 5), ("paused", 20)):
        course.enter(state)
        times.seconds += seconds
    assert (2, 30) == (course.facts()["pauses"], course.figures()["paused_seconds"])


def test_speed_is_what_came_within_a_minute_and_since_the_start(times: Times) -> None:
    """What the ledger had before is not of this run."""
    course = times.course()
    course.count(500)
    for seconds, results in ((30, 600), (31, 700), (30, 710)):
        times.seconds += seconds
        course.count(results)
    assert (110, 210) == tuple(course.figures()[key] for key in ("results_last_minute", "results_since_start"))
    times.seconds += 120
    course.count(710)
    course.count(710)
    assert 0 == course.figures()["results_last_minute"]


def test_a_monotonic_time_is_told_as_time_of_day(times: Times) -> None:
    """Timers are monotonic, people are not."""
    course = times.course()
    times.seconds += 60
    assert "2026-03-01T12:00:15Z" == course.ago(times.seconds - 45)


def test_without_a_count_there_is_no_speed(times: Times) -> None:
    """As where the ledger fails from the start."""
    assert {"results_since_start": 0, "results_last_minute": 0, "paused_seconds": 0} == times.course().figures()
