"""The files that results stand in: those of today, those that were set aside by day or size, and for other columns."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from watcher.files import identity_of
from watcher.reading_back import csv_reader, record_of_csv, record_of_json
from watcher.records import Record
from watcher.rotation import is_old, set_aside
from watcher.tail import id_in, lines


@dataclass(frozen=True, slots=True)
class Source:
    """One file. read: makes a record of a line, or raises ValueError. ours: as we write it; what is wrong is said.

    grows: rows are appended to it; its end may be torn.
    """

    path: bytes
    read: Callable[[bytes], Record]
    ours: bool = True
    grows: bool = False

    @property
    def name(self) -> str:
        """For people."""
        return os.fsdecode(os.path.basename(self.path))

    @property
    def is_csv(self) -> bool:
        """Whether it has rows, and not JSON."""
        return self.path.endswith(b".csv")

    def opened(self) -> AbstractContextManager[int]:
        """A descriptor for reading, and for cutting where it grows; -1 where there is no such file."""
        return opened(self.path, to_cut=self.grows)


@contextmanager
def opened(path: bytes, *, to_cut: bool) -> Iterator[int]:
    """A descriptor of a file that people may have put there, to read or also to cut; -1 where there is none."""
    how = os.O_RDWR if to_cut else os.O_RDONLY
    try:
        descriptor = os.open(path, how | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        yield -1
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def sources(outbox: Path) -> list[Source]:
    """All of them: those with JSON, which has more in its lines, then the others; of each the oldest rows first."""
    folder = os.fsencode(outbox)
    json = [Source(path, record_of_json) for path in set_aside(folder, b".jsonl")]
    rows = [
        Source(path, csv_reader(_first_line(path)), ours=False) if is_old(path) else Source(path, record_of_csv)
        for path in set_aside(folder, b".csv")
    ]
    json.append(Source(folder + b"/results.jsonl", record_of_json, grows=True))
    rows.append(Source(folder + b"/results.csv", record_of_csv, grows=True))
    return [
        source for kind in (json, rows) for source in sorted(kind, key=_first_id)
        if source.grows or identity_of(source.path) is not None
    ]  # fmt: skip


def _first_id(source: Source) -> str:
    with suppress(OSError), source.opened() as descriptor:
        if descriptor >= 0:
            return next((id_ for _, line in lines(descriptor, 0) if (id_ := id_in(line))), "")
    return ""


def _first_line(path: bytes) -> bytes:
    with suppress(OSError), Source(path, record_of_csv).opened() as descriptor:
        return next((line for _, line in lines(descriptor, 0)), b"")
    return b""
