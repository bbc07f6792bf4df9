"""The command for people who look: review."""

import sys
from pathlib import Path

import click

from watcher.epilogs import epilog
from watcher.errors import SurroundingsError, UsageError
from watcher.options import folders, settings

# Everything else is imported where it is used: `--help` answers at once.
SHORTEST_PASSWORD = 10  # characters


@click.command(
    short_help="Open a page where people look at what was read, and set it right.",
    epilog=epilog(
        "digit-watcher review",
        "digit-watcher review --read-only --port 9000",
        codes=(0, 2, 3, 4),
    ),
)
@click.option("--port", type=click.IntRange(0, 65535), default=8321, show_default=True, help="0: any that is free.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Where it listens; anywhere but on the loopback it needs a password.",
)
@click.option("--called", "called", multiple=True, metavar="NAME",
              help="Another name by which browsers reach it, as behind a proxy. May be given again.")  # fmt: skip
@click.option("--name", default="", help="Who says what is said, until people give their own. Default: your login.")
@click.option("--read-only", is_flag=True, help="Only to look: nothing can be said.")
@click.option("--password-file", type=click.Path(path_type=Path), metavar="FILE",
              help="Let in by the password in its first line, instead of by a token in the address.")  # fmt: skip
@click.option("--certificate", type=click.Path(path_type=Path), metavar="FILE", help="PEM: serve by TLS.")
@click.option("--key", type=click.Path(path_type=Path), metavar="FILE", help="PEM: its key, if that is another file.")
@folders
def review(
    port: int, host: str, called: tuple[str, ...], name: str, read_only: bool, password_file: Path | None,
    certificate: Path | None, key: Path | None, config_file: Path | None, inbox: Path | None, outbox: Path | None,
) -> None:  # fmt: skip
    """Open a page where people look at what was read, and set it right.

    It prints an address to open in a browser on this machine. There the pictures wait that a person should look at: one
    key each, 0 to 9 for the digit, Enter where it was read right, n where it is no digit, u to undo. All results can
    be searched, too. The daemon may run meanwhile. Stop it with Ctrl-C.
    """
    if key and not certificate:
        raise UsageError("--key without --certificate", hint="Name the certificate, too.")
    try:
        from watcher.review.serving import Wanted, review_command
    except ModuleNotFoundError as error:
        raise UsageError(
            f"the review page needs {error.name}, which is not installed",
            hint="`pip install 'digit-watcher[web]'`; in a checkout, `make review` installs it.",
        ) from error
    config = settings(config_file, inbox, outbox)
    password = _password(host, password_file)
    review_command(config, Wanted(host, port, name, read_only, password, certificate, key, called))


def _password(host: str, file: Path | None) -> str | None:
    """What opens the page; asked for where others could reach it and somebody is there to answer."""
    from watcher.review.protection import is_loopback

    if file is None:
        if is_loopback(host) or not sys.stdin.isatty():
            return None
        found = click.prompt("Password for the page", hide_input=True, confirmation_prompt=True, err=True)
        return _good_enough(str(found), "that password")
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SurroundingsError(
            f"cannot read the password file {file}: {error}", hint="Check the path and its permissions."
        ) from error
    return _good_enough(lines[0] if lines else "", f"the password in {file}")


def _good_enough(password: str, what: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise UsageError(
            f"{what} has {len(password)} characters: others could guess it",
            hint=f"Use at least {SHORTEST_PASSWORD}, such as `openssl rand -base64 18` gives.",
        )
    return password
