"""Moments as people name them: a time, a day, or how long ago."""

import re
from datetime import UTC, datetime, timedelta, tzinfo

from watcher.errors import UsageError
from watcher.times import written

_AGO = re.compile(r"(\d{1,6})\s*([smhdw])(\s+ago)?")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_HINT = "Give a time as 2026-03-01T12:00:00Z, a day as 2026-03-01, or how long ago: 90m, 2h, 3d, 1w."


def parse_moment(text: str, now: datetime, zone: tzinfo) -> str:
    """RFC 3339 in UTC with milliseconds, as the ledger has it.

    zone: whose midnight begins a day, and whose time one without an offset is. Raises UsageError for anything else.
    """
    try:
        moment = _moment(text.strip(), now, zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{text!r} is no time", hint=_HINT) from error
    return written(moment, "milliseconds")


def _moment(text: str, now: datetime, zone: tzinfo) -> datetime:
    if ago := _AGO.fullmatch(text):
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
