"""Executors that cannot read the claimed pictures, through no fault of these: who, why, and for how long nobody can."""

import logging

from watcher.errors import SurroundingsError

log = logging.getLogger(__name__)
PATIENCE_SECONDS = 10.0  # without one verdict, while executors say that they cannot read
_STORAGE = (
    "Executors must see the inbox's work folder, as the daemon's user: is the storage mounted there, and where"
    " `spark.inbox` in config.yaml says? Work goes on by itself once it is."
)
_THEIRS = "A new session is tried, which ships code and model again. The executors' own logs may say more."


class Absence:
    """Of the storage, or of what executors read by, as far as they speak of it.

    of_storage: some of them speak of that, so that another session would not help.
    """

    def __init__(self) -> None:
        self.of_storage = False
        self._since, self._why = 0.0, dict[str, str]()  # by host
        self._said = dict[str, str]()  # the same, of all times

    def told(self, host: str, why: str, now: float, *, storage: bool = True) -> None:
        """An executor says so. now: monotonic seconds. storage: whether it is that."""
        if not self._why:
            self._since, self.of_storage = now, False
        self.of_storage |= storage
        if self._said.get(host) != why:
            log.warning("executor on %s cannot read, its pictures are asked again: %s", host, why)
        self._why[host] = self._said[host] = why

    def over(self) -> None:
        """Something was read."""
        self._why.clear()

    def check(self, now: float) -> None:
        """Raises SurroundingsError where nothing has been read for long."""
        if self._why and now - self._since > PATIENCE_SECONDS:
            why = "; ".join(f"{host}: {why}" for host, why in sorted(self._why.items()))
            raise SurroundingsError(
                f"no executor can read the claimed pictures: {why}", hint=_STORAGE if self.of_storage else _THEIRS
            )
