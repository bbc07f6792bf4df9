"""bench.ceiling, bench.driven, bench.instant, bench.calls, bench.tasks: what all but reading costs."""

from collections import Counter

import pytest
from fakes import claim

from bench import tasks
from bench.calls import GROUPS, a_picture, figures, read_counts
from bench.ceiling import Read, alone, beside, fed, left, pictures_a_second, steps, turns
from bench.cost import Cost
from bench.driven import NAMES, STEPS, Driven, by_name
from bench.instant import Instant
from bench.results import Figure
from bench.stopwatch import Spent, Stopwatch
from watcher.engine import Engine


def _driven(seconds: float, turns: int) -> Driven:
    half = Cost(seconds / 2, seconds / 4)
    return Driven({"claim": half, "ledger": half}, Cost(seconds, seconds / 2), turns, 5000, {"results.csv": 400})


def test_an_answer_is_there_at_once_and_in_due_form() -> None:
    """A verdict for every claim, with the identity that it was claimed with; each hash is another one."""
    engine, claims = Instant(100), [claim(number) for number in range(70)]
    engine.submit(claims)
    assert (30, 0.0) == (engine.room, engine.patience(1.0))
    outcomes = engine.collect()
    assert [(one.id, one.identity) for one in claims] == [(one.id, one.identity) for one in outcomes]
    verdicts = [one.verdict for one in outcomes if one.verdict]
    assert {"7"} == {one.prediction for one in verdicts}
    assert 70 == len({one.sha256 for one in verdicts})
    assert (100, float("inf"), []) == (engine.room, engine.patience(1.0), engine.collect())
    engine.close()


def test_it_has_all_that_an_engine_has() -> None:
    """What the loop asks of an engine one day is named here, not in the middle of a measurement."""
    asked, engine = {*vars(Engine), *Engine.__annotations__}, Instant(1)
    engine.close()
    assert {name for name in asked if not name.startswith("_")} <= {*vars(Instant), *vars(engine)}


def test_every_step_of_the_loop_is_a_function_of_the_daemon() -> None:
    """One that was renamed is named here, not in the middle of a measurement."""
    with Stopwatch().over(STEPS):
        pass


def test_a_step_has_what_none_has_that_it_calls() -> None:
    """Steps of one name are added up, wherever they were called."""
    spent = {("claim",): Spent(0.6, 0.2), ("claim", "ledger"): Spent(0.5, 0.1), ("ledger",): Spent(0.25, 0.25)}
    found = by_name(spent)
    assert set(NAMES) == set(found)
    assert (0.1, 0.1) == pytest.approx((found["claim"].seconds, found["claim"].processor_seconds))
    assert (0.75, 0.35) == pytest.approx((found["ledger"].seconds, found["ledger"].processor_seconds))
    assert Cost(0.0, 0.0) == found["rows"]


def test_what_spark_takes_is_told_of_a_job_and_of_each_task_beyond() -> None:
    """A job of one task 50 ms, one of 100 on two cores 1.04 s: 20 ms of a core each; 2,000 dealt out in 2 s."""
    job, task, dealt = tasks.figures((0.05,), (1.04,), (2.0,), slots=2)
    assert (50.0, 20.0, 1000.0) == pytest.approx((job.median, task.median, dealt.median))


def test_what_a_turn_costs_is_told_from_small_batches() -> None:
    """1,000 pictures in 10 turns take 0.1 s, in 100 turns 0.28 s: 2 ms a turn, 80 µs a picture beyond."""
    turn, picture = turns("disk", 1000, [_driven(0.1, 10)], [_driven(0.28, 100)])
    assert (2.0, 80.0) == pytest.approx((*turn.values, *picture.values))


def test_the_steps_and_what_is_left_are_told_by_the_picture() -> None:
    """And what a step alone would allow; of daemons beside each other the slowest counts."""
    found = {
        one.name: one.median
        for one in (*steps("disk", 1000, [_driven(0.1, 10)]), *left("disk", 1000, [_driven(0.1, 10)]))
    }
    assert {
        "disk: claim": 50.0, "disk: ledger": 50.0, "disk: all of the loop": 100.0, "disk: all of it, processor": 50.0,
        "disk: given to the disk": 5.0, "disk: results.csv": 0.4,
    } == pytest.approx(found)  # fmt: skip
    assert "20,000 a second" == alone(Figure("claim", "µs", (50.0,))).strip()
    assert (10_000.0,) == pytest.approx(pictures_a_second("disk", 1000, [_driven(0.1, 10)]).values)
    assert (5000.0,) == pytest.approx(beside("disk", 1000, [[_driven(0.1, 10), _driven(0.4, 10)]]).values)


def test_cores_that_a_daemon_feeds_are_its_rate_by_what_a_picture_takes() -> None:
    """And they pull so many bytes: 10,000 a second of 0.14 s and 3.5 MB each are 1,400 cores and 35 GB/s."""
    rate = Figure("disk: pictures", "a second", (10_000.0,))
    found = {one.name: one.median for one in fed(rate, Read("photographs", (0.14,), 3.5e6))}
    assert 1400.0 == pytest.approx(found["photographs: cores that one daemon feeds"])
    assert (25.0, 35_000.0) == pytest.approx(
        (found["photographs: a core pulls"], found["photographs: all of them pull"])
    )


def test_calls_are_read_as_strace_says_them() -> None:
    """Without its rules, its heading and its total."""
    rule = "---------------- ---------"
    said = ["syscall             calls", rule, "renameat2            3000", "read                   12", rule]
    assert Counter(renameat2=3000, read=12) == read_counts("\n".join([*said, "total                3012"]))


def test_what_a_start_costs_is_in_no_picture() -> None:
    """Only what the larger drain has more; calls of no group are told as well, those hardly ever made are not."""
    found = a_picture(Counter(renameat2=1010, mmap=500), Counter(renameat2=2010, mmap=510, fsync=7, brk=0), 1000)
    assert {"renameat2": 1.0, "mmap": 0.01, "fsync": 0.007, "brk": 0.0} == found
    told = {one.name: one.median for one in figures([found])}
    assert (1000.0, 7.0, 10.0) == pytest.approx((told["renames"], told["syncs: fsync"], told["others: mmap"]))
    assert "others: brk" not in told
    assert 0.0 == told["opens"]
    assert 8 == len(GROUPS)
