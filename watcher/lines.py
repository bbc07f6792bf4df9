"""JSON messages over a socket, one a line, that neither a slow nor a hostile peer can hold up."""

import json
import select
import socket
import time
from collections.abc import Iterator
from typing import Any

LONGEST_LINE = 1 << 20  # bytes; 64 outcomes have some 20,000


class Lines:
    """The daemon's end of a socket to a child. Nothing here waits, but for a child that is to be waited for."""

    def __init__(self, link: socket.socket, patience: float = 0.0) -> None:
        """patience: seconds in which a peer may take what it is told."""
        link.setblocking(False)
        self._link, self._begun, self._patience = link, b"", patience

    def fileno(self) -> int:
        """What the loop waits on."""
        return self._link.fileno()

    def send(self, message: Any) -> None:
        """Say something. A peer that takes nothing any more, or not all of it, is as good as dead: it is hung up on.

        What a reader may have unread, sixteen times 64 ids, is some 42 KB; the kernel keeps 200 KB for it.
        """
        line, until = json.dumps(message).encode() + b"\n", time.monotonic() + self._patience
        room = select.poll()
        try:
            room.register(self._link, select.POLLOUT)
            while line := line[self._sent(line) :]:
                if not room.poll(1000 * max(0.0, until - time.monotonic())):
                    break
        except OSError:
            pass
        if line:
            self._hang_up()

    def _sent(self, line: bytes) -> int:
        try:
            return self._link.send(line)
        except BlockingIOError:
            return 0

    def receive(self) -> Iterator[bytes]:
        """The whole lines that have come. Raises EOFError at the end, OSError, or ValueError where one is too long."""
        while True:
            try:
                piece = self._link.recv(1 << 16)
            except BlockingIOError:
                return
            if not piece:
                raise EOFError
            *whole, self._begun = (self._begun + piece).split(b"\n")
            yield from whole
            if len(self._begun) > LONGEST_LINE:
                raise ValueError(f"a line of more than {LONGEST_LINE:,} bytes")

    def close(self) -> None:
        """Give up the socket."""
        self._link.close()

    def _hang_up(self) -> None:
        # Makes it readable, with an end: whoever listens to it learns of the trouble there.
        try:
            self._link.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
