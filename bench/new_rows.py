"""results.csv as it grows, read from where it ended before."""

import os
import time
from collections.abc import Callable
from pathlib import Path

_PATIENCE = 60.0  # seconds without a new row until a run is given up


class NewRows:
    """The rows that are appended after this was made. The file need not be there yet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = path.stat().st_size if path.exists() else 0
        self._rest = b""

    def read(self) -> list[str]:
        """Names of the pictures in the rows that have been completed since it was last asked."""
        try:
            with open(self._path, "rb") as file:
                file.seek(self._at)
                added = file.read()
        except FileNotFoundError:
            return []
        self._at += len(added)
        *lines, self._rest = (self._rest + added).split(b"\n")
        return [name for line in lines if (name := _name(line))]

    def follow(self, seen: dict[str, float], enough: Callable[[], bool], poll: float) -> None:
        """Note in `seen` when the row of each picture could be read (`time.perf_counter`), until it is enough.

        poll: seconds between two looks. Raises RuntimeError where no row comes for a minute.
        """
        last = time.perf_counter()
        while not enough():
            names, now = self.read(), time.perf_counter()
            for name in names:
                seen.setdefault(name, now)
            last = now if names else last
            if now - last > _PATIENCE:
                raise RuntimeError(f"{len(seen):,} rows have come, and none for {_PATIENCE:.0f} s")
            time.sleep(poll)


def _name(line: bytes) -> str:
    """The first cell that is the path of a PNG, without its folders; "" where there is none, as in the heading."""
    return os.path.basename(next((cell for cell in line.split(b",") if cell.endswith(b".png")), b"")).decode()
