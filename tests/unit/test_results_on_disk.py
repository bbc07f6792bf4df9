"""watcher.results and the disk: rows that were found are on it before anything relies on them."""

import os
from pathlib import Path

import pytest
from office import Office

from watcher.rows import csv_line, json_line


class Disk:
    """Which bytes of the results files survive a power cut.

    Bytes that were written are dirty until an fsync. As Linux has it, an fsync that fails forgets them: the next
    one says that all is well and writes nothing of them.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.failing = False
        self.fsyncs = 0
        self._dirty: dict[int, set[int]] = {}
        self._safe: dict[int, set[int]] = {}
        self._write, self._pwrite, self._fsync = os.write, os.pwrite, os.fsync
        for name in ("write", "pwrite", "fsync"):
            monkeypatch.setattr(os, name, getattr(self, name))

    def write(self, descriptor: int, data: bytes) -> int:
        begin = os.fstat(descriptor).st_size
        done = self._write(descriptor, data)
        self._touch(descriptor, begin, done)
        return done

    def pwrite(self, descriptor: int, data: bytes, begin: int) -> int:
        size = os.fstat(descriptor).st_size
        done = self._pwrite(descriptor, data, begin)
        assert size == os.fstat(descriptor).st_size, "a descriptor with O_APPEND appends"
        self._touch(descriptor, begin, done)
        return done

    def fsync(self, descriptor: int) -> None:
        inode = os.fstat(descriptor).st_ino
        dirty = self._dirty.pop(inode, set())
        if self.failing:
            raise OSError(5, "Input/output error")
        self._fsync(descriptor)
        self.fsyncs += 1
        self._safe.setdefault(inode, set()).update(dirty)

    def _touch(self, descriptor: int, begin: int, count: int) -> None:
        span = set(range(begin, begin + count))
        inode = os.fstat(descriptor).st_ino
        self._dirty.setdefault(inode, set()).update(span)
        self._safe.setdefault(inode, set()).difference_update(span)

    def keeps(self, path: Path) -> bool:
        """Whether every byte of a file survives."""
        found = path.stat()
        return set(range(found.st_size)) <= self._safe.get(found.st_ino, set())


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


def kept(disk: Disk, office: Office) -> tuple[bool, bool]:
    return disk.keeps(office.csv), disk.keeps(office.jsonl)


def test_a_batch_costs_one_write_and_one_fsync_a_file(disk: Disk, office: Office) -> None:
    """However many rows it has."""
    before = disk.fsyncs
    office.write(1, 2, 3, 4)
    assert (2, (True, True)) == (disk.fsyncs - before, kept(disk, office))


def test_rows_of_a_failed_fsync_are_written_again(disk: Disk, office: Office) -> None:
    """They stand in the file and look whole; the next fsync alone would not put them on disk."""
    office.write(1)
    made = office.record(2, 3)
    disk.failing = True
    with pytest.raises(OSError, match="Input/output error"):
        office.results.append(made)
    assert not disk.keeps(office.csv)
    with pytest.raises(OSError, match="Input/output error"):
        office.results.catch_up()
    disk.failing = False
    office.results.catch_up()
    assert (True, True) == kept(disk, office)
    assert [1, 2, 3] == office.numbers()


def test_rows_of_a_failed_fsync_are_written_again_by_the_next_process(disk: Disk, office: Office) -> None:
    """Killed after the failure: the ledger's position says from where on nothing is certain."""
    office.write(1)
    disk.failing = True
    with pytest.raises(OSError, match="Input/output error"):
        office.results.append(office.record(2))
    disk.failing = False
    assert 1 == office.restart()  # the row that the JSONL never got
    assert (True, True) == kept(disk, office)
    assert [1, 2] == office.numbers()


def test_rows_found_after_a_kill_are_fsynced(disk: Disk, office: Office) -> None:
    """Killed between write and fsync: the rows are in memory, and a power cut may follow the next start."""
    office.write(1)
    (made,) = office.record(2)
    for path, row in ((office.csv, csv_line(made)), (office.jsonl, json_line(made))):
        with open(path, "ab") as file:
            os.write(file.fileno(), row)
    assert not disk.keeps(office.csv)
    assert 0 == office.restart()
    assert (True, True) == kept(disk, office)
    assert [1, 2] == office.numbers()


def test_a_new_file_is_on_disk_with_its_rows(disk: Disk, office: Office) -> None:
    """Begun anew after the old one was moved away, header and all."""
    office.write(1)
    for path in (office.csv, office.jsonl):
        path.rename(path.with_suffix(".old"))
    office.write(2)
    assert (True, True) == kept(disk, office)
    assert [2] == office.numbers()


def test_a_header_whose_fsync_failed_is_written_again(disk: Disk, office: Office) -> None:
    """The file is there and looks right; the ledger knows nothing of it."""
    office.write(1)
    office.csv.unlink()
    disk.failing = True
    with pytest.raises(OSError, match="Input/output error"):
        office.results.append(office.record(2))
    disk.failing = False
    office.restart()
    assert (True, True) == kept(disk, office)
