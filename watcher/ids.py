"""Names for arrivals: UUIDv7 (RFC 9562, section 6.2 method 1), sortable by time also within a millisecond."""

import os
import threading
import time
from datetime import UTC, datetime, timedelta


class IdSource:
    """Gives a new id each time, always greater than the one before, also when the clock is set back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def new(self) -> str:
        """A UUIDv7 in its usual form of 36 characters."""
        with self._lock:
            # 48 bits of milliseconds, 12 bits that count up within one.
            self._last = max(self._last + 1, time.time_ns() // 1_000_000 << 12)
            stamp = self._last
        return _written(stamp, int.from_bytes(os.urandom(8), "big") >> 2)


def first_id(at: datetime) -> str:
    """The least id of a time: ids of earlier ones are less."""
    return _written(max(0, int(at.timestamp() * 1000)) << 12, 0)


def time_of(id_: str) -> datetime:
    """When an id was given, to the millisecond, UTC."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(id_[:8] + id_[9:13], 16))


def _written(stamp: int, rest: int) -> str:
    value = (stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62 | rest
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
