"""The `expire` command: what retention would delete now, and, where that is said, deleting it."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime

import click

from watcher import bars
from watcher.aging import LEDGER
from watcher.backup import require_ledger
from watcher.config import Config
from watcher.files import Files
from watcher.ids import time_of
from watcher.ledger import Ledger
from watcher.ownership import Lock, as_owner_of
from watcher.premises import Premises
from watcher.reporting.diagnosis import size
from watcher.retention.plan import Due, Stock, Sum, due_pictures, plan
from watcher.retention.retention import Retention
from watcher.retention.rules import FOLDERS, Rules
from watcher.times import written

_NONE = "Nothing is ever deleted: `retention` in config.yaml names no limit. Try some with --days N or --bytes N."
_NOTHING_DONE = "Nothing was deleted. With --now it is, while no daemon runs; the daemon does it by itself."


def expire_command(
    config: Config, *, days: int | None, most_bytes: int | None, now: bool, as_json: bool = False
) -> None:  # fmt: skip
    """Say what would be deleted; with `now`, delete it, which takes a stopped daemon.

    days, most_bytes: for pictures, other limits than those of the settings. Raises SurroundingsError where a daemon
    runs, or ledger or folders fail.
    """
    require_ledger(config)
    rules = Rules.of(config.retention, config.archive.zone).trying(days, most_bytes)
    if rules.none:
        click.echo(_NONE, err=as_json)
    with as_owner_of(config.state_folder):
        if now:
            _delete(config, rules, as_json=as_json)
            return
        with closing(Ledger(config.ledger_path, read_only=True)) as ledger:
            found = plan(ledger, os.fsencode(config.outbox), rules, datetime.now(UTC))
            for line in [json.dumps(_facts(found), indent=1)] if as_json else _told(found):
                click.echo(line)
    if not rules.none:
        click.echo(_NOTHING_DONE, err=as_json)


def _facts(found: Iterable[Stock | Due]) -> dict[str, object]:
    parts = [*found]
    stocks = [part for part in parts if isinstance(part, Stock)]
    return {
        "holds": {stock.where: {"count": stock.pictures, "bytes": stock.size} for stock in stocks},
        "due": [
            {"where": part.where, "by": part.by, "limit": part.limit, "count": part.gone.count, "bytes": part.gone.size,
             "first_arrived_at": _arrived(part.gone.first), "last_arrived_at": _arrived(part.gone.last)}
            for part in parts if isinstance(part, Due)
        ],
    }  # fmt: skip


def _arrived(id_: str) -> str | None:
    return written(time_of(id_), "milliseconds") if id_ else None


def _told(found: Iterable[Stock | Due]) -> Iterator[str]:
    then = ""
    for part in found:
        if isinstance(part, Stock):
            then = ""
            yield f"{part.where + '/':10} holds {_many(part.pictures, 'picture')}, {size(part.size)}"
        elif part.where == LEDGER:
            yield f"ledger     older than {_many(part.limit, 'day')}, and over with: {_many(part.gone.count, 'record')}"
        elif part.where == "results":
            yield f"results    of more than {_many(part.limit, 'day')} ago: {_sum(part.gone, 'file')}"
        elif part.by == "days":
            then = " then" * bool(part.gone.count)
            yield f"{'':10} older than {_many(part.limit, 'day')}: {_sum(part.gone, 'picture')}"
        else:
            yield f"{'':10} more than {size(part.limit)}{then}: {_sum(part.gone, 'picture')}"


def _sum(gone: Sum, what: str) -> str:
    if not gone.count:
        return _many(0, what)
    days = f", arrived {time_of(gone.first):%Y-%m-%d} to {time_of(gone.last):%Y-%m-%d}" if gone.first else ""
    return f"{_many(gone.count, what)}{f', {size(gone.size)}' * (gone.size > 0)}{days}"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"


def _delete(config: Config, rules: Rules, *, as_json: bool) -> None:
    with ExitStack() as stack:
        files = Files(config.inbox)
        stack.callback(Lock(config.state_folder, "state").release)
        ledger = stack.enter_context(closing(Ledger(config.ledger_path)))
        premises = Premises(config, files, ledger)
        stack.callback(premises.release)
        premises.check()
        with bars.bar(_count(ledger, rules), "pictures", "delete") as bar:

            def show(kind: str, files: int, _: int) -> None:
                bar.update(files if kind in FOLDERS else 0)

            retention = Retention(
                rules, ledger, config.outbox, check=premises.check, now=lambda: datetime.now(UTC), on_deleted=show
            )
            retention.finish()
            while retention.bite():
                pass
        for line in [json.dumps(_deleted(retention), indent=1)] if as_json else _done(retention):
            click.echo(line)


def _count(ledger: Ledger, rules: Rules) -> int:
    due = (one for folder in FOLDERS for one in due_pictures(ledger, folder, rules, datetime.now(UTC)))
    return len(ledger.expiring()) + sum(one.gone.count for one in due)


def _deleted(retention: Retention) -> dict[str, object]:
    files = {kind: {"count": retention.files[kind], "bytes": retention.bytes[kind]} for kind in (*FOLDERS, "results")}
    return {"deleted": {**files, LEDGER: {"count": retention.files[LEDGER]}}, "stuck": retention.stuck}


def _done(retention: Retention) -> Iterable[str]:
    for kind, what in (*((folder, "picture") for folder in FOLDERS), ("results", "file"), (LEDGER, "record")):
        count = retention.files[kind]
        if count:
            freed = f", {size(retention.bytes[kind])}" if kind != LEDGER else ""
            yield f"{kind:10} {_many(count, what)} deleted{freed}"
    if retention.stuck:
        yield f"{retention.stuck:,} pictures cannot be deleted: see the messages above"
    if not retention.files.total():
        yield "There was nothing to delete."
