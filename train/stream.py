"""A world's epochs, made by other processes: the next one while this one trains."""

import contextlib
import multiprocessing
import os
import signal
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from types import TracebackType

import cv2

from train.digits import Digits
from train.world import World, chunks, joined

_NICENESS = 5


class Stream:
    """Epochs of `per_epoch` pictures; the same whatever the number of workers, and from whichever one starts."""

    def __init__(self, world: World, seed: int, per_epoch: int, workers: int = 1) -> None:
        self.seed, self.per_epoch = seed, per_epoch
        self._parts: dict[int, list[Future[Digits]]] = {}
        # Spawned, not forked: the parent runs TensorFlow's threads.
        self._pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _begin, (world,))

    def __enter__(self) -> "Stream":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get(self, epoch: int) -> Digits:
        """The pictures and labels of an epoch (0, 1, …), waited for; then the next one is begun."""
        self._ask(epoch)
        self._ask(epoch + 1)
        for other in [known for known in self._parts if known not in (epoch, epoch + 1)]:
            for part in self._parts.pop(other):
                part.cancel()
        return joined([part.result() for part in self._parts.pop(epoch)])

    def close(self) -> None:
        """End the workers; what they have begun is waited for, what they have not is dropped."""
        self._pool.shutdown(cancel_futures=True)

    def _ask(self, epoch: int) -> None:
        if epoch not in self._parts:
            self._parts[epoch] = [
                self._pool.submit(_chunk, self.seed, epoch, number, size) for number, size in chunks(self.per_epoch)
            ]


def _begin(world: World) -> None:
    """Set up a worker. Ctrl-C is the parent's to handle, and the worker ends with the parent, however that ended."""
    global _world  # a world is too large to send with every chunk
    _world = world
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
    with contextlib.suppress(OSError):
        os.nice(_NICENESS)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _chunk(seed: int, epoch: int, number: int, count: int) -> Digits:
    return _world.chunk(seed, epoch, number, count)


_world: World
