"""Files in the inbox that are not ready: since when, why, and when to look again."""

import logging
from dataclasses import dataclass

from watcher.records import Identity
from watcher.rows import readable_name

log = logging.getLogger(__name__)
BACK_OFF_SECONDS = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0)
MOST_WAITING = 100_000  # files that are remembered: some 40 MB
_STILL_WRITTEN = "still being written, or has no end mark"


@dataclass(slots=True)
class Waiting:
    """A file that is not ready, and why.

    Monotonic times: since, of the first look at it as it is now; due, of the next one; seen, of the very first.
    """

    identity: Identity | None
    since: float
    due: float
    why: str
    failures: int = 0
    seen: float = 0.0


class WaitingFiles(dict[bytes, Waiting]):
    """By path in the inbox; folders that cannot be listed too.

    overlooked: more wait than can be remembered. They are found when the folders are listed again; what is whole needs
    no memory, and is taken however many wait.
    """

    overlooked = False

    def has_settled(self, file: bytes, identity: Identity, now: float, seconds: float) -> bool:
        """Whether a file without an end mark has been seen unchanged for so long; else it waits."""
        before = self.get(file)
        if before is None or before.identity != identity:
            self._keep(file, Waiting(identity, now, now + seconds, _STILL_WRITTEN))
        elif now >= before.since + seconds:
            return True
        else:
            before.due = before.since + seconds
        return False

    def put_off(self, path: bytes, identity: Identity | None, why: str, now: float) -> None:
        """Try a file or folder that cannot be used again, each time later; say so once for each reason."""
        before = self.get(path)
        failures = before.failures + 1 if before else 1
        if failures == 1 or (before and before.why != why):
            file = readable_name(path)
            log.warning("%s: %s; it is tried again", file, why, extra={"FILE": file, "REASON": why})
        delay = BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS)) - 1]
        since = before.since if before and before.identity == identity else now
        self._keep(path, Waiting(identity, since, now + delay, why, failures))

    def is_put_off(self, file: bytes, now: float) -> bool:
        """Whether it could not be used, and is not to be tried yet."""
        before = self.get(file)
        return before is not None and bool(before.failures) and now < before.due

    def taken(self, file: bytes) -> None:
        """It is ready. One that could not be used stays, to remember how often, until it is gone."""
        before = self.get(file)
        if before is not None and not before.failures:
            del self[file]

    def due(self, now: float) -> list[bytes]:
        """What is to be looked at again now."""
        return [path for path, waiting in self.items() if waiting.due <= now]

    def first_due(self) -> float:
        """The monotonic time of the next look."""
        return min((waiting.due for waiting in self.values()), default=float("inf"))

    def room_again(self) -> bool:
        """Whether what was overlooked may be looked for now; asked once."""
        if not self.overlooked or len(self) > MOST_WAITING // 2:
            return False
        self.overlooked = False
        return True

    def _keep(self, path: bytes, waiting: Waiting) -> None:
        before = self.get(path)
        waiting.seen = before.seen if before else waiting.since
        if before or len(self) < MOST_WAITING:
            self[path] = waiting
        else:
            self.overlooked = True
