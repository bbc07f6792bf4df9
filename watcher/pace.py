"""How fast pictures are being read, and so how many to take ahead: a fresh one waits for those that are in hand."""

AHEAD_SECONDS = 0.5  # of work that is in hand: enough to keep readers busy, and soon done
_FIRST_GUESS = 500.0  # pictures a second
_MEMORY_SECONDS = 1.0  # what was longer ago counts less than half


class Pace:
    """Pictures a second while there were any to read, the last second counting most."""

    def __init__(self) -> None:
        self._rate, self._since = _FIRST_GUESS, 0.0

    def begin(self, now: float) -> None:
        """There is something to read again, from now (monotonic seconds) on."""
        self._since = now

    def count(self, pictures: int, now: float) -> None:
        """So many were read since the last call; there was always something to read."""
        seconds = now - self._since
        if seconds > 0:
            self._since = now
            self._rate += (pictures / seconds - self._rate) * min(1.0, seconds / _MEMORY_SECONDS)

    def ahead(self, least: int, most: int) -> int:
        """How many pictures are AHEAD_SECONDS of work, within limits."""
        return max(least, min(most, round(self._rate * AHEAD_SECONDS)))
