"""Pictures that arrive in an inbox one by one, as people and programs put them there."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

Put = Callable[[Path, str, bytes], None]


def write(inbox: Path, name: str, data: bytes) -> None:
    """Written in the inbox itself, and closed."""
    (inbox / name).write_bytes(data)


def write_beside(inbox: Path, name: str, data: bytes) -> None:
    """Written elsewhere on the same disk, then renamed into place, as careful programs do."""
    beside = inbox.parent / name
    beside.write_bytes(data)
    beside.rename(inbox / name)


class Dropping:
    """While the block runs a thread drops pictures at a steady pace, whether or not earlier ones have their rows.

    at: when each was there, by its name (`time.perf_counter`).
    """

    def __init__(
        self, inbox: Path, pictures: Sequence[bytes], prefix: str, gap: float, put: Put, count: int | None = None
    ) -> None:
        """gap: seconds between two. count: so many; None: until the block ends."""
        self.at: dict[str, float] = {}
        self._inbox, self._pictures, self._prefix = inbox, pictures, prefix
        self._gap, self._put, self._count = gap, put, count
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._drop)

    def __enter__(self) -> "Dropping":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None or self._count is None:
            self._over.set()
        self._thread.join()

    def delays(self, seen: dict[str, float]) -> tuple[float, ...]:
        """Milliseconds from each drop to its row, by when the rows were seen; of those that were."""
        return tuple(1000 * (seen[name] - at) for name, at in self.at.items() if name in seen)

    def _drop(self) -> None:
        started, number = time.perf_counter(), 0
        while number != self._count:
            if self._over.wait(max(0.0, started + number * self._gap - time.perf_counter())):
                return
            name = f"{self._prefix}{number}.png"
            self._put(self._inbox, name, self._pictures[number % len(self._pictures)])
            self.at[name] = time.perf_counter()
            number += 1
