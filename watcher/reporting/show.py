"""The commands that look at what the daemon did, or tie it to its folders: status, init."""

import json
import os
import sys
from contextlib import ExitStack
from datetime import UTC, datetime

import click

from watcher.colours import coloured
from watcher.config import Config
from watcher.errors import SurroundingsError
from watcher.ledger import Ledger
from watcher.ownership import Lock
from watcher.reporting.diagnosis import notes, wrong
from watcher.reporting.published import read_status
from watcher.reporting.telling import TITLE, told

WELL, UNWELL = 0, SurroundingsError.exit_code


def show_status(config: Config, *, as_json: bool, exit_code: bool = False) -> int:
    """Print the daemon's state; gives 0 or, with `exit_code`, 4 where something is wrong."""
    found, now = read_status(config), datetime.now(UTC)
    troubles = [what for what, _ in wrong(found)]
    if as_json:
        told_too = {"well": not troubles, "wrong": troubles, "notes": notes(found)}
        click.echo(json.dumps(found | told_too, indent=1, ensure_ascii=False))
    else:
        for line in told(found, now):
            click.echo(coloured(line[:TITLE]) + line[TITLE:])
    return UNWELL if troubles and exit_code else WELL


def adopt_command(config: Config) -> None:
    """Tie the ledger to the inbox, under both locks."""
    from watcher.files import WORK, Files
    from watcher.identity import Marked
    from watcher.premises import make_folders

    Files(config.inbox).prepare()
    state = make_folders(config, adopting=True)
    with ExitStack() as stack:
        for folder, what in ((config.inbox / os.fsdecode(WORK), "inbox's work"), (state, "state")):
            stack.callback(Lock(folder, what).release)
        ledger = Ledger(config.ledger_path)
        stack.callback(ledger.close)
        for marked in (Marked.inbox(config.inbox), Marked.outbox(config.outbox)):
            marked.adopt(ledger)
    click.echo(f"{config.inbox} and {config.outbox} now belong to {ledger.path}", file=sys.stderr)
