"""The port on which the page is served."""

import errno
import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from watcher.errors import SurroundingsError, UsageError


@contextmanager
def bound(host: str, port: int) -> Iterator[socket.socket]:
    """A socket bound to an address of this machine, port 0 for any that is free.

    Raises UsageError for what is no address here, SurroundingsError where the port cannot be had.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (OSError, UnicodeError) as error:
        raise UsageError(
            f"--host {host} is no address: {error}", hint="Give 127.0.0.1, 0.0.0.0 or a name of this machine."
        ) from error
    # TCP by its number: only so asyncio sends what is small at once, and no answer waits 40 ms for an acknowledgement.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(address)
            listening.listen(128)
        except OSError as error:
            raise SurroundingsError(
                f"cannot listen on {host} port {port}: {error.strerror}", hint=_hint(error)
            ) from error
        yield listening


def _hint(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "Another program has that port, perhaps another review page: end it, or give --port N."
    if error.errno == errno.EADDRNOTAVAIL:
        return "Give --host an address of this machine: `ip address` lists them."
    return "Give a --port of 1024 or more."


def address_of(host: str, port: int, *, secure: bool) -> str:
    """What to type into a browser; of a server that listens everywhere, this machine's name."""
    try:
        number = ipaddress.ip_address(host)
        name = socket.gethostname() if number.is_unspecified else f"[{host}]" if number.version == 6 else host
    except ValueError:
        name = host
    return f"http{'s' if secure else ''}://{name}:{port}/"
