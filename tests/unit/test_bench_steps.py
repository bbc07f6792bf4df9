"""bench.stopwatch, bench.steps: which part of its time a program spends in which of its functions."""

import threading
import time

import pytest

from bench.cost import Cost
from bench.steps import STEPS, Line, Watched, figures, lines, row
from bench.stopwatch import Spent, Step, Stopwatch


class _Shop:
    def open(self) -> str:
        return "open" + self.sell()

    def sell(self) -> str:
        time.sleep(0.002)
        return ", sold"


_OPEN, _SELL = (Step(name, f"{__name__}:_Shop.{name}") for name in ("open", "sell"))


def test_a_call_is_told_within_the_one_that_made_it() -> None:
    """With what it took by the clock and how often; the functions are as they were afterwards."""
    watch, before = Stopwatch(), _Shop.sell
    with watch.over((_OPEN, _SELL)):
        assert "open, sold" == _Shop().open() == _Shop().open()
        _Shop().sell()
    assert {("open",): 2, ("open", "sell"): 2, ("sell",): 1} == {path: one.calls for path, one in watch.spent.items()}
    assert watch.spent["open",].seconds >= watch.spent["open", "sell"].seconds >= 0.004
    assert before is _Shop.sell


def test_calls_of_other_threads_stand_beside() -> None:
    """They are no part of what the loop's thread spends; an error counts as an end of a call."""
    watch = Stopwatch()
    with watch.over((_OPEN, _SELL)):
        thread = threading.Thread(target=_Shop().open)
        thread.start()
        thread.join()
        with pytest.raises(TypeError):
            _Shop().sell(1)  # type: ignore[call-arg]
        _Shop().sell()
    assert {("sell",): 2} == {path: one.calls for path, one in watch.spent.items()}
    assert {("open",), ("open", "sell")} == set(watch.beside)


def test_every_step_is_a_function_of_the_daemon() -> None:
    """One that was renamed is named here, not in the middle of a measurement."""
    with Stopwatch().over(STEPS):
        pass


def test_what_no_step_had_is_told_too() -> None:
    """All steps of the loop's thread that are in no other, and the rest, make the whole."""
    names = [step.name for step in STEPS[:3]]
    spent = {(names[1],): Spent(0.6, 0.2, 2), (names[1], names[2]): Spent(0.5, 0.1, 2), (names[0],): Spent(0.1, 0.1, 4)}
    found = lines([Watched(spent, {(names[0],): Spent(0.3, 0.3, 1)}, Cost(1.0, 0.5), 2.0)])
    assert [
        (names[0],), (names[1],), (names[1], names[2]), ("anything else",), ("all of the loop's thread",),
        ("another thread", names[0]), ("readers and other threads",),
    ] == [line.path for line in found]  # fmt: skip
    assert (0.3, 0.2) == pytest.approx((found[3].costs[0].seconds, found[3].costs[0].processor_seconds))


def test_a_step_is_one_line_and_two_figures() -> None:
    """Moved in below what called it; with the size of its batches."""
    line = Line(("record", "rows"), [Cost(0.1, 0.02), Cost(0.3, 0.03), Cost(0.2, 0.01)], calls=30)
    clock, processors = figures(line, 1000)
    assert ("record › rows: clock", "record › rows: processors") == (clock.name, processors.name)
    assert (100.0, 300.0, 200.0) == pytest.approx(clock.values)
    assert ["rows", "200", "100–300", "20.0", "100"] == row(line, clock, processors, 1000).split()
    assert row(line, clock, processors, 1000).startswith("  rows")
