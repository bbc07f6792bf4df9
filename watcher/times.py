"""Points in time, as they stand in rows and in status.json: RFC 3339, UTC."""

from datetime import UTC, datetime


def written(when: datetime, timespec: str = "seconds") -> str:
    """To the second, or as datetime.isoformat understands `timespec`."""
    return when.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def understood(text: object) -> datetime | None:
    """The way back; None for what is none."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo and found.year >= 1970 else None  # what lies before has no local time
