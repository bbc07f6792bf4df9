"""One append-only sheet of rows: appended durably, and mended from the ledger after a crash or a person's hand."""

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Generic

from watcher.entries import Entries, Kind
from watcher.errors import SurroundingsError
from watcher.rotation import is_old
from watcher.sheet_file import SheetFile
from watcher.tail import BLOCK, id_in, line_of_first_nul, lines, row_that_ends_at, unended_line

log = logging.getLogger(__name__)
_ROWS_AT_ONCE = 1000
_TRIES = 5  # to write rows into a file that is still there afterwards


class Sheet(Generic[Kind]):
    """One results file. Given are its name in the ledger, the file, what makes a line of an entry, and the entries."""

    def __init__(self, name: str, file: SheetFile, render: Callable[[Kind], bytes], ledger: Entries[Kind]) -> None:
        self._name, self._file, self._render, self._ledger = name, file, render, ledger
        self._durable = self._seq = 0

    @property
    def position(self) -> tuple[str, int, int, int, int]:
        """name, dev, inode, how many bytes are known to be on disk, sequence number of the last row."""
        return self._name, self._file.dev, self._file.ino, self._durable, self._seq

    @property
    def bytes_of_rows(self) -> int:
        """How long the rows are that are known to be on disk."""
        return max(0, self._durable - self._file.header_size)

    @property
    def stands(self) -> bool:
        """Whether the file that is written to is the one that people see."""
        return self._file.stands()

    def set_aside(self, stem: str) -> None:
        """Give the file another name, if it is the one that the ledger knows. `catch_up` then begins a new one."""
        self._file.set_aside(stem, self._ledger.sheet(self._name)[:2])

    def append(self, records: Sequence[Kind]) -> None:
        """Append rows and make them durable, in the file that people see under the name.

        Raises OSError where writing fails: `catch_up` then comes before the next rows.
        """
        if not records or records[-1].seq <= self._seq:  # where a new file began meanwhile, they stand in it
            return
        for _ in range(_TRIES):
            if self._file.stands():
                if self._file.size != self._durable:
                    self._mend_last_line()
                self._file.write(b"".join(map(self._render, records)))
                self._file.sync()
            else:
                # Moved, deleted, emptied or replaced, maybe by a copy that has these rows already.
                log.warning("%s was moved, deleted, emptied or replaced by a person", self._file)
                self.catch_up()
            if self._file.stands():
                break
        else:
            raise SurroundingsError(
                f"{self._file} is moved away again and again", hint="Stop the program that does it."
            )
        self._durable, self._seq = self._file.size, records[-1].seq

    def catch_up(self) -> int:
        """Compare the file's tail with what the ledger says should stand there; mend, complete and fsync it.

        Gives how many rows were missing. Raises SurroundingsError where it has rows that the ledger does not
        know, OSError where writing fails.
        """
        dev, ino, durable, self._seq = self._ledger.sheet(self._name)
        for path, rows in islice(self._file.set_aside_files(), 1):
            if not is_old(os.fsencode(path)):
                self._seq_of(rows[-1], path)
        self._file.open()
        known = (self._file.dev, self._file.ino) == (dev, ino) and self._ends_with_our_row(durable)
        start = durable if known else 0
        self._cut_nuls(start)
        self._mend_last_line()
        present = self._present(start)
        self._file.write_again(start)
        missing = self._missing(present)
        while chunk := list(islice(missing, _ROWS_AT_ONCE)):
            self._file.write(b"".join(map(self._render, chunk)))
        self._file.sync()
        if not known:
            self._file.sync_name()
        self._durable = self._file.size
        self._seq += len(present)
        return present.count(0)

    def _ends_with_our_row(self, durable: int) -> bool:
        """Whether the last row that is known to be on disk still ends where it did.

        The size alone does not tell: a person may have cut the file, and we have written behind the cut since.
        """
        id_ = row_that_ends_at(self._file.descriptor, durable)
        return not self._seq or (id_ is not None and self._ledger.seq_of(id_) == self._seq)

    def _cut_nuls(self, start: int) -> None:
        """Cut off from the first row that has NULs in it, unless rows follow that would not be written again."""
        begin = line_of_first_nul(self._file.descriptor, start)
        if begin is None:
            return
        for _, line in lines(self._file.descriptor, begin):
            if (id_ := id_in(line)) and self._seq_of(id_) <= self._seq:
                return
        log.warning("%s: %d bytes that a power cut left are written anew", self._file, self._file.size - begin)
        self._file.cut(begin)

    def _mend_last_line(self) -> None:
        """A torn row is cut where it will be written again, else it gets its missing end.

        Any other line without an end was left so by a person's editor, and stays.
        """
        begin, line, before = unended_line(self._file.descriptor)
        for record in self._candidates(line, before):
            row, due = self._render(record), record.seq > self._seq
            if not row.startswith(line) and not (due and id_in(line)):
                continue
            log.warning("%s: the torn row of %s is mended", self._file, record.id)
            if due:
                self._file.cut(begin)
            else:
                self._file.append(row[len(line) :])
            return

    def _candidates(self, line: bytes, before: str | None) -> Iterator[Kind]:
        """Whose row an unended line may be: that of its id; else the one after the last whole row, or the first due."""
        if not line:
            return
        if id_ := id_in(line):
            record = self._ledger.place_of(id_)
            if record is not None:
                yield record
            return
        for seq in (before and self._ledger.seq_of(before), self._seq):
            if seq is not None and (record := next(self._ledger.records_after(int(seq)), None)):
                yield record

    def _present(self, start: int) -> bytearray:
        """For each record that is due, in sequence: whether its row stands in the file from `start` on.

        Ids grow with time: older rows than the oldest that is due are not asked for, but for the last ones,
        which would show a ledger that is older than the file.
        """
        present = bytearray(self._ledger.last_seq() - self._seq)
        oldest = self._ledger.oldest_after(self._seq)
        if oldest:
            self._mark_set_aside(present, oldest)
        last = self._file.size - BLOCK
        for at, line in lines(self._file.descriptor, start):
            id_ = id_in(line)
            if id_ and (at >= last or (oldest and id_ >= oldest)) and (place := self._seq_of(id_) - self._seq) > 0:
                present[place - 1] = True
        return present

    def _mark_set_aside(self, present: bytearray, oldest: str) -> None:
        """The rows that stand in files that were set aside: a ledger that was mended may not know how far they go."""
        for path, rows in self._file.set_aside_files():
            if max(rows) < oldest:
                continue
            with open(path, "rb") as file:
                for _, line in lines(file.fileno(), 0):
                    id_ = id_in(line)
                    place = (self._ledger.seq_of(id_) or 0) - self._seq if id_ else 0
                    if place > 0:
                        present[place - 1] = True

    def _missing(self, present: bytearray) -> Iterator[Kind]:
        begin = present.find(False)
        while begin >= 0:
            end = present.find(True, begin)
            count = (end if end >= 0 else len(present)) - begin
            yield from islice(self._ledger.records_after(self._seq + begin), count)
            begin = present.find(False, begin + count)

    def _seq_of(self, id_: str, where: str = "") -> int:
        seq = self._ledger.seq_of(id_)
        if seq is None and self._ledger.purged(id_):
            return 0  # it was here, long ago
        if seq is None:
            raise SurroundingsError(
                f"{where or self._file} has rows that the ledger does not know, {id_} for one:"
                f" the ledger {self._ledger.path} is older than the results",
                hint="Restore the newer ledger; or run `digit-watcher repair`, same options: it takes these rows"
                " into the ledger.",
            )
        return seq

    def close(self) -> None:
        """Close the file."""
        self._file.close()
