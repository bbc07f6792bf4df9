"""Wishes of people to the daemon, as files in the state folder: only the daemon writes the ledger."""

import json
import logging
import os
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

from watcher.durable import write_durably
from watcher.errors import SurroundingsError

log = logging.getLogger(__name__)
FOLDER = "requests"


def request_requeue(state: Path, ids: Sequence[str]) -> None:
    """Ask that these pictures be read again, now or when the daemon starts.

    Raises SurroundingsError for root, where the daemon is another user, who could not read what root writes.
    """
    if os.geteuid() == 0 and state.stat().st_uid != 0:
        raise SurroundingsError(
            f"the state folder {state} belongs to another user than root",
            hint="Say it as that user, with `sudo -u`: `ls -ld` shows who it is.",
        )
    folder = state / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    wish = json.dumps({"requeue": list(ids)})
    write_durably(os.fsencode(folder / f"{uuid.uuid4()}.json"), wish.encode("ascii"))


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
