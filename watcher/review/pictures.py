"""Pictures as a browser may have them, kept for a while: the next one is wanted at once."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from watcher.records import Record
from watcher.viewing.viewer import View

MOST_BYTES = 64 << 20
AGAIN_SECONDS = 30.0  # after which one that could not be shown is tried again: it may have come to its place


class Pictures:
    """What was looked at last, by id, up to so many bytes.

    look: blocks, and may be called in any thread. clock: monotonic seconds.
    """

    def __init__(
        self, look: Callable[[Record], View], clock: Callable[[], float], most_bytes: int = MOST_BYTES
    ) -> None:
        self._look, self._clock, self._most = look, clock, most_bytes
        self._kept: OrderedDict[str, tuple[View, float]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def of(self, record: Record) -> View:
        """The view of a record's picture. Raises SurroundingsError where nothing can be looked at."""
        id_ = record.claim.id
        with self._lock:
            view, at = self._kept.get(id_, (None, 0.0))
            if view and (view.picture or self._clock() - at < AGAIN_SECONDS):
                self._kept.move_to_end(id_)
                return view
        view = self._look(record)
        with self._lock:
            self._keep(id_, view)
        return view

    def _keep(self, id_: str, view: View) -> None:
        if id_ in self._kept:
            self._bytes -= _size(self._kept.pop(id_)[0])
        self._kept[id_] = view, self._clock()
        self._bytes += _size(view)
        while self._bytes > self._most:
            self._bytes -= _size(self._kept.popitem(last=False)[1][0])


def _size(view: View) -> int:
    return len(view.picture) + len(view.seen) + 1000
