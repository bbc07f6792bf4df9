"""results.csv and results.jsonl: append-only, written from the ledger, in the ledger's order.

A row is on disk before its picture leaves the work folder. People may move, cut or replace these files at
any time; nothing of ours is lost by it and nothing is written twice.
"""

import logging
import os
from collections.abc import Sequence
from pathlib import Path

from watcher.durable import sync_folders
from watcher.ledger import ROTATING, Ledger
from watcher.records import Record
from watcher.rotation import Rotation
from watcher.rows import CSV_HEADER, csv_line, json_line
from watcher.sheet import Sheet
from watcher.sheet_file import SheetFile

log = logging.getLogger(__name__)


class Results:
    """Both files together."""

    def __init__(self, outbox: Path, ledger: Ledger, rotation: Rotation | None = None) -> None:
        """rotation: when they are set aside for new ones; None: never."""
        self._ledger, self._rotation = ledger, rotation or Rotation()
        self._folder = folder = os.fsencode(outbox)
        self._last_at: str | None = None
        self._sheets = (
            Sheet("csv", SheetFile(folder + b"/results.csv", CSV_HEADER), csv_line, ledger),
            Sheet("jsonl", SheetFile(folder + b"/results.jsonl", b""), json_line, ledger),
        )

    def catch_up(self) -> int:
        """Bring both files to where the ledger is, mending torn ends; gives how many rows were missing.

        Raises SurroundingsError where a file has rows that the ledger does not know, OSError where writing fails.
        """
        stem = self._ledger.meta(ROTATING)
        if stem is not None:
            self._set_aside(stem)
        missing = max([sheet.catch_up() for sheet in self._sheets])
        self._last_at = None
        if stem is not None:
            self._ledger.end_rotation(self.positions())
        return missing

    def append(self, records: Sequence[Record]) -> None:
        """Append rows, durably, to new files where the old ones are due. Raises OSError where writing fails."""
        if not records:
            return
        self.rotate(records[0].processed_at)
        for sheet in self._sheets:
            sheet.append(records)
        self._last_at = records[-1].processed_at

    def rotate(self, now: str) -> None:
        """Set both files aside where that is due, and begin new ones. now: RFC 3339. Raises as `catch_up`.

        Cut off at any point, `catch_up` ends it: the ledger knows the new name, and which files are the old ones.
        """
        rows = max(sheet.bytes_of_rows for sheet in self._sheets)
        if rows and self._rotation.due(rows, self._time_of_last_row(), now):
            if not all(sheet.stands for sheet in self._sheets):
                self.catch_up()  # what a person put there goes aside as it is
            stem = self._rotation.stem(self._folder, self._time_of_last_row(), now)
            self._ledger.begin_rotation(stem, self.positions())
            self.catch_up()
            log.info("results.csv and results.jsonl were set aside as %s; new ones begin", stem)

    def _set_aside(self, stem: str) -> None:
        for sheet in self._sheets:
            sheet.set_aside(stem)
        sync_folders([self._folder])  # before there are new files of these names

    def _time_of_last_row(self) -> str:
        if self._last_at is None:
            self._last_at = self._ledger.processed_at(self._sheets[0].position[-1])
        return self._last_at

    def positions(self) -> list[tuple[str, int, int, int, int]]:
        """How far each file has come, for the ledger: name, dev, inode, offset, sequence number."""
        return [sheet.position for sheet in self._sheets]

    def close(self) -> None:
        """Close both files."""
        for sheet in self._sheets:
            sheet.close()
