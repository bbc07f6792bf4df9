"""What stands at some level at one moment, for the metrics."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from watcher.rows import readable_name


@dataclass(frozen=True, slots=True)
class Levels:
    """One look at everything. Times are monotonic.

    folders: what is written to, by name, inbox first. waiting_since: of the file that waits longest, None: none does.
    behind_since: when everything in the inbox was last seen, None: it has been now; nothing that is ready is older.
    results: (status, reason) → pictures in the ledger. pictures: the same ones by what has become of them. unfinished:
    those that are not where they belong yet, by state, also without a result. open_reviews: those that wait for a
    person's word. slots: how many pictures are read at the same time, at most. executors: how many there are that read.
    """

    folders: Mapping[str, Path]
    ledger: Path
    in_hand: int
    waiting: int
    waiting_since: float | None
    behind_since: float | None
    ignored: int
    slots: int
    executors: int
    model: str
    outdated: bool
    results: Mapping[tuple[str, str], int]
    pictures: Mapping[str, int]
    unfinished: Mapping[str, int]
    open_reviews: int

    @property
    def inbox(self) -> str:
        """Which daemon of several this is."""
        return readable_name(os.fsencode(self.folders["inbox"]))
