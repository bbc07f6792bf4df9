"""What systemd is told, where it asked: sd_notify(3) over the socket it names."""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress

LISTENS_SECONDS = 0.5  # that a manager may take to hear something


def notify(**facts: str | int) -> None:
    """Send facts, as in notify(READY=1, STATUS="reading"). Without systemd it does nothing."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    # A line break in a file's name must not begin a fact of its own.
    message = "\n".join(f"{key}={' '.join(str(value).splitlines())}" for key, value in facts.items())
    # A service must not fail, nor stand still, because its manager does not listen.
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
        sock.settimeout(LISTENS_SECONDS)
        sock.sendto(message.encode(), address)


class Watchdog:
    """Tells systemd that all is well, as often as it wants to hear it: sd_watchdog_enabled(3)."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        microseconds = environment.get("WATCHDOG_USEC", "")
        meant = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        wanted = meant and microseconds.isdecimal() and int(microseconds) > 0
        # A third: one that is late must not count as two that are missing.
        self.seconds = int(microseconds) / 3e6 if wanted else float("inf")
        self._due = 0.0

    def all_is_well(self, now: float) -> None:
        """Say so, where it is time. now: monotonic seconds."""
        if self.seconds != float("inf") and now >= self._due:
            self._due = now + self.seconds
            notify(WATCHDOG=1)
