"""Executors that cannot read the claimed pictures, through no fault of these: who, why, and for how long nobody can."""

import logging

from watcher.errors import SurroundingsError

log = logging.getLogger(__name__)
PATIENCE_SECONDS = 10.0  # without one verdict, while executors say that they cannot read
_HINT = (
    "Executors must see the inbox's work folder, as the daemon's user: is the storage mounted there, and where"
    " `spark.inbox` in config.yaml says? Work goes on by itself once it is."
)


class Absence:
    """Of the storage, as far as executors speak of it."""

    def __init__(self) -> None:
        self._since, self._why = 0.0, dict[str, str]()  # by host
        self._said = dict[str, str]()  # the same, of all times

    def told(self, host: str, why: str, now: float) -> None:
        """An executor says so. now: monotonic seconds."""
        if not self._why:
            self._since = now
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
            raise SurroundingsError(f"no executor can read the claimed pictures: {why}", hint=_HINT)
