"""What Spark calls on executors, for each partition; pickled by reference to the code that was shipped."""

import os
from collections.abc import Iterator
from typing import Any

from watcher.errors import DigitWatcherError
from watcher.spark.desk import Desk, away, facts, refusal
from watcher.spark.order import Order, Part

_desks: dict[Order, Desk] = {}  # of this Python worker, which Spark keeps between tasks for a minute


class Task:
    """Reads the pictures of each part. model: what Spark broadcasts, with the packed model as its value."""

    def __init__(self, order: Order, model: Any) -> None:
        self._order, self._model = order, model

    def __call__(self, parts: Iterator[Part]) -> Iterator[bytes]:
        """One line of JSON for some pictures together."""
        for part in parts:
            try:
                desk = self._desk()
                yield from desk.read(part)
                if desk.busy:
                    _give_up(self._order)
            except DigitWatcherError as error:
                _give_up(self._order)
                yield away(part.ids, str(error), storage=False)
            except BaseException:
                _give_up(self._order)  # what it has in hand belongs to nobody any more
                raise

    def _desk(self) -> Desk:
        if self._order not in _desks:
            from pyspark import SparkFiles

            archive = os.path.abspath(SparkFiles.get(self._order.code_name))
            os.environ["PYTHONPATH"] = archive  # of reader processes: our code, whatever else is installed there
            _desks[self._order] = Desk(self._order, archive, self._model.value)
        return _desks[self._order]


class Probe(Task):
    """Says who would read each part, and whether they can."""

    def __call__(self, parts: Iterator[Part]) -> Iterator[bytes]:
        """One line of JSON for each part."""
        for part in parts:
            try:
                yield facts(self._desk(), self._order, part.mark)
            except DigitWatcherError as error:
                yield refusal(error)


def _give_up(order: Order) -> None:
    if desk := _desks.pop(order, None):
        desk.close()
