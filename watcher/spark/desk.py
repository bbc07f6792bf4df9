"""Where an executor reads: one reader process, kept between tasks, as shut in as the daemon's own."""

import os
import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import wait
from pathlib import Path
from socket import gethostname

from pydantic_core import to_json

import watcher
from watcher.engine import Outcome, Trouble
from watcher.errors import DigitWatcherError, SurroundingsError
from watcher.held_model import in_memory
from watcher.reader_process import ReaderSettings
from watcher.spark.code import digest
from watcher.spark.libraries import versions
from watcher.spark.order import Order, Part
from watcher.spark.storage import why_away
from watcher.spark.words import in_words, said
from watcher.workers import LocalEngine

TOGETHER = 256  # answers in one line
AWAY_SECONDS = 1.0  # that a task takes at least where it can read nothing: others are to have the next one
_LINGERS = (Trouble.UNREAD, Trouble.TIMED_OUT)  # what storage that fails looks like


class Desk:
    """One Python worker's place to read at."""

    def __init__(self, order: Order, archive: str, model: bytes) -> None:
        """Start the reader. archive: where the code has come to.

        Raises SurroundingsError where something else came than was shipped, ModelError where the model is no good.
        """
        _check(order, archive, model)
        descriptor = in_memory(model)
        self._work = order.work
        self._engine = LocalEngine(
            ReaderSettings(
                model=descriptor, work=os.fsencode(order.work), scale=order.scale, shape=order.shape,
                max_pixels=order.max_pixels, max_bytes=order.max_bytes,
                seconds_per_picture=order.seconds_per_picture, accepted_error=order.accepted_error,
                workers=1, batch_size=TOGETHER,
            )
        )  # fmt: skip
        try:
            self._engine.await_ready()
        except BaseException:
            self._engine.close()
            raise
        self.model_name, self.misread = self._engine.model_name, self._engine.misread

    def read(self, part: Part) -> Iterator[bytes]:
        """What is to be said of its pictures, many in a line."""
        if part.mark and (why := why_away(self._work, part.mark)):
            time.sleep(AWAY_SECONDS)
            yield away(part.ids, why)
            return
        outcomes = list[Outcome]()
        for outcome in self._outcomes(part.ids):
            outcomes.append(outcome)
            if len(outcomes) == TOGETHER:
                yield from self._told(outcomes, part.mark)
                outcomes = []
        yield from self._told(outcomes, part.mark)

    def close(self) -> None:
        """End the reader."""
        self._engine.close()

    def _outcomes(self, ids: Sequence[str]) -> Iterator[Outcome]:
        self._engine.hand_over(ids)
        left = len(ids)
        while left:
            wait(self._engine.waitables(), max(0.0, self._engine.patience(time.monotonic())))  # type: ignore[arg-type]
            for outcome in self._engine.collect():
                left -= 1
                yield outcome

    def _told(self, outcomes: Sequence[Outcome], mark: str) -> Iterator[bytes]:
        """Failures over storage that is gone are none of the pictures."""
        doubtful = [outcome.id for outcome in outcomes if outcome.trouble in _LINGERS]
        if doubtful and (why := why_away(self._work, mark)):
            outcomes = [outcome for outcome in outcomes if outcome.trouble not in _LINGERS]
            yield away(doubtful, why)
        if outcomes:
            yield to_json([said(outcome) for outcome in outcomes])


def away(ids: Sequence[str], why: str) -> bytes:
    """Say that these could not be read here, for a reason that is not theirs."""
    return to_json({"away": list(ids), "host": gethostname(), "why": in_words(why)})


def facts(desk: Desk, order: Order, mark: str) -> bytes:
    """Say who reads here, and by what."""
    return to_json({
        "host": gethostname(), "model": desk.model_name, "misread": desk.misread,
        "away": in_words(why_away(order.work, mark)) if mark else "", "versions": versions(),
    })  # fmt: skip


def refusal(error: DigitWatcherError) -> bytes:
    """Say why nothing can be read here."""
    kind = type(error).__name__
    said = in_words(f"executor on {gethostname()}: {error}")
    return to_json({"refused": kind, "error": said, "hint": in_words(error.hint)})


def _check(order: Order, archive: str, model: bytes) -> None:
    came = {"code": (digest(Path(archive).read_bytes()), order.code), "model": (digest(model), order.model)}
    if not os.path.abspath(str(watcher.__file__)).startswith(archive):
        raise SurroundingsError(
            f"it runs {watcher.__file__}, and not {archive} that was shipped",
            hint="Another digit-watcher comes first on the executors' PYTHONPATH: take it away.",
        )
    for what, (found, expected) in came.items():
        if found != expected:
            raise SurroundingsError(
                f"the {what} that came has the hash {found[:12]}, and {expected[:12]} was sent",
                hint="Is the executors' disk full, or failing?",
            )
