"""What a report asks the ledger: rows of a period, added up there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from watcher.asking import Asking
from watcher.records import Record
from watcher.report.figures import CONFIDENCES, Group, Judged, Latency
from watcher.schema import record_of

_SURE = " ".join(f"WHEN confidence >= {CONFIDENCES[n]} THEN {n}" for n in reversed(range(len(CONFIDENCES))))
# Two digits are enough, and few groups.
_MILLISECONDS = "CAST(round((julianday(processed_at) - julianday(arrived_at)) * 86400000) AS INTEGER)"
_TENS = " ".join(f"WHEN ms < {10 * ten} THEN ms / {ten // 10} * {ten // 10}" for ten in (10**n for n in range(1, 11)))
_ROUNDED = f"CASE {_TENS} ELSE ms END"
_STEPS_AT_ONCE = 1_000_000  # of SQLite's machine: some hundredths of a second
_REQUEUED = "state = 'requeued'"


@dataclass(frozen=True)
class Rows:
    """Which rows count. since, until: as the ledger has them, from and before which; after: a sequence number."""

    since: str | None = None
    until: str | None = None
    after: int = 0

    @property
    def where(self) -> str:
        """The condition; `values` are what it asks for."""
        conditions = ["seq > :after"]
        if self.since is not None:
            conditions.append("processed_at >= :since")
        if self.until is not None:
            conditions.append("processed_at < :until")
        return " AND ".join(conditions)

    @property
    def values(self) -> dict[str, Any]:
        """What `where` asks for."""
        return {"after": self.after, "since": self.since, "until": self.until}


class Shown(NamedTuple):
    """A record, what has become of its picture, and what people say of it now, or None."""

    record: Record
    state: str
    label: str | None


class ReportQuestions(Asking):
    """Questions about the rows of a period. Those that have been read again since count by their later rows alone."""

    def call_now_and_then(self, tick: Callable[[], None]) -> None:
        """Call this while an answer is being found."""
        self._db.set_progress_handler(tick, _STEPS_AT_ONCE)

    def ends(self, rows: Rows) -> tuple[str, str] | None:
        """When the first and the last row were made, in their sequence; None where there are none."""
        first, last = (
            self._db.execute(
                f"SELECT processed_at FROM records WHERE {rows.where} AND NOT {_REQUEUED}"  # noqa: S608
                f" ORDER BY seq {order} LIMIT 1", rows.values
            ).fetchone()
            for order in ("ASC", "DESC")
        )  # fmt: skip
        return None if first is None or last is None else (str(first[0]), str(last[0]))

    def newest(self, count: int) -> Rows:
        """The rows that were made last, so many."""
        last = self._db.execute("SELECT coalesce(max(seq), 0) FROM records").fetchone()[0]
        return Rows(after=last - count)

    def groups(self, rows: Rows, place: Callable[[str], int]) -> Iterator[Group]:
        """How many rows are alike. place: says in which piece of the period a moment lies."""
        self._db.create_function("piece", 1, place, deterministic=True)
        for row in self._db.execute(
            "SELECT piece(processed_at), status, coalesce(reason, ''), coalesce(prediction, ''),"  # noqa: S608
            f" CASE {_SURE} END, model, count(*) FROM records WHERE {rows.where} AND NOT {_REQUEUED}"
            " GROUP BY 1, 2, 3, 4, 5, 6", rows.values
        ):  # fmt: skip
            yield Group(*row)

    def latency(self, rows: Rows) -> Latency | None:
        """How long rows took, to two digits; None where there are none."""
        found = self._db.execute(
            f"SELECT {_ROUNDED}, count(*) FROM (SELECT max(0, {_MILLISECONDS}) AS ms FROM records"  # noqa: S608
            f" WHERE {rows.where} AND NOT {_REQUEUED}) WHERE ms IS NOT NULL GROUP BY 1 ORDER BY 1", rows.values
        ).fetchall()  # fmt: skip
        total = sum(count for _, count in found)
        return Latency(_quantile(found, total / 2), _quantile(found, total * 0.99)) if total else None

    def read_again(self, rows: Rows) -> int:
        """How many rows do not count, as their pictures have been read again since."""
        asked = f"SELECT count(*) FROM records WHERE {rows.where} AND {_REQUEUED}"  # noqa: S608
        return int(self._db.execute(asked, rows.values).fetchone()[0])

    def judged(self, rows: Rows) -> list[Judged]:
        """What was read and what people say now, of the pictures of which they say something."""
        found = self._db.execute(
            "SELECT coalesce(prediction, ''), label, count(*) FROM labels JOIN records ON id = picture"  # noqa: S608
            f" WHERE {rows.where} AND NOT {_REQUEUED} GROUP BY 1, 2 ORDER BY 1, 2", rows.values
        )  # fmt: skip
        return [Judged(*row) for row in found]

    def open_reviews(self, rows: Rows) -> int:
        """How many rows wait for a person's word."""
        asked = f"SELECT count(*) FROM open_reviews CROSS JOIN records USING (seq) WHERE {rows.where}"  # noqa: S608
        return int(self._db.execute(asked, rows.values).fetchone()[0])

    def waiting(self, rows: Rows, most: int) -> list[Shown]:
        """Rows that wait for a person's word, the newest first."""
        return self._shown("open_reviews CROSS JOIN records USING (seq)", rows, most)

    def latest(self, rows: Rows, most: int) -> list[Shown]:
        """The newest rows that do not wait for anybody's word, whatever has become of their pictures."""
        settled = f"NOT {_REQUEUED} AND seq NOT IN (SELECT seq FROM open_reviews)"  # noqa: S608
        return self._shown(f"(SELECT * FROM records WHERE {settled})", rows, most)  # noqa: S608

    def _shown(self, source: str, rows: Rows, most: int) -> list[Shown]:
        found = self._db.execute(
            f"SELECT *, (SELECT label FROM labels WHERE picture = id) AS label FROM {source}"  # noqa: S608
            f" WHERE {rows.where} ORDER BY seq DESC LIMIT :most", rows.values | {"most": most}
        )  # fmt: skip
        return [Shown(self._made(record_of, row), row["state"], row["label"]) for row in found]


def _quantile(counts: list[Any], share: float) -> float:
    """The smallest value, in seconds, that as many rows do not exceed. counts: milliseconds and rows, ascending."""
    seen = 0
    for value, count in counts:
        seen += count
        if seen >= share:
            return float(value / 1000)
    return float("nan")
