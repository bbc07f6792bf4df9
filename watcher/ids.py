"""Names for arrivals: UUIDv7 (RFC 9562, section 6.2 method 1), sortable by time also within a millisecond."""

import os
import threading
import time


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
        value = (stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64
        value |= 0b10 << 62 | int.from_bytes(os.urandom(8), "big") >> 2
        text = f"{value:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
