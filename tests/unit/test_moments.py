"""watcher.moments: times as people say them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from watcher.errors import UsageError
from watcher.moments import parse_moment

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-02-28T08:30:00Z", "2026-02-28T08:30:00.000Z"),
        ("2026-02-28T08:30:00.5+02:00", "2026-02-28T06:30:00.500Z"),
        ("2026-02-28 08:30", "2026-02-28T07:30:00.000Z"),
        ("2026-02-28", "2026-02-27T23:00:00.000Z"),
        ("90m", "2026-03-01T10:30:00.000Z"), ("2h", "2026-03-01T10:00:00.000Z"), ("3d ago", "2026-02-26T12:00:00.000Z"),
        ("1 w", "2026-02-22T12:00:00.000Z"), (" 10s ", "2026-03-01T11:59:50.000Z"),
    ],
)  # fmt: skip
def test_a_time_a_day_or_how_long_ago(text: str, moment: str) -> None:
    """As the ledger writes it; what has no offset, and the beginning of a day, is in the archive's time zone."""
    assert moment == parse_moment(text, NOON, ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize("text", ["", "yesterday", "5", "2 years", "2026-13-01", "-2h", "999999w", "0001-01-01"])
def test_what_is_no_time_is_refused(text: str) -> None:
    """With the forms that are understood; also what lies before all times."""
    with pytest.raises(UsageError, match="is no time") as refused:
        parse_moment(text, NOON, ZoneInfo("Europe/Berlin"))
    assert "2026-03-01T12:00:00Z" in refused.value.hint
