"""The `expire` command: what retention would delete now, and, where that is said, deleting it."""

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile

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
from watcher.retention.retention import Retention
from watcher.retention.rules import FOLDERS, Rules
from watcher.retention.walk import Walk

_NONE = "Nothing is ever deleted: `retention` in config.yaml names no limit. Try some with --days N or --bytes N."


@dataclass(slots=True)
class Sum:
    """Pictures, files or records that would go. size: in bytes; first, last: when they arrived."""

    count: int = 0
    size: int = 0
    first: str = ""
    last: str = ""

    def add(self, id_: str, bytes_: int) -> None:
        """One more."""
        self.count += 1
        self.size += bytes_
        self.first, self.last = min(self.first or id_, id_), max(self.last, id_)

    def told(self, what: str) -> str:
        """In words."""
        noun = f"{self.count:,} {what}{'s' * (self.count != 1)}"
        if not self.count:
            return noun
        days = f", arrived {time_of(self.first):%Y-%m-%d} to {time_of(self.last):%Y-%m-%d}" if self.first else ""
        return noun + (f", {size(self.size)}" if self.size else "") + days


def expire_command(config: Config, *, days: int | None, most_bytes: int | None, now: bool) -> None:
    """Say what would be deleted; with `now`, delete it, which takes a stopped daemon.

    days, most_bytes: for pictures, other limits than those of the settings. Raises SurroundingsError where a daemon
    runs, or ledger or folders fail.
    """
    require_ledger(config)
    rules = Rules.of(config.retention, config.archive.zone).trying(days, most_bytes)
    if rules.none:
        click.echo(_NONE)
    with as_owner_of(config.state_folder):
        if now:
            _delete(config, rules)
            return
        with closing(Ledger(config.ledger_path, read_only=True)) as ledger:
            for line in _plan(ledger, os.fsencode(config.outbox), rules, datetime.now(UTC)):
                click.echo(line)
    if not rules.none:
        click.echo("Nothing was deleted. With --now it is, while no daemon runs; the daemon does it by itself.")


def _plan(ledger: Ledger, outbox: bytes, rules: Rules, now: datetime) -> Iterator[str]:
    for folder in FOLDERS:
        yield from _pictures(ledger, folder, rules, now)
    days = rules.days["results"]
    if days is not None:
        gone = Sum()
        for name in rules.old_results(outbox, now):
            gone.count += 1
            gone.size += os.lstat(outbox + b"/" + name).st_size
        yield f"results    of more than {_days(days)} ago: {gone.told('file')}"
    limits = rules.limits(LEDGER, now)
    if limits is not None:
        until, gone = _due(ledger, LEDGER, limits), Sum()
        for _, id_, over in takewhile(lambda row: row[0] <= until, ledger.to_purge(ledger.frontier(LEDGER)[0])):
            if over and id_ < limits[0]:
                gone.add(id_, 0)
        yield f"ledger     older than {_days(rules.days[LEDGER])}, and over with: {gone.told('record')}"


def _pictures(ledger: Ledger, folder: str, rules: Rules, now: datetime) -> Iterator[str]:
    count, kept = ledger.stock(folder)
    yield f"{folder + '/':10} holds {count:,} picture{'s' * (count != 1)}, {size(kept)}"
    old, many = _due_pictures(ledger, folder, rules, now)
    if old is not None:
        yield f"{'':10} older than {_days(rules.days[folder])}: {old.told('picture')}"
    if many is not None:
        then = " then" if old is not None and old.count else ""
        yield f"{'':10} more than {size(rules.most_bytes[folder] or 0)}{then}: {many.told('picture')}"


def _due_pictures(ledger: Ledger, folder: str, rules: Rules, now: datetime) -> tuple[Sum | None, Sum | None]:
    """Those of a folder that are too old, then those that are too many; None where no rule says so."""
    reached, kept = ledger.frontier(folder)[0], ledger.stock(folder)[1]
    limits, most = rules.limits(folder, now), rules.most_bytes[folder]
    old = many = None
    if limits is not None:
        due = _due(ledger, folder, limits)
        old = Sum(*ledger.sum_of(folder, reached, due))
        reached, kept = max(reached, due), kept - old.size
    if most is not None:
        many = Sum()
        for picture in ledger.kept(folder, reached, ledger.last_seq()):
            if kept - many.size <= most:
                break
            many.add(picture.id, picture.identity.size)
    return old, many


def _days(number: int | None) -> str:
    return "1 day" if number == 1 else f"{number:,} days"


def _due(ledger: Ledger, name: str, limits: tuple[str, str]) -> int:
    walk = Walk(ledger, name)
    while walk.look(*limits):
        pass
    return walk.due


def _delete(config: Config, rules: Rules) -> None:
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
        for line in _done(retention):
            click.echo(line)


def _count(ledger: Ledger, rules: Rules) -> int:
    due = (gone for folder in FOLDERS for gone in _due_pictures(ledger, folder, rules, datetime.now(UTC)) if gone)
    return len(ledger.expiring()) + sum(gone.count for gone in due)


def _done(retention: Retention) -> Iterable[str]:
    for kind, what in (*((folder, "picture") for folder in FOLDERS), ("results", "file"), (LEDGER, "record")):
        count = retention.files[kind]
        if count:
            freed = f", {size(retention.bytes[kind])}" if kind != LEDGER else ""
            yield f"{kind:10} {count:,} {what}{'s' * (count != 1)} deleted{freed}"
    if retention.stuck:
        yield f"{retention.stuck:,} pictures cannot be deleted: see the messages above"
    if not retention.files.total():
        yield "There was nothing to delete."
