"""Deletes what has had its time, a little at a time: pictures, results files that were set aside, records.

A picture is marked in the ledger as expiring, then deleted, its folder synced, then marked as expired: killed at any
point, the next start goes on from the marks.
"""

import logging
import os
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from watcher.aging import LEDGER, Aging, Kept
from watcher.durable import sync_folders
from watcher.retention.disposal import Disposal
from watcher.retention.rules import FOLDERS, Rules
from watcher.retention.walk import LOOKED_AT, Walk

log = logging.getLogger(__name__)
MOST_STUCK = 1000  # pictures that cannot be deleted: beyond that something is wrong, and no others are begun
MOST_AT_ONCE = 500


class Retention:
    """What is to be deleted now, and deleting it in bites."""

    def __init__(
        self,
        rules: Rules,
        ledger: Aging,
        outbox: Path,
        *,
        check: Callable[[], None],
        now: Callable[[], datetime | None],
        on_deleted: Callable[[str, int, int], None] = lambda *_: None,
    ) -> None:
        """check: raises SurroundingsError where the outbox is not what it was. now: what time it is, None where that is
        not known. on_deleted: is told how many files of which kind went, and their bytes."""
        self._rules, self._ledger, self._outbox = rules, ledger, os.fsencode(outbox)
        self._check, self._now, self._on_deleted = check, now, on_deleted
        self._disposal = Disposal(outbox)
        self._walks = {name: Walk(ledger, name) for name in (*FOLDERS, LEDGER)}
        self.stuck = 0
        self.files, self.bytes = Counter[str](), Counter[str]()  # deleted so far, by kind; of records, how many

    def finish(self) -> None:
        """Delete what is marked: after a kill, or where it was refused the last time.

        Raises OSError or SurroundingsError where the surroundings fail.
        """
        marked = self._ledger.expiring()
        self._dispose("archive", [one for one in marked if one.place.startswith(b"archive/")])
        self._dispose("rejected", [one for one in marked if not one.place.startswith(b"archive/")])
        self.stuck = len(self._ledger.expiring()) if marked else 0

    def bite(self, most: int = MOST_AT_ONCE) -> bool:
        """Delete up to so many of one kind; gives whether there may be more to do now. Raises as `finish`."""
        now = self._now() if self._rules.by_age else None
        if self.stuck < MOST_STUCK:
            for folder in FOLDERS:
                if self._expire(folder, now, most):
                    return True
        if now is None:
            return False
        self._delete_results(self._rules.old_results(self._outbox, now))
        return self._purge(now, most)

    # -- pictures ------------------------------------------------------------------------------------

    def due(self, folder: str, now: datetime | None) -> tuple[int, int, bool]:
        """Up to which record a folder's pictures are too old, and by how many bytes they are too many.

        And whether that is not all of it: there are more records to look at. now: None where ages are not known.
        """
        walk, most, old, more = self._walks[folder], self._rules.most_bytes.get(folder), 0, False
        limits = self._rules.limits(folder, now) if now is not None else None
        if limits is not None:
            more = walk.look(*limits)
            old = walk.due
        excess = self._ledger.stock(folder)[1] - most if most is not None else 0
        return old, max(0, excess), more

    def _expire(self, folder: str, now: datetime | None, most: int) -> bool:
        old, excess, more = self.due(folder, now)
        begun, _ = self._ledger.frontier(folder)
        until = max(old, self._ledger.last_seq() if excess else 0)
        if until <= begun:
            return more
        reached = min(until, begun + LOOKED_AT)
        pictures = list(self._ledger.kept(folder, begun, reached, most))
        if len(pictures) == most:
            reached = pictures[-1].seq
        due = enough(pictures, excess, old)
        if len(due) < len(pictures):
            reached = pictures[len(due)].seq - 1
        self._check()
        self._ledger.begin_expiry(folder, begun, reached, due)
        self._dispose(folder, due)
        return more or reached > begun

    def _dispose(self, folder: str, pictures: list[Kept]) -> None:
        if not pictures:
            return
        self._check()
        disposed = self._disposal.dispose(pictures)
        self._check()  # an outbox that went away meanwhile looks as if all were deleted
        self._ledger.end_expiry(disposed.done, disposed.folders)
        self.stuck += len(pictures) - len(disposed.done)
        self._count(folder, len(disposed.done), disposed.size)

    # -- results files and records -------------------------------------------------------------------

    def _delete_results(self, names: list[bytes]) -> None:
        if not names:
            return
        self._check()
        for name in names:
            path = self._outbox + b"/" + name
            size = os.lstat(path).st_size
            os.unlink(path)
            self._count("results", 1, size)
        sync_folders([self._outbox])

    def _purge(self, now: datetime, most: int) -> bool:
        limits = self._rules.limits(LEDGER, now)
        if limits is None:
            return False
        walk = self._walks[LEDGER]
        more = walk.look(*limits)
        begun, _ = self._ledger.frontier(LEDGER)
        reached, gone = begun, list[tuple[int, str]]()
        for seq, id_, over in self._ledger.to_purge(begun):
            if seq > min(walk.due, begun + LOOKED_AT) or len(gone) == most:
                break
            reached = seq
            if over and id_ < limits[0]:  # of others, the tail of a results file could not tell that they were here
                gone.append((seq, id_))
        if reached > begun:
            self._ledger.purge(reached, gone)
            self._count(LEDGER, len(gone), 0)
        return more or reached > begun

    def _count(self, kind: str, files: int, size: int) -> None:
        self.files[kind] += files
        self.bytes[kind] += size
        if kind != LEDGER:
            self._on_deleted(kind, files, size)


def enough(pictures: list[Kept], excess: int, old: int) -> list[Kept]:
    """The first of these: those that are too old, and as many as have the bytes that are too many."""
    for number, picture in enumerate(pictures):
        if excess <= 0 and picture.seq > old:
            return pictures[:number]
        excess -= picture.identity.size
    return pictures
