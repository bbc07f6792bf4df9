"""The page: one HTML file that needs nothing else, and asks nobody for anything."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any

import jinja2
from markupsafe import Markup

from watcher.recognition.verdict import DIGITS, Status, percent
from watcher.report.cards import Cards
from watcher.report.figures import CONFIDENCES, Figures

_CLOCKS = {"day": "%d %b %Y", "week": "%d %b %Y", "month": "%b %Y", "year": "%Y"}
_DEFAULT_CLOCK = "%d %b %Y, %H:%M"
_SECONDS = "%d %b %Y, %H:%M:%S"


@dataclass(frozen=True)
class Report:
    """All that stands on the page. since, until: the period, where there is one; the moments have the people's zone."""

    inbox: str
    outbox: str
    written: datetime
    version: str
    figures: Figures
    cards: Cards
    since: datetime | None = None
    until: datetime | None = None
    run: bool = False  # whether it is of one run


def page(report: Report) -> bytes:
    """The report as HTML in UTF-8."""
    environment = _environment()
    style, _, _ = environment.loader.get_source(environment, "style.css")  # type: ignore[union-attr]  # it has one
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    text = environment.get_template("report.html").render(
        report=report, figures=report.figures, cards=report.cards, statuses=[status.value for status in Status],
        digits=DIGITS, style=Markup(style), style_hash=digest,  # noqa: S704  our own file
    )  # fmt: skip
    return text.encode()


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("watcher.report"), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {
        "number": _number, "share": _share, "moment": _moment, "seconds": _seconds, "most": _most, "sure": _sure,
        "words": lambda text: text.replace("_", " "), "plural": _plural, "percent": percent,
    }  # fmt: skip
    return made


def _number(value: int) -> str:
    return f"{value:,}"


def _share(part: int, whole: int) -> str:
    """One decimal; neither 0 for some nor 100 for not all. whole: at least 1."""
    share = 100 * part / whole
    if part and share < 0.1:
        return "< 0.1%"
    if part < whole and share > 99.9:
        return "> 99.9%"
    return f"{share:.1f}%"


def _moment(moment: datetime, unit: str = "") -> str:
    clock = _SECONDS if "second" in unit else _CLOCKS.get(unit, _DEFAULT_CLOCK)
    return moment.strftime(clock)


def _seconds(seconds: float) -> str:
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:,.0f} min"


def _plural(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _most(rows: Sequence[Mapping[str, int]]) -> int:
    """The largest sum of a row, at least 1: what is as long as the chart is wide."""
    return max([1, *(sum(row.values()) for row in rows)])


def _sure(begin: float) -> str:
    """From which confidence to which a bar goes, in per cent."""
    end = next((later for later in CONFIDENCES if later > begin), None)
    return f"{_percent(begin)}% and more" if end is None else f"{_percent(begin)}–{_percent(end)}%"


def _percent(share: float) -> Any:
    return f"{100 * share:.1f}".removesuffix(".0")
