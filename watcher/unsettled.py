"""Claimed files that their writers go on with: they wait in the work folder until they are whole or quiet."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from watcher.beneath import open_beneath
from watcher.durable import concerns_all
from watcher.files import Files
from watcher.records import Claim
from watcher.wholeness import is_whole

RETRY_SECONDS = 30.0  # until a file that could not be read is tried again
_STILL_WRITTEN = "still being written after it was taken"


@dataclass(slots=True)
class _Entry:
    claim: Claim
    due: float
    why: str = _STILL_WRITTEN


class Unsettled:
    """The claims that wait, each with the monotonic time of the next look at it."""

    def __init__(self, files: Files, settle_seconds: float) -> None:
        self._files, self._settle = files, settle_seconds
        self._entries: dict[str, _Entry] = {}
        self._refused: dict[str, str] = {}  # what was said of files that could not be read

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, id_: str) -> bool:
        return id_ in self._entries

    def add(self, claim: Claim, now: float) -> None:
        """Look at it again once it may have settled; at once where its end mark is there."""
        self._entries[claim.id] = _Entry(claim, now if self._is_whole(claim) else now + self._settle)

    def wait(self, claim: Claim, now: float) -> None:
        """Look at it again after the time in which files settle."""
        self._entries[claim.id] = _Entry(claim, now + self._settle)

    def put_off(self, claim: Claim, now: float, why: str) -> bool:
        """Try a file that could not be read again, later; whether that is news."""
        self._entries[claim.id] = _Entry(claim, now + RETRY_SECONDS, why)
        news = self._refused.get(claim.id) != why
        self._refused[claim.id] = why
        return news

    def was_read(self, id_: str) -> None:
        """Forget that a file could not be read."""
        self._refused.pop(id_, None)

    @property
    def settling(self) -> bool:
        """Whether any will be read before long: not those that could not be, and wait for somebody to mend that."""
        return any(entry.why == _STILL_WRITTEN for entry in self._entries.values())

    @property
    def reasons(self) -> dict[bytes, str]:
        """Which files wait, and why."""
        return {entry.claim.file: entry.why for entry in self._entries.values()}

    def patience(self, now: float) -> float:
        """Seconds until the next look is due."""
        return min((entry.due - now for entry in self._entries.values()), default=float("inf"))

    def look(self, now: float) -> Iterator[tuple[Claim, bool]]:
        """The claims that were due, with the identity they have now; and whether they have settled.

        Those that have not wait on. Raises OSError where the surroundings fail.
        """
        for id_, entry in list(self._entries.items()):
            if now < entry.due:
                continue
            present = self._files.identity_in_work(id_)
            claim = entry.claim._replace(identity=present or entry.claim.identity)
            settled = claim == entry.claim or self._is_whole(claim)
            if settled:
                del self._entries[id_]
            else:
                self.wait(claim, now)
            yield claim, settled

    def _is_whole(self, claim: Claim) -> bool:
        try:
            descriptor = open_beneath(self._files.work, claim.id.encode(), os.O_RDONLY)
            try:
                return is_whole(descriptor, claim.identity)
            finally:
                os.close(descriptor)
        except OSError as error:
            if concerns_all(error):
                raise
            return True  # reading it will say what is wrong with it
