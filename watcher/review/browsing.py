"""Results by what people look for, newest first, a page at a time; no question takes longer than it is given."""

from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from typing import NamedTuple

from watcher.ids import time_of
from watcher.questions import Questions
from watcher.records import Record
from watcher.review.filters import Filters, Range, is_id
from watcher.rows import readable_name
from watcher.schema import record_of

PAGE_ROWS = 50
SECONDS = 0.5
_IDS_AT_ONCE = 5_000
_WANTED = "SELECT records.*, label FROM records LEFT JOIN labels ON picture = id WHERE id < ? AND id >= ?"
_EDGES = {
    "": "SELECT id FROM records WHERE id < ? AND id >= ? ORDER BY id DESC LIMIT 1 OFFSET ?",
    "yes": "SELECT picture FROM labels WHERE picture < ? AND picture >= ? ORDER BY picture DESC LIMIT 1 OFFSET ?",
}
_SOON = "~"  # greater than every id


class Result(NamedTuple):
    """A record, and what people say of it now: a label, or None."""

    record: Record
    label: str | None

    @property
    def stands(self) -> str:
        """What holds: a label, or "" for nothing."""
        return self.label or self.record.verdict.prediction or ""


class Page(NamedTuple):
    """results: newest first. before: where the next page begins, "" where there is none. cut: time was over first."""

    results: list[Result]
    before: str
    cut: bool

    @property
    def reached(self) -> datetime | None:
        """The time of arrival down to which all was looked at; None where that is to the end."""
        return time_of(self.before) if self.before else None


class Browsing(Questions):
    """Questions of people who look through what there is."""

    def page(
        self, filters: Filters, span: Range, clock: Callable[[], float],
        *, rows: int = PAGE_ROWS, seconds: float = SECONDS,
    ) -> Page:  # fmt: skip
        """The newest results of a span that fit. clock: monotonic seconds, of which so many may pass.

        By id, which begins with the time of arrival: times are ranges of an index, and a page begins where the one
        before ended, whatever was added meanwhile.
        """
        condition, values = _conditions(filters, span)
        self._db.create_function("shown_as", 2, _shown_as, deterministic=True)
        asked = f"{_WANTED}{condition} ORDER BY id DESC LIMIT ?"
        found, deadline = list[Result](), clock() + seconds
        for upper, lower in self._windows(filters, span):
            for row in self._db.execute(asked, (upper, lower, *values, rows + 1 - len(found))):
                found.append(Result(self._made(record_of, row), row["label"]))
            if len(found) > rows:
                return Page(found[:rows], found[rows - 1].record.claim.id, cut=False)
            if lower > span.first and clock() > deadline:
                return Page(found, lower, cut=True)
        return Page(found, "", cut=False)

    def _windows(self, filters: Filters, span: Range) -> Iterator[tuple[str, str]]:
        """Ranges of ids, newest first, each of so many records, or of so many that people spoke of."""
        edges, upper = _EDGES["yes" if filters.corrected == "yes" else ""], span.end or _SOON
        size = PAGE_ROWS  # most questions are answered by the first few
        while True:
            edge = self._db.execute(edges, (upper, span.first, size)).fetchone()
            lower = span.first if edge is None else edge[0]
            yield upper, lower
            if edge is None:
                return
            upper, size = lower, _IDS_AT_ONCE

    def result(self, id_: str) -> Result | None:
        """One result, whatever has become of it."""
        record = self.place_of(id_)
        return None if record is None else Result(record, self.label_of(id_))

    def state_of(self, id_: str) -> str:
        """What has become of a picture; recorded: it is on its way to its place. "" where nothing is known of it."""
        row = self._db.execute("SELECT state FROM pictures WHERE id = ?", (id_,)).fetchone()
        return "" if row is None else str(row[0])

    def read_again_as(self, id_: str) -> str | None:
        """The id under which a picture was read again, or is being read; None where it was not."""
        asked = (
            "SELECT id FROM claims WHERE requeued_from = ?1 UNION ALL SELECT id FROM records WHERE requeued_from = ?1"
        )
        row = self._db.execute(asked, (id_,)).fetchone()
        return None if row is None else str(row[0])

    def open_reviews(self, after: int, most: int) -> list[Result]:
        """Results that wait for a person's word, beyond a sequence number, the oldest first."""
        rows = self._db.execute(
            "SELECT records.* FROM open_reviews CROSS JOIN records USING (seq) WHERE open_reviews.seq > ?"
            " ORDER BY open_reviews.seq LIMIT ?", (after, most)
        )  # fmt: skip
        return [Result(self._made(record_of, row), None) for row in rows]

    def said_since(self, midnight: str) -> int:
        """Of how many pictures people said something from that time (RFC 3339, UTC) on that still holds."""
        row = self._db.execute(
            "SELECT seq FROM corrections WHERE made_at < ? ORDER BY seq DESC LIMIT 1", (midnight,)
        ).fetchone()
        asked = (
            "SELECT count(*) FROM corrections CROSS JOIN labels USING (picture)"
            " WHERE corrections.seq > ? AND correction = corrections.seq"
        )
        return int(self._db.execute(asked, (row[0] if row else 0,)).fetchone()[0])


def midnight(now: datetime, zone: tzinfo) -> datetime:
    """When the day began."""
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _conditions(filters: Filters, span: Range) -> tuple[str, list[object]]:
    """What is added to WHERE, and its values."""
    found: list[tuple[str, list[object]]] = []
    if is_id(filters.name.lower()):
        found.append(("id = ?", [filters.name.lower()]))
    elif filters.name:
        # A function of Python's: SQLite folds ASCII alone, and sorting out such names takes it longer than this.
        found.append(("shown_as(file, ?)", [filters.name.casefold()]))
    for column, value in (("status", filters.status), ("reason", filters.reason), ("model", filters.model),
                          ("coalesce(label, prediction, '')", filters.digit)):  # fmt: skip
        if value:
            found.append((f"{column} = ?", [value]))
    for condition, share in (("confidence >= ?", span.least), ("confidence <= ?", span.most)):
        if share is not None:
            found.append((condition, [share]))
    if filters.corrected:
        found.append(("label IS NOT NULL" if filters.corrected == "yes" else "label IS NULL", []))
    return "".join(f" AND {condition}" for condition, _ in found), [value for _, some in found for value in some]


def _shown_as(file: bytes, part: str) -> bool:
    return part in readable_name(file).casefold()
