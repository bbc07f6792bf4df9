"""Which pictures are meant: by name, pattern, outcome, time or model; looked for in the ledger from end to end."""

import fnmatch
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from watcher.rows import parse_name

_SEQS_AT_ONCE = 20_000  # so that no look at the ledger holds up its checkpoints
_BEGIN_A_PATTERN = frozenset("*?[")


class Fit(NamedTuple):
    """A record that fits. state: as in the ledger, or `recorded` while its file is on the way to its place."""

    id: str
    state: str
    file: bytes
    place: bytes
    size: int


@dataclass(frozen=True)
class Choice:
    """What must all be true of a record. names: one of these is its id, file or place, or a pattern for one.

    since, until: RFC 3339 in UTC with milliseconds, from and before which the record was made. model, other_than: the
    names of the model that read it, and of one that did not. digit: the one it read. limit: how many at most, the
    oldest first.
    """

    names: Sequence[str] = ()
    reason: str | None = None
    status: str | None = None
    since: str | None = None
    until: str | None = None
    model: str | None = None
    other_than: str | None = None
    digit: str | None = None
    limit: int | None = None

    @property
    def empty(self) -> bool:
        """Whether every record would fit."""
        return not self.names and not self._conditions()

    @property
    def by_name_alone(self) -> bool:
        """Whether there is nothing but names."""
        return bool(self.names) and not self._conditions()

    def _conditions(self) -> dict[str, str]:
        found = {
            "reason = ?": self.reason, "status = ?": self.status, "processed_at >= ?": self.since,
            "processed_at < ?": self.until, "model = ?": self.model, "model <> ?": self.other_than,
            "prediction = ?": self.digit,
        }  # fmt: skip
        return {condition: value for condition, value in found.items() if value is not None}

    def among(self, db: sqlite3.Connection, last: int) -> Iterator[Fit]:
        """Records up to the sequence number `last` that fit, in sequence, whatever has become of their files."""
        conditions = self._conditions()
        asked = (
            "SELECT id, CASE WHEN EXISTS (SELECT 1 FROM claims WHERE claims.id = records.id) THEN 'recorded'"  # noqa: S608
            " ELSE state END, file, archived_to, size FROM records WHERE "
            + " AND ".join(["seq > ?", "seq <= ?", *conditions]) + " ORDER BY seq"
        )  # fmt: skip
        plain = {parse_name(form) for name in self.names for form in _forms(name)}
        patterns = [parse_name(name) for name in self.names if is_pattern(name)]
        for begin in range(0, last, _SEQS_AT_ONCE):
            for row in db.execute(asked, (begin, min(last, begin + _SEQS_AT_ONCE), *conditions.values())).fetchall():
                fit = Fit(row[0], row[1], bytes(row[2]), bytes(row[3]), row[4])
                if not self.names or _is_named(fit, plain, patterns):
                    yield fit


def is_pattern(name: str) -> bool:
    """Say whether a name has signs that stand for others, as in a shell."""
    return not _BEGIN_A_PATTERN.isdisjoint(name)


def _forms(name: str) -> tuple[str, str]:
    # results.csv has an apostrophe before a name that looks like a formula.
    return name, name.removeprefix("'")


def _is_named(fit: Fit, plain: set[bytes], patterns: Sequence[bytes]) -> bool:
    if not plain.isdisjoint((fit.id.encode(), fit.file, fit.place)):
        return True
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns for name in (fit.file, fit.place))
