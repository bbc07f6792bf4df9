"""A few archived pictures a minute, taken at random: are they where the ledger says?"""

import os
import random
from dataclasses import dataclass, field
from typing import Any

from watcher.questions import Questions
from watcher.rows import readable_name

EVERY_SECONDS = 60.0
AT_ONCE = 16
MOST_LISTED = 20


@dataclass
class SpotCheck:
    """What was looked at since the daemon started; people who take pictures out of the archive are no fault of ours."""

    ledger: Questions
    outbox: bytes
    any_of: random.Random = field(default_factory=random.Random)
    _next: float = float("-inf")
    _looked_at: int = 0
    _absent: dict[bytes, int] = field(default_factory=dict)  # place → bytes that it should have

    def look(self, now: float) -> None:
        """Once a minute, look at some, and again at those that were not there. now: monotonic seconds."""
        last = self.ledger.last_seq()
        if now < self._next or not last:
            return
        self._next = now + EVERY_SECONDS
        self._absent = {place: size for place, size in self._absent.items() if not self._is_there(place, size)}
        for seq in self.any_of.sample(range(1, last + 1), min(AT_ONCE, last)):
            record = self.ledger.archived_near(seq)
            if record is None:
                continue
            self._looked_at += 1
            place, size = record.archived_to, record.claim.identity.size
            if len(self._absent) < MOST_LISTED and not self._is_there(place, size):
                self._absent[place] = size

    def _is_there(self, place: bytes, size: int) -> bool:
        try:
            return os.lstat(self.outbox + b"/" + place).st_size == size
        except (FileNotFoundError, NotADirectoryError):
            return False

    def facts(self) -> dict[str, Any]:
        """How often one was looked at, and which were not there."""
        return {"looked_at": self._looked_at, "not_there": [readable_name(place) for place in self._absent]}
