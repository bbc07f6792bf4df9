"""Corrections out of people's wishes into the ledger and the files beside the results."""

import logging

from watcher.corrections.sheets import CorrectionFiles
from watcher.requests import Requests

log = logging.getLogger(__name__)


class Hearing:
    """Serves what people say, in the order in which they said it."""

    def __init__(self, files: CorrectionFiles, requests: Requests) -> None:
        self.files, self._requests = files, requests
        self.due = True  # whether there may be something to do

    @property
    def busy(self) -> bool:
        """Whether something was said that is not in all the files yet."""
        return self.due or self.files.corrected.behind

    def recover(self) -> None:
        """After a start or a failure: the files follow the ledger. Raises OSError or SurroundingsError."""
        self.files.catch_up()
        self.due = True

    def turn(self, now: float, *, busy: bool) -> float:
        """Do what is there to do; gives the seconds until more is due. now: monotonic seconds.

        Raises OSError or SurroundingsError where the surroundings fail.
        """
        if self.due:
            self.hear()
        self.files.follow()
        return self.files.corrected.turn(now, busy=busy)

    def hear(self) -> None:
        """Take all corrections that were handed in. A wish goes when it is in the ledger and the file, durably."""
        self.due = False
        for path, said in self._requests.said():
            for one in self.files.add(said):
                log.warning("a correction by %s is of no picture here: id %s", one.by, one.picture)
            self._requests.done(path)

    def close(self) -> None:
        """Close the files."""
        self.files.close()
