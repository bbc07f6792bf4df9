"""The rows that a report shows with their pictures: those that need a person, then the latest."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from watcher import bars
from watcher.corrections.labels import NOT_A_DIGIT
from watcher.recognition.verdict import percent
from watcher.records import Record
from watcher.report.asked import Shown
from watcher.rows import printable, readable_name
from watcher.viewing.viewer import View

MOST_EMBEDDED = 4 << 20  # bytes of pictures in a page that goes by mail, as they stand in it
_GONE = {
    "missing": "the picture is missing", "expiring": "the picture was deleted by retention",
    "expired": "the picture was deleted by retention",
}  # fmt: skip
Look = Callable[[Record], View]


@dataclass(frozen=True)
class Card:
    """One row as the page shows it. picture, seen: data: URIs, "" where there is none; why: what is missing, and why.

    scores: of the ten digits, or (). label: what people say now, in words, or "".
    """

    id: str
    file: str
    status: str
    reason: str
    detail: str
    prediction: str
    confidence: str
    second: str
    scores: tuple[float, ...]
    at: datetime
    picture: str
    seen: str
    why: str
    label: str

    @property
    def size(self) -> int:
        """Bytes that its pictures take in the page."""
        return len(self.picture) + len(self.seen)


@dataclass(frozen=True)
class Cards:
    """waiting: rows that need a person; latest: the others. left_out: how many more were asked for."""

    waiting: tuple[Card, ...] = ()
    latest: tuple[Card, ...] = ()
    left_out: int = 0


def dealt(waiting: Sequence[Shown], latest: Sequence[Shown], look: Look, zone: tzinfo) -> Cards:
    """A card for each row, until the page becomes too large. look: gives what can be seen of a record's picture."""
    made, room = list[Card](), MOST_EMBEDDED
    rows = [*waiting, *latest]
    for shown in bars.each(rows, "pictures", "report"):
        card = _card(shown, look, zone)
        room -= card.size
        if room < 0:
            break
        made.append(card)
    return Cards(tuple(made[: len(waiting)]), tuple(made[len(waiting) :]), len(rows) - len(made))


def _card(shown: Shown, look: Look, zone: tzinfo) -> Card:
    record, v = shown.record, shown.record.verdict
    view = View(why=_GONE[shown.state]) if shown.state in _GONE else look(record)
    second = f"{v.second_prediction} at {percent(v.second_confidence)}" if v.second_confidence is not None else ""
    return Card(
        id=record.claim.id, file=readable_name(record.claim.file), status=v.status, reason=_words(v.reason),
        detail=printable(v.detail), prediction=v.prediction or "",
        confidence=percent(v.confidence) if v.confidence is not None else "", second=second, scores=v.scores,
        at=datetime.fromisoformat(record.processed_at).astimezone(zone),
        picture=_data(view.picture), seen=_data(view.seen), why=view.why, label=_said(shown.label),
    )  # fmt: skip


def _data(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}" if png else ""


def _words(reason: str | None) -> str:
    return (reason or "").replace("_", " ")


def _said(label: str | None) -> str:
    if label is None:
        return ""
    return "no digit" if label == NOT_A_DIGIT else label
