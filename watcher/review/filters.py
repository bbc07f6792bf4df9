"""What a person looks for among the results, as it stands in the page's address."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, tzinfo
from urllib.parse import urlencode

from watcher.corrections.labels import LABELS
from watcher.errors import UsageError
from watcher.ids import first_id
from watcher.moments import parse_moment
from watcher.recognition.verdict import Reason, Status

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
LONGEST_WORD = 300
CORRECTED = ("yes", "no")


def is_id(text: str) -> bool:
    """Whether it has the form of our ids (UUIDv7)."""
    return _ID.fullmatch(text) is not None


@dataclass(frozen=True)
class Filters:
    """What must all be true of a result; "" asks for nothing.

    name: part of the file's name as results.csv shows it, or an id. digit: what holds now, a person's word before the
    reader's. since, until: times as people say them, of arrival. least, most: confidence in percent, as people say it.
    corrected: yes or no. before: only ids less than this one.
    """

    name: str = ""
    status: str = ""
    reason: str = ""
    digit: str = ""
    since: str = ""
    until: str = ""
    least: str = ""
    most: str = ""
    corrected: str = ""
    model: str = ""
    before: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Filters":
        """Those of an address. Raises UsageError for a word that means nothing."""
        found = cls(**{one.name: query.get(one.name, "").strip() for one in fields(cls)})
        for word, allowed in (("status", tuple(Status)), ("reason", tuple(Reason)), ("digit", LABELS),
                              ("corrected", CORRECTED)):  # fmt: skip
            if getattr(found, word) not in ("", *allowed):
                raise UsageError(f"{word}: {getattr(found, word)!r} is none", hint=f"There are {', '.join(allowed)}.")
        for word, value in asdict(found).items():
            if len(value) > LONGEST_WORD:
                raise UsageError(f"{word}: more than {LONGEST_WORD} characters", hint="Shorten it.")
        if found.before and not is_id(found.before):
            raise UsageError(f"before: {found.before!r} is no id", hint="Begin with the newest results again.")
        return found

    def address(self, **other: str) -> str:
        """The query of an address that asks for the same, but for what is said otherwise; "" where that is nothing."""
        said = {name: value for name, value in (asdict(self) | other).items() if value}
        return "?" + urlencode(said) if said else ""

    @property
    def empty(self) -> bool:
        """Whether every result fits."""
        return not self.name and not self.narrow

    @property
    def narrow(self) -> bool:
        """Whether more is asked for than a name."""
        return any(value for name, value in asdict(self).items() if name not in ("before", "name"))


@dataclass(frozen=True)
class Range:
    """The same in the ledger's terms: ids from `first` and before `end`, "" for no bound; shares from 0 to 1."""

    first: str
    end: str
    least: float | None
    most: float | None

    @classmethod
    def of(cls, filters: Filters, now: datetime, zone: tzinfo) -> "Range":
        """zone: whose midnight begins a day. Raises UsageError for what is no time or no number."""
        first = _id_of(filters.since, "from", now, zone)
        end = _id_of(filters.until, "before", now, zone)
        end = min((one for one in (end, filters.before) if one), default="")
        return cls(first, end, _share(filters.least, "least"), _share(filters.most, "most"))


def _id_of(text: str, word: str, now: datetime, zone: tzinfo) -> str:
    if not text:
        return ""
    try:
        moment = datetime.fromisoformat(parse_moment(text, now, zone))
    except UsageError as error:
        raise UsageError(f"{word}: {error}", hint=error.hint) from error
    return first_id(moment)


def _share(text: str, word: str) -> float | None:
    if not text:
        return None
    try:
        percent = float(text.removesuffix("%").strip().replace(",", "."))
    except ValueError:
        percent = -1.0
    if not 0 <= percent <= 100:
        raise UsageError(f"{word}: {text!r} is no share", hint="Give percent, from 0 to 100.")
    return percent / 100
