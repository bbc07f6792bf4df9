"""Results, and what people say of them, as a daemon has both; `restart` is what a kill and a start do."""

import csv
import io
from pathlib import Path

from fakes import id_of
from office import Office

from watcher.corrections.hearing import Hearing
from watcher.corrections.labels import Said
from watcher.corrections.sheets import CorrectionFiles
from watcher.requests import FOLDER, Requests, request_corrections


class Room:
    """Results, and what people say of them; `restart` is what a kill and a start do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.office = Office(folder)
        self.office.results.catch_up()
        self.requests = Requests(folder)
        self.said = 0
        self.restart()

    def restart(self) -> None:
        if hasattr(self, "hearing"):
            self.hearing.close()
        self.hearing = Hearing(CorrectionFiles(self.folder, self.office.ledger), self.requests)
        self.hearing.recover()

    def say(self, *labels: tuple[int, str], by: str = "Ann") -> None:
        """A wish, as another process leaves it."""
        said = []
        for picture, label in labels:
            self.said += 1
            said.append(Said(id_of(5000 + self.said), id_of(picture), label, by, "2026-03-01T12:00:00.000Z"))
        request_corrections(self.folder, said)
        self.hearing.due = True

    def turn(self) -> None:
        """Until nothing more is due."""
        now = 0.0
        while (due := self.hearing.turn(now, busy=False)) != float("inf"):
            now += due

    def rows(self, name: str) -> list[dict[str, str]]:
        text = (self.folder / name).read_bytes().decode()
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def corrections(self) -> list[tuple[str, str, str]]:
        return [(row["id"][-2:], row["from"], row["to"]) for row in self.rows("corrections.csv")]

    def corrected(self) -> list[str]:
        return [row["prediction"] for row in self.rows("results-corrected.csv")]

    def wishes(self) -> list[str]:
        return sorted(path.suffix for path in (self.folder / FOLDER).iterdir())
