"""Counts for as long as the process lives: kept over reloads, written by the loop, read by other threads."""

import copy
import errno
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence

from watcher.counts import Counts
from watcher.engine import Loss
from watcher.errors import ModelError
from watcher.metrics.levels import Levels
from watcher.metrics.totals import Totals
from watcher.records import Record

_ERRNO_KINDS = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "quota",
    errno.EROFS: "read_only",
    errno.EIO: "disk_error",
    errno.ESTALE: "share_lost",
    errno.ENOTCONN: "share_lost",
    errno.ENOENT: "folder_gone",
    errno.EACCES: "forbidden",
    errno.EPERM: "forbidden",
}
PAUSE_KINDS = (*dict.fromkeys(_ERRNO_KINDS.values()), "ledger", "model", "other")


def pause_kind(error: Exception) -> str:
    """One of PAUSE_KINDS: a word for what pauses the work, so that each kind can be counted."""
    if isinstance(error, OSError):
        return _ERRNO_KINDS.get(error.errno or 0, "other")
    if isinstance(error, sqlite3.Error):
        return "ledger"
    return "model" if isinstance(error, ModelError) else "other"


class Meter(Counts):
    """What the loop, and whoever works for it, says of what happened; all methods may be called by any thread.

    measuring: whether each picture's values are looked at too; without, a picture costs nothing here.
    on_change: told when work pauses, goes on or ends. reloads: gives how often new settings were taken and refused.
    """

    def __init__(self, clock: Callable[[], float] = time.time, timer: Callable[[], float] = time.monotonic) -> None:
        """clock: Unix time. timer: monotonic."""
        super().__init__()
        self._clock, self._timer, self._lock = clock, timer, threading.Lock()
        self.measuring = False
        self.on_change: Callable[[], None] = lambda: None
        self.reloads: Callable[[], tuple[int, int]] = lambda: (0, 0)
        self.levels: Levels | None = None
        self.started_at, self.running = clock(), True
        self._totals = Totals(by=self.by)
        self._pause, self._since, self._turned = "", 0.0, timer()

    # -- what happens --------------------------------------------------------------------------------

    def add(self, records: Sequence[Record]) -> None:
        """These have rows that are on disk."""
        with self._lock:
            super().add(records)
            if self.measuring:
                self._totals.measure(records, self._clock())

    def turned(self) -> None:
        """The loop came round, whatever came of it."""
        self._turned = self._timer()

    def paused(self, error: Exception) -> None:
        """Work pauses, or cannot go on yet. An error of another kind ends one pause and begins another."""
        kind = pause_kind(error)
        if kind == self._pause:
            return
        with self._lock:
            self._end_pause()
            self._pause, self._since = kind, self._timer()
            self._totals.pauses[kind] += 1
        self.on_change()

    def resumed(self) -> None:
        """Work goes on."""
        with self._lock:
            self._end_pause()
            self._pause = ""
        self.on_change()

    def stopped(self) -> None:
        """The daemon ends, as it was asked to."""
        self.running = False
        self.on_change()

    def lost_reader(self, to: Loss) -> None:
        """A reader crashed, was ended as it took too long or too much, or was lost with a cluster's job."""
        with self._lock:
            self._totals.readers_lost[to] += 1

    def deleted(self, folder: str, files: int, size: int) -> None:
        """So many files of so many bytes together reached their age. folder: archive, rejected or results."""
        with self._lock:
            self._totals.deleted_files[folder] += files
            self._totals.deleted_bytes[folder] += size

    # -- what is known -------------------------------------------------------------------------------

    def totals(self) -> Totals:
        """A copy of all counts of one moment; a pause that lasts is counted up to now."""
        with self._lock:
            made = copy.deepcopy(self._totals)
            pause, since = self._pause, self._since
        made.claimed = self.claimed
        if pause:
            made.paused_seconds[pause] += self._timer() - since
        return made

    @property
    def is_paused(self) -> bool:
        """Whether work pauses now."""
        return bool(self._pause)

    def at(self, moment: float) -> float:
        """The Unix time of a monotonic one."""
        return self._clock() - self.since(moment)

    def since(self, moment: float) -> float:
        """Seconds since a monotonic time."""
        return max(0.0, self._timer() - moment)

    @property
    def turned_at(self) -> float:
        """The Unix time of the loop's last turn."""
        return self.at(self._turned)

    def _end_pause(self) -> None:
        if self._pause:
            self._totals.paused_seconds[self._pause] += self._timer() - self._since
