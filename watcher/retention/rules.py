"""How long things stay, and what is thus too old."""

import os
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from watcher.files import identity_of
from watcher.ids import first_id
from watcher.rotation import day_of
from watcher.settings import Retention

FOLDERS = ("archive", "rejected")


@dataclass(frozen=True, slots=True)
class Rules:
    """Days, and bytes of pictures, after which things go; None: never. zone: of the days in file names."""

    days: dict[str, int | None]  # by "archive", "rejected", "results", "ledger"
    most_bytes: dict[str, int | None]  # by "archive", "rejected"
    zone: tzinfo

    @classmethod
    def of(cls, given: Retention, zone: tzinfo) -> "Rules":
        """Those of the settings."""
        days = {"archive": given.archive_days, "rejected": given.rejected_days}
        most_bytes = {"archive": given.archive_bytes, "rejected": given.rejected_bytes}
        return cls(days | {"results": given.results_days, "ledger": given.ledger_days}, most_bytes, zone)

    def trying(self, days: int | None, most_bytes: int | None) -> "Rules":
        """The same, but for pictures others where any are given."""
        all_days, all_bytes = dict(self.days), dict(self.most_bytes)
        for folder in FOLDERS:
            all_days[folder] = all_days[folder] if days is None else days
            all_bytes[folder] = all_bytes[folder] if most_bytes is None else most_bytes
        return replace(self, days=all_days, most_bytes=all_bytes)

    @property
    def none(self) -> bool:
        """Whether all stays for ever."""
        return all(limit is None for limit in (*self.days.values(), *self.most_bytes.values()))

    @property
    def by_age(self) -> bool:
        """Whether the time of day matters."""
        return any(days is not None for days in self.days.values())

    def limits(self, kind: str, now: datetime) -> tuple[str, str] | None:
        """The least id that is not too old, and one that no right clock has given yet; None without such a rule."""
        days = self.days.get(kind)
        return None if days is None else (first_id(now - timedelta(days=days)), first_id(now + timedelta(days=1)))

    def old_results(self, outbox: bytes, now: datetime) -> list[bytes]:
        """Names of results files that were set aside, and have had their days since the one in their name."""
        days = self.days.get("results")
        if days is None:
            return []
        before = now.astimezone(self.zone).date() - timedelta(days=days)
        found = ((name, day_of(name)) for name in sorted(os.listdir(outbox)))
        old = (name for name, day in found if day is not None and day < before)
        return [name for name in old if identity_of(outbox + b"/" + name) is not None]
