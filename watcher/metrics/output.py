"""Where Prometheus finds the numbers: a file for node_exporter's textfile collector, a port of this machine, or both.

One thread of its own does all of it: a disk that hangs, or whoever asks slowly, holds up nothing but the numbers.
"""

import logging
import os
import socket
import threading
import time
from contextlib import suppress
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING

from watcher.durable import write_atomically
from watcher.metrics.meter import Meter

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from watcher.metrics.server import MetricsServer

log = logging.getLogger(__name__)
WRITE_SECONDS = 15.0  # between two writings of the file, and two tries to have the port
_ENDING_SECONDS = 2.0  # that a stop waits for the thread


class MetricsOutput:
    """Lives as long as the process: `apply` says what is wanted, at the start and when settings change.

    What cannot be done is said once in the log, and tried again: numbers never hold up work.
    """

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._wanted: tuple[Path | None, int | None] = (None, None)
        self._outlet: _Outlet | None = None

    def apply(self, textfile: Path | None, port: int | None) -> None:
        """Write to this file and serve on this port from now on; None: not. Called by the loop's thread."""
        if (textfile, port) == self._wanted:
            return
        self.close()
        self._wanted, self._meter.measuring = (textfile, port), bool(textfile or port)
        if self._meter.measuring:
            self._outlet = _Outlet(self._meter, textfile, port)
            self._meter.on_change = self._outlet.ring
            self._outlet.start()

    def close(self) -> None:
        """Write the file once more, and end."""
        if self._outlet is not None:
            self._meter.on_change = lambda: None
            self._outlet.end()
        self._outlet, self._wanted = None, (None, None)


class _Outlet(threading.Thread):
    """Writes and serves until it is ended."""

    def __init__(self, meter: Meter, textfile: Path | None, port: int | None) -> None:
        super().__init__(name="metrics", daemon=True)
        self._meter, self._textfile, self._port = meter, textfile, port
        self._bell, self._ear = socket.socketpair()
        self._bell.setblocking(False)
        self._server: MetricsServer | None = None
        self._said: dict[str, str] = {}
        self._ending = False

    def ring(self) -> None:
        """Write the file now. Called by other threads."""
        with suppress(OSError):  # full, as it has not heard the last ones yet; or it ended
            self._bell.send(b"!")

    def end(self) -> None:
        """Write once more and end; where the thread hangs, it is left behind."""
        self._ending = True
        self.ring()
        self.join(_ENDING_SECONDS)

    def run(self) -> None:
        """The thread."""
        # What this needs takes some 50 ms to import: beside the start, and only where it is needed.
        from watcher.metrics.server import registry_of

        registry, due = registry_of(self._meter), 0.0
        with self._bell, self._ear:
            while not self._ending:
                self._serve(registry)
                now = time.monotonic()
                if now >= due:
                    due = now + WRITE_SECONDS
                    self._write(registry)
                if self._attend(due - now):
                    due = 0.0
            self._write(registry)
            if self._server is not None:
                self._server.server_close()

    def _attend(self, seconds: float) -> bool:
        """Answer who asks, until it rings or so many seconds are over; whether it rang."""
        ready = wait([self._ear, *([self._server.socket] if self._server else [])], seconds)
        if self._server is not None and self._server.socket in ready:
            self._server.handle_request()
        return self._ear in ready and bool(self._ear.recv(4096))

    def _serve(self, registry: "CollectorRegistry") -> None:
        if self._port is None or self._server is not None:
            return
        from watcher.metrics.server import ADDRESS, MetricsServer

        try:
            self._server = MetricsServer(registry, self._port)
        except OSError as error:
            if self._is_news("port", str(error)):
                log.warning("cannot serve metrics on %s:%d: %s; it is tried again", ADDRESS, self._port, error.strerror)
        else:
            log.info("metrics are on http://%s:%d/metrics", ADDRESS, self._port)

    def _write(self, registry: "CollectorRegistry") -> None:
        if self._textfile is None:
            return
        from watcher.metrics.server import rendered

        text = rendered(registry)
        if not text:
            return
        try:
            write_atomically(os.fsencode(self._textfile), text, 0o644)  # node_exporter is another user
        except OSError as error:
            if self._is_news("file", str(error)):
                log.warning("cannot write metrics to %s: %s; it is tried again", self._textfile, error.strerror)
        else:
            if self._said.pop("file", None):
                log.info("metrics are written to %s again", self._textfile)

    def _is_news(self, what: str, why: str) -> bool:
        before, self._said[what] = self._said.get(what), why
        return before != why
