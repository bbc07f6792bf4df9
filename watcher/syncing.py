"""Results on their way into the ledger: their pictures are put on disk first, while the loop goes on."""

from collections.abc import Callable
from concurrent.futures import Executor, Future, wait

from watcher.recognition.verdict import Verdict
from watcher.records import Claim

Result = tuple[Claim, Verdict]
FEW = 64  # results: a fresh picture should not wait for another turn of the loop, and syncing few files is soon done


class Syncing:
    """Results whose pictures are being put on disk, and those that have come since. All methods are the loop's."""

    def __init__(self, sync: Callable[[], None], executor: Executor, on_end: Callable[[], None]) -> None:
        """sync: puts on disk whatever was written before the call. on_end: called, in any thread, when it has ended."""
        self._sync, self._executor, self._on_end = sync, executor, on_end
        self._running: Future[None] | None = None
        self._going, self._come = list[Result](), list[Result]()

    def __len__(self) -> int:
        return len(self._going) + len(self._come)

    def add(self, results: list[Result]) -> None:
        """These were read, and what was read is to be on disk before they are recorded."""
        self._come += results

    def ended(self) -> list[Result]:
        """The results whose pictures are on disk now; the next sync begins, and where it is for few, it is waited for.

        Raises OSError where one failed.
        """
        on_disk = self._taken()
        if self._running is None and self._come:
            self._going, self._come = self._come, []
            self._running = self._executor.submit(self._sync)
            if len(self._going) <= FEW:
                wait([self._running])
            else:
                self._running.add_done_callback(lambda _: self._on_end())
        return on_disk + self._taken()

    def forget(self) -> None:
        """Leave all of them to the recovery: the ledger knows that they have no result."""
        self._running, self._going, self._come = None, [], []

    def _taken(self) -> list[Result]:
        if self._running is None or not self._running.done():
            return []
        running, self._running = self._running, None
        running.result()
        on_disk, self._going = self._going, []
        return on_disk
