"""The `review` command: what it needs to begin, and the server until it is told to stop."""

import getpass
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import uvicorn
from starlette.types import Receive, Scope, Send

from watcher.backup import require_ledger
from watcher.config import Config
from watcher.corrections.correcting import say as say_to_the_daemon
from watcher.errors import SurroundingsError, UsageError
from watcher.log import logs
from watcher.log.logs import say
from watcher.ownership import become_owner_of
from watcher.records import Record
from watcher.reporting.published import read_status
from watcher.review.app import review_app
from watcher.review.listening import address_of, bound
from watcher.review.protection import Hosts, is_loopback
from watcher.review.reading import Reading
from watcher.review.workplace import Given, Workplace
from watcher.viewing.pictures import view_of
from watcher.viewing.viewer import View, Viewer

_THUMBNAIL = 96  # pixels
_END_SECONDS = 3


@dataclass(frozen=True)
class Wanted:
    """What the command was asked for. password: None where none is wanted. called: more names of this server."""

    host: str = "127.0.0.1"
    port: int = 8321
    name: str = ""
    read_only: bool = False
    password: str | None = None
    certificate: Path | None = None
    key: Path | None = None
    called: tuple[str, ...] = ()


def review_command(config: Config, wanted: Wanted) -> None:
    """Serve the page until SIGINT or SIGTERM. Prints its address, in a line of its own, when it can be opened.

    Raises UsageError for what must not be, SurroundingsError where port, certificate or ledger cannot be used.
    """
    if not is_loopback(wanted.host) and wanted.password is None:
        raise UsageError(
            f"--host {wanted.host} lets others reach this page, and there is no password",
            hint="Give one with --password-file FILE; or stay on 127.0.0.1 and use `ssh -L 8321:127.0.0.1:8321`.",
        )
    require_ledger(config)
    logs.set_up(config.log.level, config.log.format)
    with ExitStack() as stack:
        listening = stack.enter_context(bound(wanted.host, wanted.port))
        server = _server(wanted)
        become_owner_of(config.state_folder)
        _try_to_read(config, wanted)
        workplace = stack.enter_context(_workplace(config, wanted, listening.getsockname()[1]))
        server.config.app = server.config.loaded_app = review_app(workplace, Hosts.of(wanted.host, wanted.called))
        _say_where(workplace, wanted, listening)
        server.run([listening])


def _server(wanted: Wanted) -> "_Server":
    """A server that has no application yet, but its certificate: that root may read, and the folders' owner not."""
    options = uvicorn.Config(
        _nothing, interface="asgi3", loop="asyncio", http="h11", ws="none", lifespan="off", log_config=None,
        log_level="warning", access_log=False, proxy_headers=False, server_header=False,
        timeout_graceful_shutdown=_END_SECONDS, ssl_certfile=wanted.certificate, ssl_keyfile=wanted.key,
    )  # fmt: skip
    try:
        options.load()
    except OSError as error:  # ssl.SSLError is one
        raise SurroundingsError(
            f"cannot use the certificate {wanted.certificate}: {error}",
            hint="--certificate names a PEM file with the chain, --key its key without a passphrase.",
        ) from error
    return _Server(options)


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """In the place of the application, which is made once root is gone."""


class _Server(uvicorn.Server):
    """Ends with 0 when it is told to; uvicorn's own would end by the signal."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _try_to_read(config: Config, wanted: Wanted) -> None:
    """Raise SurroundingsError where the ledger cannot be read, or nothing can be said to the daemon."""
    hint = f"Say it as the daemon's user: `sudo -u {_owner(config)} digit-watcher review`, or as root."
    if not os.access(config.ledger_path, os.R_OK):
        raise SurroundingsError(f"may not read the ledger {config.ledger_path}", hint=hint)
    if not wanted.read_only and not os.access(config.state_folder, os.W_OK | os.X_OK):
        raise SurroundingsError(f"may not leave a word for the daemon in {config.state_folder}", hint=hint)
    with Reading(config.ledger_path).open():
        pass


def _owner(config: Config) -> str:
    try:
        return config.state_folder.owner()
    except (KeyError, OSError):
        return "NAME"


@contextmanager
def _workplace(config: Config, wanted: Wanted, port: int) -> Iterator[Workplace]:
    reading = config.reading
    limits = (reading.max_pixels, reading.max_bytes, reading.seconds_per_picture)

    def look_with(viewer: Viewer) -> Callable[[Record], View]:
        return lambda record: view_of(viewer, config.outbox, record, reading.max_bytes)

    with Viewer(*limits) as large, Viewer(*limits, longest=_THUMBNAIL) as small:
        secure = wanted.certificate is not None
        yield Workplace(
            Given(
                ledger=config.ledger_path,
                look=look_with(large),
                look_small=look_with(small),
                say=_refuse_to_say if wanted.read_only else lambda pairs, by: say_to_the_daemon(config, pairs, by=by),
                status=lambda: read_status(config),
                name=wanted.name or _login_name(),
                zone=config.archive.zone,
                read_only=wanted.read_only,
                password=wanted.password,
                # Browsers keep the cookies of all ports together.
                cookie=f"{'__Host-' if secure else ''}digit-watcher-{port}",
                secure=secure,
            )
        )


def _refuse_to_say(*_: object) -> list[str]:
    raise UsageError("the page is read-only", hint="Start it without --read-only.")


def _login_name() -> str:
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        return ""


def _say_where(workplace: Workplace, wanted: Wanted, listening: socket.socket) -> None:
    address = address_of(wanted.host, listening.getsockname()[1], secure=workplace.given.secure)
    token = workplace.entrance.token
    if not is_loopback(wanted.host) and not workplace.given.secure:
        say("warning: without --certificate the password and all pictures cross the network in clear")
    say(f"The review page{' (to look only)' if wanted.read_only else ''}; stop it with Ctrl-C. Open:")
    click.echo(address + (f"enter?token={token}" if token else ""))
    sys.stdout.flush()
