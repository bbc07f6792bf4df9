"""Wishes of people to the daemon, as files in the state folder: only the daemon writes the ledger."""

import json
import logging
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from watcher.durable import write_durably
from watcher.ids import IdSource

log = logging.getLogger(__name__)
FOLDER = "requests"
IDS_IN_A_WISH = 10_000  # 400 kB


def request_requeue(state: Path, ids: Iterable[str]) -> None:
    """Ask that these pictures be read again, now or when the daemon starts. Each wish is on disk before the next.

    Raises OSError where that fails.
    """
    folder, names = state / FOLDER, IdSource()
    folder.mkdir(mode=0o700, exist_ok=True)
    left = iter(ids)
    while some := list(islice(left, IDS_IN_A_WISH)):
        wish = json.dumps({"requeue": some})
        write_durably(os.fsencode(folder / f"{names.new()}.json"), wish.encode("ascii"))


class Requests:
    """The daemon's side."""

    def __init__(self, state: Path) -> None:
        self.folder = state / FOLDER
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self._said: set[Path] = set()
        self.expected = True  # set when something is heard of the folder

    def pending(self) -> Iterator[tuple[Path, list[str]]]:
        """Files that ask for something, and the ids they name. Call `done` when it is done."""
        self.expected = False
        for path in sorted(self.folder.glob("*.json")):
            try:
                ids = [str(id_) for id_ in json.loads(path.read_bytes())["requeue"]]
            except (ValueError, KeyError, TypeError, RecursionError):
                ids = []
            except OSError as error:  # of one wish; work goes on without it
                self._say_once(path, error)
                continue
            yield path, ids

    def _say_once(self, path: Path, error: OSError) -> None:
        if path not in self._said:
            log.warning("the wish %s cannot be read: %s; give it to the daemon's user", path, error.strerror)
        self._said.add(path)

    @staticmethod
    def done(path: Path) -> None:
        """Take a wish off the list."""
        path.unlink(missing_ok=True)
