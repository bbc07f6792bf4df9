"""The numbers of a report, as they stand on the page and in its JSON."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from watcher.corrections.labels import NOT_A_DIGIT
from watcher.recognition.verdict import DIGITS, Status

# Where the bars of confidence begin: most rows lie far up, and what matters there is 0.99 or 0.999.
CONFIDENCES = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)


class Group(NamedTuple):
    """Rows that are alike: how many. piece: of the time; sure: place in CONFIDENCES, or None."""

    piece: int
    status: str
    reason: str
    prediction: str
    sure: int | None
    model: str
    rows: int


class Judged(NamedTuple):
    """Pictures that people have said something of. read: what was read, "" for nothing; label: what people say."""

    read: str
    label: str
    rows: int

    @property
    def kind(self) -> str:
        """What people did."""
        if self.label == NOT_A_DIGIT:
            return NOT_A_DIGIT
        return "confirmed" if self.label == self.read else "corrected"


@dataclass(frozen=True)
class Latency:
    """Seconds from taking a picture to its row: of half the rows, and of 99 of 100, no more."""

    median: float
    p99: float


@dataclass(frozen=True)
class Figures:
    """Rows by what they are counted under; all their sums are `rows`.

    over_time: for each piece of the period its begin and its rows by status. digits, confidences: rows by status; the
    confidences beside where they begin. read_again: rows that were left out, as their pictures have later ones.
    """

    rows: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    models: dict[str, int] = field(default_factory=dict)
    digits: dict[str, dict[str, int]] = field(default_factory=dict)
    confidences: Sequence[tuple[float, dict[str, int]]] = ()
    unit: str = ""
    over_time: Sequence[tuple[datetime, dict[str, int]]] = ()
    open_reviews: int = 0
    read_again: int = 0
    judged: Sequence[Judged] = ()
    latency: Latency | None = None

    @property
    def people(self) -> dict[str, int]:
        """Pictures by what people did: confirmed, corrected, not_a_digit."""
        found = Counter[str]()
        for one in self.judged:
            found[one.kind] += one.rows
        return {kind: found[kind] for kind in ("confirmed", "corrected", NOT_A_DIGIT)}

    @property
    def corrections(self) -> list[Judged]:
        """What was read as something else than people say, the most frequent first."""
        wrong = [one for one in self.judged if one.kind != "confirmed"]
        return sorted(wrong, key=lambda one: (-one.rows, one.read, one.label))


def counted(groups: Iterable[Group], begins: Sequence[datetime]) -> Figures:
    """The sums of groups of rows; the other figures are still to be filled in."""
    statuses, reasons, models = Counter[str](), Counter[str](), Counter[str]()
    digits: dict[str, Counter[str]] = {digit: Counter() for digit in DIGITS}
    sure: list[Counter[str]] = [Counter() for _ in CONFIDENCES]
    times: list[Counter[str]] = [Counter() for _ in begins]
    for group in groups:
        statuses[group.status] += group.rows
        models[group.model] += group.rows
        times[group.piece][group.status] += group.rows
        if group.reason:
            reasons[group.reason] += group.rows
        if group.prediction in digits:
            digits[group.prediction][group.status] += group.rows
        if group.sure is not None:
            sure[group.sure][group.status] += group.rows
    return Figures(
        rows=statuses.total(),
        statuses=_of_each(statuses),
        reasons=dict(reasons.most_common()),
        models=dict(models.most_common()),
        digits={digit: _of_each(found) for digit, found in digits.items()},
        confidences=[(begin, _of_each(found)) for begin, found in zip(CONFIDENCES, sure, strict=True)],
        over_time=[(begin, _of_each(found)) for begin, found in zip(begins, times, strict=True)],
    )


def _of_each(found: Counter[str]) -> dict[str, int]:
    return {status.value: found[status] for status in Status}
