"""The `requeue` command: ask the daemon to read pictures again."""

from collections.abc import Sequence

import click

from watcher.backup import require_ledger
from watcher.config import Config
from watcher.errors import UsageError
from watcher.ledger import Ledger
from watcher.ownership import holder
from watcher.records import Record
from watcher.requests import request_requeue
from watcher.rows import parse_name, readable_name


def requeue_command(config: Config, names: Sequence[str]) -> None:
    """Ask for pictures to be read again. Raises UsageError where a name fits none, or several."""
    require_ledger(config)
    ledger = Ledger(config.ledger_path, read_only=True)
    try:
        records = [_one(ledger, name) for name in names]
    finally:
        ledger.close()
    request_requeue(config.state_folder, [record.claim.id for record in records])
    for record in records:
        click.echo(f"{readable_name(record.claim.file)} (id {record.claim.id}) will be read again")
    if holder(config.state_folder) is None:
        click.echo("No daemon is running; it is done at the next start.", err=True)


def _one(ledger: Ledger, name: str) -> Record:
    record = ledger.find(name)
    if record is not None:
        return record
    # As results.csv shows it: escaped, and behind an apostrophe where it looks like a formula.
    found = ledger.find_by_file(parse_name(name)) or ledger.find_by_file(parse_name(name.removeprefix("'")))
    if not found:
        raise UsageError(
            f"no picture of the id, name or place {name!r} lies in archive/ or rejected/",
            hint="Give an id, or a file as results.csv names it, in `file` or in `archived_to`.",
        )
    if len(found) > 1:
        ids = ", ".join(record.claim.id for record in found[-5:])
        raise UsageError(
            f"{len(found)} pictures were called {name!r}", hint=f"Name one by its id; the latest are {ids}."
        )
    return found[0]
