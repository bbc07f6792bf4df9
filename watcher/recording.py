"""Results into the ledger, rows into the results files, pictures into the archive: in this order, each durable."""

import logging
import os
from collections.abc import Sequence

from watcher.archive import Put
from watcher.durable import sync_filesystem
from watcher.parts import Parts
from watcher.recognition.verdict import Verdict
from watcher.records import Claim, Record
from watcher.rows import about, readable_name

log = logging.getLogger(__name__)
LEFT_SECONDS = 300.0  # until pictures that could not be put at their place are tried again


class Recorder:
    """Ends the way of pictures that have a verdict."""

    def __init__(self, parts: Parts) -> None:
        self._p = parts
        self._left, self._next_try = False, 0.0
        self._said: dict[str, str] = {}

    def record(self, results: Sequence[tuple[Claim, Verdict]], model: str) -> list[Record]:
        """Store, write and archive, once the pictures are on disk.

        Raises OSError or SurroundingsError where the surroundings fail; recovery goes on from wherever it came to.
        """
        # An outbox whose disk is gone would be made anew under the mount point: it is looked at before each step.
        self._p.check()
        records = self._p.ledger.record(results, model, self._p.timestamp(), self._p.places)
        self._p.check()
        self._p.results.append(records)
        self._p.check()
        self.archive(records)
        return records

    def sync_inbox(self) -> None:
        """Put on disk what was written to the inbox: programs that copy do not. Called beside the loop."""
        descriptor = os.open(self._p.files.work, os.O_RDONLY | os.O_DIRECTORY)
        try:
            sync_filesystem(descriptor)
        finally:
            os.close(descriptor)

    def archive(self, records: Sequence[Record]) -> None:
        """Put pictures whose rows are on disk at their places, and say so in the ledger."""
        put = self._p.archive.put(records)
        self._left = self._left or bool(put.left)
        self._p.ledger.finish(put.done, self._p.results.positions())
        if put.lost:
            self._p.ledger.set_state(put.lost, "missing")
        for id_ in (*put.done, *put.lost):
            self._said.pop(id_, None)
        if put.left or put.lost:
            self._say_what_is_not_there(records, put)

    def _say_what_is_not_there(self, records: Sequence[Record], put: Put) -> None:
        lost = set(put.lost)
        for record in records:
            id_, extra = record.claim.id, about(record.claim)
            if id_ in lost:
                place = readable_name(record.archived_to)
                log.error("%s is missing: neither there nor in work (id %s)", place, id_, extra=extra)
            elif (why := put.left.get(id_, "")) and self._said.get(id_) != why:
                self._said[id_] = why
                file = readable_name(record.claim.file)
                log.warning("%s stays in the work folder: it %s (id %s)", file, why, id_, extra=extra)

    def try_again(self, now: float) -> None:
        """Once in a while, try to put what could not be put. now: monotonic seconds."""
        if not self._left:
            self._next_try = now + LEFT_SECONDS
        elif now >= self._next_try:
            self._left = False
            self._p.check()
            self.archive(self._p.ledger.to_archive())
