"""A ledger and both results files, as the daemon has them; `restart` is what a kill and a start do."""

import csv
import io
import json
from datetime import UTC
from pathlib import Path

from fakes import SEVEN, claim

from watcher.ledger import Ledger
from watcher.places import Places
from watcher.records import Record
from watcher.results import Results
from watcher.rows import CSV_HEADER


class Office:
    """A ledger, and both results files in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.csv, self.jsonl = folder / "results.csv", folder / "results.jsonl"
        self.ledger = Ledger(folder / "ledger")
        self.results = Results(folder, self.ledger)

    def record(self, *numbers: int) -> list[Record]:
        """Results that stand in the ledger and in no file yet."""
        self.ledger.intend([claim(number) for number in numbers])
        return self.ledger.record([(claim(n), SEVEN) for n in numbers], "net", "now", Places(self.folder, UTC))

    def write(self, *numbers: int) -> list[Record]:
        """The whole way: ledger, rows, positions."""
        made = self.record(*numbers)
        self.results.append(made)
        self.ledger.finish([one.claim.id for one in made], self.results.positions())
        return made

    def restart(self) -> int:
        """A kill and the next start; gives how many rows were missing."""
        self.results.close()
        self.results = Results(self.folder, self.ledger)
        return self.results.catch_up()

    def numbers(self) -> list[int]:
        """The pictures whose rows stand in results.csv; the JSONL file must have the same."""
        rows = list(csv.reader(io.StringIO(self.csv.read_bytes().decode(), newline="")))
        lines = [json.loads(line) for line in self.jsonl.read_bytes().splitlines()]
        assert CSV_HEADER.decode().strip().split(",") == rows[0]
        found = [row[0] for row in rows[1:] if row and row[0].startswith("0190")]
        assert found == [line["id"] for line in lines]
        return [int(id_[-12:], 16) for id_ in found]
