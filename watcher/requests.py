"""Wishes of people to the daemon, as files in the state folder: only the daemon writes the ledger."""

import json
import os
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

from watcher.durable import write_durably

FOLDER = "requests"


def request_requeue(state: Path, ids: Sequence[str]) -> None:
    """Ask that these pictures be read again, now or when the daemon starts."""
    folder = state / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    wish = json.dumps({"requeue": list(ids)})
    write_durably(os.fsencode(folder / f"{uuid.uuid4()}.json"), wish.encode("ascii"))


class Requests:
    """The daemon's side."""

    def __init__(self, state: Path) -> None:
        self.folder = state / FOLDER
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.expected = True  # set when something is heard of the folder

    def pending(self) -> Iterator[tuple[Path, list[str]]]:
        """Files that ask for something, and the ids they name. Call `done` when it is done."""
        self.expected = False
        for path in sorted(self.folder.glob("*.json")):
            try:
                ids = [str(id_) for id_ in json.loads(path.read_bytes())["requeue"]]
            except (ValueError, KeyError, TypeError):
                ids = []
            yield path, ids

    @staticmethod
    def done(path: Path) -> None:
        """Take a wish off the list."""
        path.unlink(missing_ok=True)
