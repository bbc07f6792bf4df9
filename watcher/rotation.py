"""When results files are set aside for new ones, and under which name: results-2026-11-21.csv, …-2.csv, …"""

import os
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from itertools import count
from typing import Literal

_OTHER_COLUMNS = re.compile(rb"(?:results|corrections)-old(\d+)\.csv")
_NAME = re.compile(rb"results-(\d{4}-\d\d-\d\d)(?:-(\d+))?\.(?:csv|jsonl)")


@dataclass(frozen=True, slots=True)
class Rotation:
    """how: never, when a day has ended in `zone`, or when one of the files has `most_bytes`."""

    how: Literal["none", "daily", "size"] = "none"
    most_bytes: int = 100 << 20
    zone: tzinfo = UTC

    def due(self, size: int, last_at: str, now: str) -> bool:
        """Whether files go aside, the larger of which has so many bytes; last_at: time of their last row (RFC 3339).

        A clock that was set back ends no day.
        """
        if self.how != "daily":
            return self.how == "size" and size >= self.most_bytes
        last, today = self._day(last_at), self._day(now)
        return last is not None and today is not None and today > last

    def stem(self, folder: bytes, last_at: str, now: str) -> str:
        """What the files are called then, without suffix: by the day of their last row, and no file has such a name."""
        day = self._day(last_at) or self._day(now)
        names = os.listdir(folder)
        for number in count(1):
            stem = f"results-{day}{f'-{number}' * (number > 1)}"
            if not any(name.startswith(os.fsencode(stem) + b".") for name in names):
                break
        return stem

    def _day(self, at: str) -> date | None:
        try:
            return datetime.fromisoformat(at).astimezone(self.zone).date()
        except ValueError:
            return None  # a row that a person wrote


def set_aside(folder: bytes, suffix: bytes, stem: bytes = b"results") -> list[bytes]:
    """Paths of files that were set aside: first for other columns, then by day or size; each in their order."""
    names = [name for name in os.listdir(folder) if name.startswith(stem + b"-") and name.endswith(suffix)]
    old = sorted((int(match[1]), name) for name in names if (match := _OTHER_COLUMNS.fullmatch(name)))
    found = sorted((day, _number(name), name) for name in names if (day := day_of(name)))
    return [folder + b"/" + name for name in (*(name for _, name in old), *(name for _, _, name in found))]


def is_old(path: bytes) -> bool:
    """Whether that is the path of a file that was set aside for other columns."""
    return _OTHER_COLUMNS.fullmatch(os.path.basename(path)) is not None


def _number(name: bytes) -> int:
    match = _NAME.fullmatch(name)
    return int(match[2] or 1) if match else 0


def day_of(name: bytes) -> date | None:
    """The day in the name of a file that was set aside by day or size; None of any other."""
    match = _NAME.fullmatch(name)
    try:
        return date.fromisoformat(match[1].decode()) if match else None
    except ValueError:
        return None
