"""The `requeue` command: ask the daemon to read pictures again."""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import islice

import click

from watcher.backup import require_ledger
from watcher.choice import Choice, Fit, is_pattern
from watcher.config import Config
from watcher.database import open_database
from watcher.errors import SurroundingsError, UsageError
from watcher.files import identity_of
from watcher.ledger import Ledger
from watcher.ownership import as_owner_of, holder
from watcher.records import Record
from watcher.requests import request_requeue
from watcher.rows import parse_name, readable_name

LISTED = 20
ASKED_BEYOND = 100
_GONE = {
    "requeued": "read again since", "expired": "deleted by retention", "expiring": "deleted by retention",
    "missing": "missing", "recorded": "still on the way to the archive", "": "not to be seen at the recorded place",
}  # fmt: skip


def requeue_command(
    config: Config, choice: Choice, *, dry_run: bool = False, yes: bool = False, as_json: bool = False
) -> None:  # fmt: skip
    """Ask for pictures to be read again; many only after a question, where there is somebody to answer.

    as_json: a line for each of them, in place of words about the first.
    Raises UsageError where nothing is chosen, or a name fits none or several.
    """
    if choice.empty:
        raise UsageError("which pictures?", hint="Give names or ids, or --reason, --status, --since, --until, --model.")
    require_ledger(config)
    with as_owner_of(config.state_folder):
        wanted = _Wanted(config, choice)
        count = _list(wanted) if as_json else _say(wanted, "would be read again" if dry_run else "will be read again")
        if not count or dry_run:
            return
        if count > ASKED_BEYOND and not yes and sys.stdin.isatty():
            click.confirm(f"Read {count:,} pictures again?", abort=True, err=True)
        try:
            request_requeue(config.state_folder, (fit.id for fit in wanted.fits(Counter())))
        except OSError as error:
            raise SurroundingsError(
                f"cannot leave a wish in {config.state_folder}: {error.strerror}", hint="Say it as the daemon's user."
            ) from error
        if holder(config.state_folder) is None:
            click.echo("No daemon is running; it is done at the next start.", err=True)


def _say(wanted: "_Wanted", will: str) -> int:
    """Name the first ones, and count the others and those that are gone; gives how many can be read again."""
    count, gone = 0, Counter[str]()
    for count, fit in enumerate(wanted.fits(gone), 1):
        if count <= LISTED:
            click.echo(f"{readable_name(fit.file)} (id {fit.id}) {will}")
    if count > LISTED:
        click.echo(f"... {count:,} pictures in all {will}")
    if not count:
        click.echo("No picture fits that can be read again.")
    _say_gone(gone)
    return count


def _list(wanted: "_Wanted") -> int:
    count, gone = 0, Counter[str]()
    for fit in wanted.fits(gone):
        count += 1
        names = {"file": readable_name(fit.file), "archived_to": readable_name(fit.place)}
        click.echo(json.dumps({"id": fit.id, **names}, ensure_ascii=False))
    _say_gone(gone)
    return count


def _say_gone(gone: Counter[str]) -> None:
    for what, number in sorted(gone.items()):
        click.echo(f"left out: {number:,} that fit too, {what}", err=True)


class _Wanted:
    """What a choice means in this ledger as it is now: rows that are added meanwhile do not count."""

    def __init__(self, config: Config, choice: Choice) -> None:
        self._path, self._outbox, self._choice = config.ledger_path, os.fsencode(config.outbox), choice
        self._named: dict[str, Fit] | None = None  # where all are known, and nothing is to be looked for
        with closing(Ledger(self._path, read_only=True)) as ledger:
            self._last = ledger.last_seq()
            if choice.by_name_alone:
                self._look_up(ledger)

    def _look_up(self, ledger: Ledger) -> None:
        """Exact names are of one picture each; what is none may be a pattern."""
        found = {name: _one(ledger, name) for name in self._choice.names}
        fits = {name: _fit(record) for name, record in found.items() if record}
        if len(fits) == len(found):
            self._named = {fit.id: fit for fit in fits.values()}
        names = [fits[name].id if name in fits else name for name in found]
        self._choice = replace(self._choice, names=names)

    def fits(self, gone: Counter[str]) -> Iterator[Fit]:
        """Pictures that can be read again; counts the others in `gone`, by what became of them."""
        return islice(self._present(gone), self._choice.limit)

    def _present(self, gone: Counter[str]) -> Iterator[Fit]:
        for fit in self._all():
            state = fit.state if fit.state != "archived" or self._lies_there(fit) else ""
            if state == "archived":
                yield fit
            else:
                gone[_GONE.get(state, state)] += 1

    def _all(self) -> Iterator[Fit]:
        if self._named is not None:
            yield from self._named.values()
            return
        with closing(open_database(self._path, read_only=True)) as db:
            yield from self._choice.among(db, self._last)

    def _lies_there(self, fit: Fit) -> bool:
        try:
            found = identity_of(self._outbox + b"/" + fit.place)
        except PermissionError:  # somebody closed a folder of the archive to the daemon
            return False
        return found is not None and found.size == fit.size


def _one(ledger: Ledger, name: str) -> Record | None:
    """The picture of an id, name or place; None for a pattern, where none is called so."""
    record = ledger.find(name)
    if record is not None:
        return record
    # As results.csv shows it: escaped, and behind an apostrophe where it looks like a formula.
    found = ledger.find_by_file(parse_name(name)) or ledger.find_by_file(parse_name(name.removeprefix("'")))
    if not found and is_pattern(name):
        return None
    if not found:
        raise UsageError(
            f"no picture of the id, name or place {name!r} lies in archive/ or rejected/",
            hint="Give an id, or a file as results.csv names it, in `file` or in `archived_to`.",
        )
    if len(found) > 1:
        ids = ", ".join(record.claim.id for record in found[-5:])
        raise UsageError(
            f"{len(found)} pictures were called {name!r}",
            hint=f"Name one by its id, the latest are {ids}; or say with --since or --until when it was read.",
        )
    return found[0]


def _fit(record: Record) -> Fit:
    return Fit(record.claim.id, "archived", record.claim.file, record.archived_to, record.claim.identity.size)
