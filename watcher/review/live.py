"""Counts that move as the daemon works; however many pages ask, the ledger is asked once a second."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from anyio import to_thread

from watcher.errors import SurroundingsError
from watcher.review.browsing import Browsing, midnight
from watcher.review.workplace import Workplace
from watcher.times import written

_FRESH_SECONDS = 0.9


@dataclass(slots=True)
class Live:
    """Keeps what it counted for a moment."""

    workplace: Workplace
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _at: float = float("-inf")
    _facts: dict[str, Any] = field(default_factory=dict)

    async def facts(self) -> dict[str, Any]:
        """open, today: open reviews, and pictures of which people spoke today. results: all. state: the daemon's."""
        async with self._lock:
            if self.workplace.given.clock() - self._at > _FRESH_SECONDS:
                self._facts = await to_thread.run_sync(self._counted)
                self._at = self.workplace.given.clock()
        return self._facts

    def _counted(self) -> dict[str, Any]:
        given = self.workplace.given
        today = written(midnight(given.now(), given.zone), "milliseconds")

        def asked(browsing: Browsing) -> dict[str, Any]:
            return {
                "open": browsing.review_counts()[0],
                "today": browsing.said_since(today),
                "results": sum(browsing.tally().values()),
                "last": browsing.last_seq(),
            }

        with self.workplace.reading.open() as browsing:
            counts = asked(browsing)
        return counts | self._of_the_daemon()

    def _of_the_daemon(self) -> dict[str, Any]:
        try:
            status = self.workplace.given.status()
        except SurroundingsError as error:
            return {"state": "unknown", "trouble": str(error)}
        state = "silent" if status.get("silent") else str(status.get("state", "unknown"))
        return {"state": state, "trouble": str(status.get("trouble") or "")}
