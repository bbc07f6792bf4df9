"""From when on things are too old, by a clock that may be wrong."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from watcher.writing import Writing

log = logging.getLogger(__name__)
LEAP = timedelta(hours=36)  # between two looks: the clock was moved, or nothing ran for that long
PATIENCE = timedelta(hours=24)  # after a leap, for a person to see it
_OFTEN = timedelta(hours=1)
_LOOKED, _HELD = "retention_looked_at", "retention_held_since"  # facts in the ledger


@dataclass(slots=True)
class Age:
    """A clock that moved far ahead makes nothing old at once. now: the wall clock's time, aware."""

    ledger: Writing
    now: Callable[[], datetime]

    def trusted(self) -> datetime | None:
        """What time it is; None where the clock has leapt ahead within the last day, or nothing ran for long."""
        now, looked, held = self.now().astimezone(UTC), self._fact(_LOOKED), self._fact(_HELD)
        if looked is not None and now - looked > LEAP:
            log.warning(
                "the clock is %.1f days ahead of the last look at what is old: nothing is deleted by age for a day",
                (now - looked) / timedelta(days=1),
            )
            held = now
            self._keep(_HELD, now)
        if looked is None or not timedelta(0) <= now - looked < _OFTEN:
            self._keep(_LOOKED, now)
        return None if held is not None and held <= now < held + PATIENCE else now

    def _fact(self, name: str) -> datetime | None:
        text = self.ledger.meta(name)
        return None if text is None else datetime.fromisoformat(text)

    def _keep(self, name: str, at: datetime) -> None:
        self.ledger.set_meta(name, at.isoformat())
