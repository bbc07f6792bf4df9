"""The ledger as the page reads it: opened for each question, in a thread, and never written."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from anyio import to_thread

from watcher.review.browsing import Browsing

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Reading:
    """Opened anew each time (0.3 ms): the file may be another one after a repair, and nobody holds up its WAL."""

    path: Path

    @contextmanager
    def open(self) -> Iterator[Browsing]:
        """The ledger at one moment. Raises SurroundingsError where it cannot be read."""
        browsing = Browsing(self.path)
        try:
            with browsing.at_one_moment():
                yield browsing
        finally:
            browsing.close()

    async def ask(self, question: Callable[[Browsing], Answer]) -> Answer:
        """What a question finds; the loop goes on meanwhile."""
        return await to_thread.run_sync(self._asked, question)

    def _asked(self, question: Callable[[Browsing], Answer]) -> Answer:
        with self.open() as browsing:
            return question(browsing)
