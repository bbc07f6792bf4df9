"""How fast pictures are read, and how much the loop waits: so many are taken ahead, and by so many readers."""

AHEAD_SECONDS = 0.5  # of work that is in hand: enough to keep readers busy, and soon done
_FIRST_GUESS = 500.0  # pictures a second
_GUESS_SECONDS = 0.05  # that the guess counts for
_MEMORY_SECONDS = 1.0  # what was longer ago counts less than half
_LEISURE_SECONDS = 0.1  # the same, of the loop
_LITTLE = 0.05  # of its time
_MANY = 128  # pictures in a turn


class Pace:
    """Pictures a second while there were any to read, the last second counting most."""

    def __init__(self, ahead_seconds: float = AHEAD_SECONDS) -> None:
        """ahead_seconds: of work that is to be in hand."""
        self._rate, self._since, self._seconds = _FIRST_GUESS, 0.0, _GUESS_SECONDS
        self._ahead_seconds = ahead_seconds

    def begin(self, now: float) -> None:
        """There is something to read again, from now (monotonic seconds) on."""
        self._since = now

    def count(self, pictures: int, now: float) -> None:
        """So many were read since the last call; there was always something to read."""
        seconds = now - self._since
        if seconds > 0:
            self._since = now
            self._seconds = min(_MEMORY_SECONDS, self._seconds + seconds)
            self._rate += (pictures / seconds - self._rate) * min(1.0, seconds / self._seconds)

    def ahead(self, least: int, most: int) -> int:
        """How many pictures are so much work, within limits."""
        return max(least, min(most, round(self._rate * self._ahead_seconds)))

    def enough(self, pictures: int) -> bool:
        """Whether they are half of that, or more: known, not guessed."""
        return self._seconds >= 2 * _GUESS_SECONDS and pictures >= self._rate * self._ahead_seconds / 2


class Leisure:
    """Which share of its time the loop waits, or busies itself with little, the last tenth of a second counting most.

    Each turn has costs of its own: the loop would always find something to do, in ever smaller pieces.
    """

    def __init__(self) -> None:
        self._share, self._back, self._waits_since = 1.0, 0.0, 0.0

    def begin(self, now: float) -> None:
        """The loop is going to wait, from now (monotonic seconds) on."""
        self._waits_since = now

    def end(self, now: float, pictures: int) -> None:
        """So many have come meanwhile; more than one call between two waits changes nothing."""
        if self._back <= self._waits_since < now:
            share = (now - self._waits_since) / (now - self._back) if pictures > _MANY else 1.0
            self._share += (share - self._share) * min(1.0, (now - self._back) / _LEISURE_SECONDS)
            self._back = now

    @property
    def some(self) -> bool:
        """Whether it waits at all, to speak of."""
        return self._share > _LITTLE
