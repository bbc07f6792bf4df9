"""results.csv and results.jsonl: append-only, written from the ledger, in the ledger's order.

A row is on disk before its picture leaves the work folder. People may move, cut or replace these files at
any time; nothing of ours is lost by it and nothing is written twice.
"""

import codecs
import logging
import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

from watcher.durable import rename_new, sync_folders, write_all
from watcher.errors import SurroundingsError
from watcher.ledger import Ledger
from watcher.records import Record
from watcher.rows import CSV_HEADER, csv_line, json_line

log = logging.getLogger(__name__)
_ID = re.compile(rb'(?:\{"id": ")?([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})["\,]')
_TAIL = 1 << 20  # how far back a file that is not the one we knew is searched


class Results:
    """Both files together."""

    def __init__(self, outbox: Path, ledger: Ledger) -> None:
        folder = os.fsencode(outbox)
        self._ledger = ledger
        self._sheets = (
            Sheet("csv", folder + b"/results.csv", CSV_HEADER, csv_line),
            Sheet("jsonl", folder + b"/results.jsonl", b"", json_line),
        )

    def catch_up(self) -> int:
        """Bring both files to where the ledger is, mending torn ends; gives how many rows were missing.

        Raises SurroundingsError where a file has rows that the ledger does not know, OSError where writing fails.
        """
        return max(sheet.catch_up(self._ledger) for sheet in self._sheets)

    def append(self, records: Sequence[Record]) -> None:
        """Append rows, durably. Raises OSError where writing fails."""
        for sheet in self._sheets:
            sheet.append(records)

    def positions(self) -> list[tuple[str, int, int, int, int]]:
        """How far each file has come, for the ledger: name, dev, inode, offset, sequence number."""
        return [sheet.position for sheet in self._sheets]

    def close(self) -> None:
        """Close both files."""
        for sheet in self._sheets:
            sheet.close()


class Sheet:
    """One append-only file of rows."""

    def __init__(self, name: str, path: bytes, header: bytes, render: Callable[[Record], bytes]) -> None:
        self._name, self._path, self._header, self._render = name, path, header, render
        self._descriptor = -1
        self._dev = self._ino = self._offset = self._seq = 0

    @property
    def position(self) -> tuple[str, int, int, int, int]:
        """name, dev, inode, offset, sequence number of the last row."""
        return self._name, self._dev, self._ino, self._offset, self._seq

    def catch_up(self, ledger: Ledger) -> int:
        """Compare the file's tail with what the ledger says should stand there; mend and complete it."""
        dev, ino, offset, self._seq = ledger.sheet(self._name)
        self._open()
        size = os.fstat(self._descriptor).st_size
        same = (self._dev, self._ino) == (dev, ino) and size >= offset
        start = offset if same else max(0, size - _TAIL)
        due = list(ledger.records_after(self._seq))
        present = self._mend(start, due, ledger)
        missing = [record for record in due if record.claim.id not in present]
        self._write(missing)
        if due:
            self._seq = due[-1].seq
        return len(missing)

    def _mend(self, start: int, due: Sequence[Record], ledger: Ledger) -> set[str]:
        """Cut off a torn row at the end; give the ids of the rows after `start`."""
        size = os.fstat(self._descriptor).st_size
        tail = os.pread(self._descriptor, size - start, start)
        whole = tail
        if b"\0" in whole:  # after a power cut, whole blocks can be NUL
            whole = whole[: whole.rfind(b"\n", 0, whole.index(b"\0")) + 1]
        last = whole[whole.rfind(b"\n") + 1 :]
        # Only rows that are still due can be torn; any other line without an end was left so by a person's editor.
        if last and any(self._render(record).startswith(last) for record in due):
            whole = whole[: -len(last)]
        if len(whole) < len(tail):
            log.warning("%s: cut off %d bytes of an incomplete row", os.fsdecode(self._path), len(tail) - len(whole))
            os.ftruncate(self._descriptor, start + len(whole))
        self._offset = start + len(whole)
        found = [match[1].decode() for line in whole.split(b"\n") if (match := _ID.match(line))]
        for id_ in found:
            if not ledger.knows(id_):
                raise SurroundingsError(
                    f"{os.fsdecode(self._path)} has rows that the ledger does not know, {id_} for one:"
                    f" the ledger {ledger.path} is older than the results",
                    hint="Restore the newer ledger, or move the results files away to begin new ones.",
                )
        return set(found)

    def append(self, records: Sequence[Record]) -> None:
        """Append rows and make them durable, in the file that people see under the name."""
        if not self._is_ours():
            self._open()
        self._write(records)
        if not self._is_ours():
            # Moved, deleted or emptied while we wrote: the rows went with it, and stand in the new file again.
            log.warning("%s was moved, deleted or emptied; it is begun anew", os.fsdecode(self._path))
            self._open()
            self._write(records)
        if records:
            self._seq = records[-1].seq

    def _write(self, records: Sequence[Record]) -> None:
        rows = b"".join(map(self._render, records))
        if not rows:
            return
        end = os.fstat(self._descriptor).st_size
        if end and os.pread(self._descriptor, 1, end - 1) != b"\n":
            rows = b"\r\n" + rows  # a person's editor left no newline
        write_all(self._descriptor, rows)
        os.fsync(self._descriptor)
        self._offset = end + len(rows)

    def _is_ours(self) -> bool:
        with suppress(FileNotFoundError):
            found = os.lstat(self._path)
            emptied = self._header and not found.st_size  # it needs its header again
            return (found.st_dev, found.st_ino) == (self._dev, self._ino) and not emptied
        return False

    def _open(self) -> None:
        self.close()
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        self._descriptor = os.open(self._path, flags, 0o640)
        found = os.fstat(self._descriptor)
        if found.st_size and not self._begins_right():
            self._set_aside()
            self._open()
            return
        self._dev, self._ino = found.st_dev, found.st_ino
        if not found.st_size and self._header:
            write_all(self._descriptor, self._header)
            os.fsync(self._descriptor)
        if not found.st_size:
            sync_folders([os.path.dirname(self._path)])
        self._offset = os.fstat(self._descriptor).st_size

    def _begins_right(self) -> bool:
        """Whether the columns are ours; spreadsheets add a byte order mark and change line ends when they save."""
        start = os.pread(self._descriptor, len(self._header) + len(codecs.BOM_UTF8), 0)
        first_line = start.removeprefix(codecs.BOM_UTF8).partition(b"\n")[0].rstrip(b"\r")
        return not self._header or first_line == self._header.rstrip()

    def _set_aside(self) -> None:
        """Another column set begins a new file; the old one stays beside it."""
        stem, _, suffix = self._path.rpartition(b".")
        for number in count(1):
            aside = stem + f"-old{number}.".encode() + suffix
            with suppress(FileExistsError):
                rename_new(self._path, aside)
                log.warning("%s had other columns; it is now %s", os.fsdecode(self._path), os.fsdecode(aside))
                return

    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
