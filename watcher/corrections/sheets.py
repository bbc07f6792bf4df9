"""corrections.csv and results-corrected.csv: what people have said, beside the results, which stay as they are."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from watcher.corrections.corrected import CorrectedFile
from watcher.corrections.labels import Correction, Said
from watcher.corrections.rows import HEADER, correction_line
from watcher.ledger import Ledger
from watcher.sheet import Sheet
from watcher.sheet_file import SheetFile

NAME = "corrections.csv"


class _Spoken:
    """The ledger's corrections, as a sheet asks for them."""

    def __init__(self, ledger: Ledger) -> None:
        self.path, self._ledger = ledger.path, ledger
        self.sheet = ledger.sheet
        self.last_seq = ledger.last_correction
        self.oldest_after = ledger.oldest_correction_after
        self.place_of = ledger.correction

    def seq_of(self, id_: str) -> int | None:
        found = self._ledger.correction(id_)
        return None if found is None else found.seq

    def records_after(self, seq: int) -> Iterator[Correction]:
        return self._ledger.corrections_after(seq)

    def purged(self, _: str) -> bool:
        return False  # they stay


class CorrectionFiles:
    """Both files. There is none before somebody has said something."""

    def __init__(self, outbox: Path, ledger: Ledger, check: Callable[[], None] = lambda: None) -> None:
        """check: raises SurroundingsError where the outbox is not what it was: it may be a bare mount point."""
        self._check, self._ledger, self._path = check, ledger, os.fsencode(outbox / NAME)
        self._sheet = Sheet("corrections", SheetFile(self._path, HEADER), correction_line, _Spoken(ledger))
        self.corrected = CorrectedFile(os.fsencode(outbox), ledger, check)
        self._open = False

    def catch_up(self) -> None:
        """Bring corrections.csv to where the ledger is, mending a torn end.

        Raises SurroundingsError where it has rows that the ledger does not know, OSError where writing fails.
        """
        self._check()
        self._open = bool(self._ledger.last_correction()) or os.path.lexists(self._path)
        if self._open:
            self._sheet.catch_up()
            self._ledger.keep_positions([self._sheet.position])
        self.corrected.wake()

    def add(self, said: list[Said]) -> list[Said]:
        """Store corrections in the ledger, then in the file, durably; gives those on pictures that are not here.

        Raises as `catch_up`; called again with the same, it goes on.
        """
        unknown = self._ledger.correct(said)
        self.follow()
        return unknown

    def follow(self) -> None:
        """Append what the ledger has and the file has not: a picture that is read again brings a correction along."""
        last = self._ledger.last_correction()
        if not self._open:
            if last:
                self.catch_up()
        elif last > self._sheet.position[-1]:
            self._check()
            self._sheet.append(list(self._ledger.corrections_after(self._sheet.position[-1])))
            self._ledger.keep_positions([self._sheet.position])
            self.corrected.wake()

    def close(self) -> None:
        """Close them."""
        self._sheet.close()
