"""What systemd is told, where it asked: sd_notify(3) over the socket it names."""

import os
import socket
from contextlib import suppress


def notify(**facts: str | int) -> None:
    """Send facts, as in notify(READY=1, STATUS="reading"). Without systemd it does nothing."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    # A line break in a file's name must not begin a fact of its own.
    message = "\n".join(f"{key}={' '.join(str(value).splitlines())}" for key, value in facts.items())
    # A service must not fail because its manager does not listen.
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
        sock.sendto(message.encode(), address)
