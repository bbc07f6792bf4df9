"""Where an executor reads: one reader process, kept between tasks, as shut in as the daemon's own."""

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
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
# Behind these, and what one picture may take, a task ends: the loop hears of a job only at its end, and pictures that
# come meanwhile, or that another executor could read, wait for it.
TASK_SECONDS = 10.0
AWAY_SECONDS = 1.0  # that a task takes at least where it can read nothing: others are to have the next one
_LINGERS = (Trouble.UNREAD, Trouble.TIMED_OUT)  # what storage that fails looks like


class Desk:
    """One Python worker's place to read at."""

    def __init__(self, order: Order, archive: str, model: bytes) -> None:
        """Start the reader. archive: where the code has come to.

        Raises SurroundingsError where something else came than was shipped, ModelError where the model is no good.
        """
        _check(order, archive, model)
        self._work, self._seconds = order.work, order.terms.seconds_per_picture + TASK_SECONDS
        with ExitStack() as opened:
            descriptor = in_memory(model)
            opened.callback(os.close, descriptor)
            self._engine = LocalEngine(
                ReaderSettings(
                    model=descriptor, work=os.fsencode(order.work), terms=order.terms, workers=1, batch_size=TOGETHER,
                )
            )  # fmt: skip
            opened.callback(self._engine.close)
            self._engine.await_ready()
            self._opened = opened.pop_all()
        self.model_name, self.misread = self._engine.model_name, self._engine.misread

    def read(self, part: Part) -> Iterator[bytes]:
        """What is to be said of its pictures, many in a line; of those that there was no time for, nothing."""
        if part.mark and (why := why_away(self._work, part.mark)):
            time.sleep(AWAY_SECONDS)
            yield away(part.ids, why)
            return
        left, outcomes = dict.fromkeys(part.ids), list[Outcome]()
        for some in self._outcomes(part.ids):
            why = why_away(self._work, part.mark) if any(o.trouble in _LINGERS for o in some) else ""
            # Failures over storage that is gone are none of the pictures, and the rest would only fail like them.
            outcomes += [outcome for outcome in some if not (why and outcome.trouble in _LINGERS)]
            while outcomes and (why or len(outcomes) >= TOGETHER):
                yield _told(outcomes, left)
            if why:
                yield away(left, why)
                return
        while outcomes:
            yield _told(outcomes, left)

    @property
    def busy(self) -> bool:
        """Whether the reader still has pictures that nobody waits for any more."""
        return bool(self._engine.busy)

    def close(self) -> None:
        """End the reader."""
        self._opened.close()

    def _outcomes(self, ids: Sequence[str]) -> Iterator[list[Outcome]]:
        self._engine.hand_over(ids)
        now = time.monotonic()
        left, until = len(ids), now + self._seconds
        while left and (now < until or left == len(ids)):  # one at least: else nothing would ever come of them
            deadline = until - now if left < len(ids) else float("inf")
            seconds = max(0.0, min(deadline, self._engine.patience(now)))
            wait(self._engine.waitables(), seconds)  # type: ignore[arg-type]  # with fileno()
            if found := self._engine.collect():
                left -= len(found)
                yield found
            now = time.monotonic()


def _told(outcomes: list[Outcome], left: dict[str, None]) -> bytes:
    """A line of so many of them, which are taken out, as from `left`."""
    some, outcomes[:] = outcomes[:TOGETHER], outcomes[TOGETHER:]
    for outcome in some:
        left.pop(outcome.id, None)
    return to_json([said(outcome) for outcome in some])


def away(ids: Iterable[str], why: str, *, storage: bool = True) -> bytes:
    """Say that these could not be read here, for a reason that is not theirs. storage: it is the work folder's."""
    return to_json({"away": list(ids), "host": gethostname(), "why": in_words(why), "storage": storage})


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
