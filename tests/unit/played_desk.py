"""A reader that the test plays itself, for an executor's desk, and what the desk is ordered."""

import os
from typing import Any

from fakes import SEVEN

from watcher.engine import Outcome, Trouble
from watcher.reader_process import ReaderSettings
from watcher.records import Identity
from watcher.spark.order import Order
from watcher.terms import Terms


class Reader:
    """What the desk takes for an engine. `script`: what each look finds, and the seconds until then."""

    model_name, misread = "net", "3"
    error: Exception | None = None
    made: "Reader"

    def __init__(self, settings: ReaderSettings) -> None:
        type(self).made = self
        self.settings, self.model = settings, os.pread(settings.model, 100, 0)
        self.hand, self.closed, self.now = list[str](), 0, 0.0
        self.script = list[tuple[float, list[Outcome]] | Exception]()
        self.waits, self.slept = list[float](), list[float]()

    def await_ready(self) -> None:
        if self.error:
            raise self.error

    def hand_over(self, ids: list[str]) -> None:
        self.hand += ids

    @property
    def busy(self) -> int:
        return len(self.hand)

    def patience(self, now: float) -> float:
        return 30.0

    def waitables(self) -> list[Any]:
        return []

    def wait(self, _: list[Any], seconds: float) -> None:
        """The time passes until something is to be found, or is over."""
        self.waits.append(seconds)
        if self.script and not isinstance(self.script[0], Exception) and self.script[0][0] > seconds:
            self.script[0] = (self.script[0][0] - seconds, self.script[0][1])
            self.script.insert(0, (seconds, []))

    def collect(self) -> list[Outcome]:
        step = self.script.pop(0) if self.script else (0.0, [verdict(id_) for id_ in self.hand])
        if isinstance(step, Exception):
            raise step
        self.now += step[0]
        for outcome in step[1]:
            self.hand.remove(outcome.id)
        return step[1]

    def close(self) -> None:
        assert self.model == os.pread(self.settings.model, 100, 0)  # readers go before what they read by
        self.closed += 1


def order(*, work: str, code: str, model: str) -> Order:
    """With pictures that may take 30 seconds."""
    return Order(work, code, "code.zip", model, Terms("unit", "image", 1000, 2000, 30.0, None))


def verdict(id_: str) -> Outcome:
    """A seven."""
    return Outcome(id_, SEVEN._replace(scores=(0.1,) * 10), Identity(0, 0, 3, 4))


def lost(id_: str, trouble: Trouble, errno: int = 0) -> Outcome:
    """What came of it in place of a verdict."""
    return Outcome(id_, trouble=trouble, message="so", errno=errno)
