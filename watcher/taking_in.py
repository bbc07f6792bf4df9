"""Rows that the ledger does not know, taken into it from the results files."""

import os
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from watcher.ledger import Ledger
from watcher.reading_back import record_of_csv
from watcher.records import Record
from watcher.retention.rules import FOLDERS
from watcher.rows import csv_line, readable_name
from watcher.sources import Source, sources
from watcher.tail import id_in, lines
from watcher.whereabouts import Whereabouts

SHOWN = 20
_RECORDS_AT_ONCE = 500
_STUB = re.compile(rb'(\{"id": ?")?[0-9a-f-]{1,36}')  # of a row that was torn within its id


@dataclass(slots=True)
class Listing:
    """Things to name to people: the first few, and how many there are."""

    first: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, item: str) -> None:
        """One more."""
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append(item)


@dataclass(slots=True)
class Taken:
    """What was done. states: state → records; bad: id → why its row cannot be used; remarks: for people."""

    states: Counter[str] = field(default_factory=Counter)
    bad: dict[str, str] = field(default_factory=dict)
    remarks: Listing = field(default_factory=Listing)


class TakingIn:
    """From both files into one ledger: the JSONL has more in its lines, the CSV is the second source."""

    def __init__(
        self,
        outbox: Path,
        ledger: Ledger,
        whereabouts: Whereabouts,
        *,
        old: Callable[[Record, bool], bool],
        dry_run: bool,
        on_progress: Callable[[int], object] = lambda _: None,
    ) -> None:
        """old: whether the time of a picture that is nowhere was over, by the settings; it is told whether no older
        one lies in archive/, or rejected/, either. on_progress: is told of each line how many bytes it has."""
        self._outbox, self._ledger, self._whereabouts, self._dry_run = outbox, ledger, whereabouts, dry_run
        self._old, self._on_progress = old, on_progress
        self._there = {folder for folder in FOLDERS if ledger.stock(folder)[0]}
        self._first = ledger.last_seq()
        self._pending: dict[str, tuple[Record, str]] = {}
        self._places: set[bytes] = set()
        self.taken = Taken()

    def run(self) -> Taken:
        """Take in all files, then find out which pictures were read again. Raises OSError where a file fails."""
        for source in sources(self._outbox):
            self._file(source)
        for id_ in [id_ for id_ in self.taken.bad if self._ledger.seq_of(id_) is not None]:
            del self.taken.bad[id_]  # another file had it
        self._find_read_again()
        return self.taken

    def _file(self, source: Source) -> None:
        torn = None
        with source.opened() as descriptor:
            for at, line in lines(descriptor, 0) if descriptor >= 0 else ():
                self._on_progress(len(line))
                id_ = id_in(line)
                if id_ is None:
                    torn = at if _STUB.fullmatch(line) else torn
                elif self._is_new(id_):
                    torn = torn if self._row(source, id_, line) else at
                elif source.is_csv and source.ours and line.endswith(b"\n"):
                    self._compare(source, id_, line)
            self._store()
            if torn is not None and source.grows:
                self.taken.remarks.add(f"the torn row at the end of {source.name} is cut off")
                if not self._dry_run:
                    os.ftruncate(descriptor, torn)
                    os.fsync(descriptor)

    def _is_new(self, id_: str) -> bool:
        return id_ not in self._pending and self._ledger.seq_of(id_) is None and not self._ledger.purged(id_)

    def _row(self, source: Source, id_: str, line: bytes) -> bool:
        """Take in one row; False where it is torn and no row."""
        whole = line.endswith(b"\n")
        try:
            record = source.read(line)
            self._refuse_anothers(record, id_)
        except ValueError as error:
            if whole and source.ours:
                self.taken.bad[id_] = f"{source.name}, {id_}: {error}"
            elif whole:
                self.taken.remarks.add(f"{source.name}, {id_}, is not taken: {error}")
            return whole
        if not whole and source.is_csv and not self._whereabouts.holds(record.archived_to):
            return False  # its last cell may be torn
        record, state, remark = self._whereabouts.find(record)
        if state != "missing":
            self._there.add(record.folder)
        elif self._old(record, record.folder not in self._there):
            state, remark = "expired", ""
        if remark:
            self.taken.remarks.add(f"{readable_name(record.claim.file)} (id {id_}) {remark}")
        self.taken.states[state] += 1
        self._pending[id_] = record, state
        self._places.add(record.archived_to)
        if len(self._pending) >= _RECORDS_AT_ONCE:
            self._store()
        return True

    def _refuse_anothers(self, record: Record, id_: str) -> None:
        place = record.archived_to
        if record.claim.id != id_:
            raise ValueError(f"it says to be {record.claim.id} too")
        if place in self._places or self._ledger.whose(place) not in (None, record.claim.id):
            raise ValueError(f"its place {readable_name(place)} belongs to another picture")

    def _store(self) -> None:
        self._ledger.take_in(list(self._pending.values()))
        self._pending.clear()
        self._places.clear()

    def _compare(self, source: Source, id_: str, line: bytes) -> None:
        """Say where a row of the CSV says something else than the line of the JSONL that was taken in."""
        if (self._ledger.seq_of(id_) or 0) <= self._first:
            return
        record = self._ledger.place_of(id_)
        with suppress(ValueError):
            if record is not None and csv_line(record_of_csv(line)) != csv_line(record):
                self.taken.remarks.add(f"{source.name} says something else of {id_} than the JSONL, which is taken")

    def _find_read_again(self) -> None:
        pairs: dict[str, str] = {}
        for old, place, new in self._ledger.read_again(self._first):
            if old not in pairs and new not in pairs.values() and not self._whereabouts.holds(place):
                pairs[old] = new
        self._ledger.mark_read_again(pairs.items())
        if pairs:
            self.taken.remarks.add(f"{len(pairs):,} of them had been read again, on request")
