"""results-corrected.csv: the rows of results.csv as people have set them right, generated from the ledger.

It is made anew beside the old one, a little at a time, and put in its place whole; new rows at the end are appended.
"""

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice

from watcher.corrections.labels import corrected
from watcher.durable import sync_folders, write_all
from watcher.ledger import Ledger
from watcher.records import Record, signed64
from watcher.rows import CSV_HEADER, csv_line

log = logging.getLogger(__name__)
NAME = "results-corrected.csv"
BITE_SECONDS = 0.02  # that the loop is kept from fresh pictures
_REST = 9.0  # times as long as a bite took, while pictures are read
_QUIET_SECONDS = 1.0  # between two times that new rows are appended
AGAIN_SECONDS = 60.0  # until what was refused is tried again
_ROWS_AT_ONCE = 200
_FACT = "corrected"  # under which the ledger knows the file: dev, inode, size, last record, last correction
_State = tuple[int, int, int, int, int]


class CorrectedFile:
    """The file, as far as it has come. Nothing is done before there is a correction."""

    def __init__(
        self,
        outbox: bytes,
        ledger: Ledger,
        check: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """check: raises SurroundingsError where the outbox is not what it was: it may be a bare mount point."""
        self._path = outbox + b"/" + NAME.encode()
        self._new = outbox + b"/." + NAME.encode() + b".new"
        self._ledger, self._check, self._clock = ledger, check, clock
        self._making: Iterator[None] | None = None
        self._due, self._refused = 0.0, ""
        self._reached = self._written = 0  # the last record in the file that is made; rows written in this turn

    @property
    def behind(self) -> bool:
        """Whether there is something to write, and it can be written."""
        said = self._ledger.last_correction()
        known = self._known()
        return bool(said) and not self._refused and (known is None or known[3:] != (self._ledger.last_seq(), said))

    def turn(self, now: float, *, busy: bool) -> float:
        """Do a little, where something is due; gives the seconds until then. now: monotonic seconds.

        What is refused is tried again later. Raises SurroundingsError as `check` does.
        """
        if now < self._due:
            return self._due - now
        began, self._written = self._clock(), 0
        try:
            more = self._bite(began + BITE_SECONDS)
            self._refused = ""
        except OSError as error:
            if self._refused != str(error):
                log.warning("%s cannot be written, and is tried again: %s", os.fsdecode(self._path), error)
            self._refused, self._due = str(error), now + AGAIN_SECONDS
            return AGAIN_SECONDS
        rest = (self._clock() - began) * _REST * busy if more else _QUIET_SECONDS
        self._due = now + rest
        return rest if more or self._written else float("inf")

    def finish(self, seconds: float = float("inf")) -> bool:
        """Bring it up to the ledger, if that takes no longer; says whether it is. Raises OSError, and as `turn`."""
        until = self._clock() + seconds
        while more := self._bite(until):
            if self._clock() >= until:
                break
        return not more

    def wake(self) -> None:
        """There is something new to say."""
        self._due = 0.0

    def _bite(self, until: float) -> bool:
        """Go on until a time; whether there is more to do."""
        if self._making is None:
            self._making = self._steps()
        try:
            for _ in self._making:
                if self._clock() >= until:
                    return True
        except BaseException:
            self._making = None
            raise
        self._making = None
        return False

    def _steps(self) -> Iterator[None]:
        """All that is to be done now, in steps."""
        last, said = self._ledger.last_seq(), self._ledger.last_correction()
        if not said:
            return
        known = self._known()
        if known is not None and known[4] == said:
            if known[3] < last:
                yield from self._append(known)
            return
        yield from self._make(said)

    def _make(self, said: int) -> Iterator[None]:
        self._check()
        descriptor = os.open(self._new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640)
        try:
            write_all(descriptor, CSV_HEADER)
            yield from self._write(descriptor, 0)
            self._check()
            os.replace(self._new, self._path)
            sync_folders([os.path.dirname(self._path)])
            self._keep(os.fstat(descriptor), said)
        finally:
            os.close(descriptor)

    def _append(self, known: _State) -> Iterator[None]:
        """New rows: what people say of them would be a correction that is new too."""
        self._check()
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            yield from self._write(descriptor, known[3])
            self._keep(os.fstat(descriptor), known[4])
        finally:
            os.close(descriptor)

    def _write(self, descriptor: int, after: int) -> Iterator[None]:
        self._reached = after
        while rows := list(islice(self._ledger.labelled_after(self._reached), _ROWS_AT_ONCE)):
            write_all(descriptor, b"".join(corrected_line(record, label) for record, label in rows))
            self._reached = rows[-1][0].seq
            self._written += len(rows)
            yield
        os.fsync(descriptor)

    def _keep(self, found: os.stat_result, said: int) -> None:
        state = (signed64(found.st_dev), signed64(found.st_ino), found.st_size, self._reached, said)
        self._ledger.set_meta(_FACT, " ".join(map(str, state)))

    def _known(self) -> _State | None:
        """How far the file has come that lies there, if it is the one that was left there."""
        with suppress(OSError, ValueError):
            dev, ino, size, seq, said = map(int, (self._ledger.meta(_FACT) or "").split())
            found = os.lstat(self._path)
            if (signed64(found.st_dev), signed64(found.st_ino), found.st_size) == (dev, ino, size):
                return dev, ino, size, seq, said
        return None


def corrected_line(record: Record, label: str | None) -> bytes:
    """The row of a record as people say it, where they have said something."""
    return csv_line(record if label is None else corrected(record, label))
