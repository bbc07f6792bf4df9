"""results.csv and results.jsonl: append-only, written from the ledger, in the ledger's order.

A row is on disk before its picture leaves the work folder. People may move, cut or replace these files at
any time; nothing of ours is lost by it and nothing is written twice.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from watcher.ledger import Ledger
from watcher.records import Record
from watcher.rows import CSV_HEADER, csv_line, json_line
from watcher.sheet import Sheet
from watcher.sheet_file import SheetFile


class Results:
    """Both files together."""

    def __init__(self, outbox: Path, ledger: Ledger) -> None:
        folder = os.fsencode(outbox)
        self._sheets = (
            Sheet("csv", SheetFile(folder + b"/results.csv", CSV_HEADER), csv_line, ledger),
            Sheet("jsonl", SheetFile(folder + b"/results.jsonl", b""), json_line, ledger),
        )

    def catch_up(self) -> int:
        """Bring both files to where the ledger is, mending torn ends; gives how many rows were missing.

        Raises SurroundingsError where a file has rows that the ledger does not know, OSError where writing fails.
        """
        return max([sheet.catch_up() for sheet in self._sheets])

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
