"""Whether the work gets on: what systemd's watchdog is told, in place of a mere sign of life."""

import logging

log = logging.getLogger(__name__)
SLACK_SECONDS = 120.0  # beside what a picture may take: a reader's start, the listing of a folder of a million names


class Progress:
    """Says whether things move where there is something to do."""

    def __init__(self, patience: float) -> None:
        """patience: seconds without any step, while there is work, that are no trouble yet."""
        self._patience = patience
        self._moves, self._since = -1, 0.0
        self._said = False

    def seen(self, now: float, *, moves: int, owed: bool) -> bool:
        """Whether all is well. moves: steps done so far. owed: whether there is something to do right now."""
        if moves != self._moves or not owed:
            self._moves, self._since, self._said = moves, now, False
        if now - self._since < self._patience:
            return True
        if not self._said:
            log.error(
                "nothing has moved for %.0f s, with pictures to read: the watchdog is left to restart the daemon",
                now - self._since,
            )
        self._said = True
        return False
