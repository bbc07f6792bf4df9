"""The numbers as text, and a server that gives them to this machine alone. Imported only where they are wanted."""

import logging
import socketserver
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import CollectorRegistry, generate_latest, make_wsgi_app

from watcher.metrics.collector import MeterCollector
from watcher.metrics.meter import Meter

log = logging.getLogger(__name__)
ADDRESS = "127.0.0.1"
ASKING_SECONDS = 5.0  # that a request may take to arrive


def registry_of(meter: Meter) -> CollectorRegistry:
    """What is asked for the numbers. One of its own: what others register in this process is not ours to show."""
    registry = CollectorRegistry()
    registry.register(MeterCollector(meter))
    return registry


def rendered(registry: CollectorRegistry) -> bytes:
    """All samples, in the text format that every Prometheus and node_exporter reads."""
    return generate_latest(registry)


class _Handler(WSGIRequestHandler):
    timeout = ASKING_SECONDS

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  as it is called
        """Requests are no news."""


class MetricsServer(WSGIServer):
    """One request at a time: whoever on this machine asks slowly, or often, takes no thread and no memory for it.

    prometheus_client's own server has a thread for each and no deadline.
    """

    timeout = 0  # `handle_request` is called when there is one

    def __init__(self, registry: CollectorRegistry, port: int) -> None:
        """Listen. Raises OSError where the port is taken, or not for us."""
        super().__init__((ADDRESS, port), _Handler)
        self.set_app(make_wsgi_app(registry))

    def server_bind(self) -> None:
        """Without asking for this machine's name, which may take long where no name server answers."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = ADDRESS, self.server_address[1]
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  as it is called
        """Whoever asked went away, or was too slow: their trouble."""
        log.debug("a request for metrics came to nothing", exc_info=True)
