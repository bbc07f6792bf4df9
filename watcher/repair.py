"""The `repair` command: a ledger that is older than the results files, damaged or lost, is brought up to them."""

import os
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import click

from watcher import bars, repair_told
from watcher.backup import checked, copy_ledger
from watcher.config import Config
from watcher.corrections.taking_in import take_corrections
from watcher.durable import rename_new, sync_folders
from watcher.errors import SurroundingsError, UsageError
from watcher.files import WORK, Files, identity_of
from watcher.fresh_file import fresh_file
from watcher.identity import Marked
from watcher.ledger import Ledger
from watcher.migrations import OLDEST
from watcher.ownership import Lock
from watcher.premises import make_folders
from watcher.questions import Questions
from watcher.records import Record
from watcher.retention.rules import FOLDERS, Rules
from watcher.rows import readable_name
from watcher.sources import sources
from watcher.taking_in import Listing, Taken, TakingIn
from watcher.whereabouts import Whereabouts


def repair_command(
    config: Config, *, source: Path | None, anew: bool, dry_run: bool, as_json: bool = False
) -> None:  # fmt: skip
    """Bring the ledger up to the results files, under both locks; say what was done.

    source: a backup to begin from. anew: begin from nothing. dry_run: all of it on a copy, which is thrown away.
    Raises UsageError for what makes no sense, SurroundingsError where something fails or rows cannot be used.
    """
    if source and anew:
        raise UsageError("--from and --anew are two ways to begin", hint="Say one of them.")
    if source and source.resolve() == config.ledger_path.resolve():
        raise UsageError(f"{source} is the ledger itself", hint="Name a backup, or leave --from out.")
    with ExitStack() as stack:
        files = _take_locks(config, stack)
        try:
            path, aside = _ledger_file(config, source, anew, dry_run, stack)
            ledger = Ledger(path)
            stack.callback(ledger.close)
            if aside:
                _keep_claims(aside, ledger, files)
            whereabouts = Whereabouts(config.outbox, files, dry_run=dry_run)
            taken = _take_in(config, ledger, whereabouts, dry_run=dry_run)
            said = take_corrections(config.outbox, ledger, dry_run=dry_run)
            taken.bad.update(said.bad)
            if not dry_run:
                _mark(config, ledger)
            unknown = Listing()
            for place in whereabouts.archived():
                if ledger.whose(place) is None:
                    unknown.add(readable_name(place))
        except OSError as error:
            raise SurroundingsError(
                f"cannot repair: {error}", hint="Mend that and say it again: what is done is not done twice."
            ) from error
        told = repair_told.as_json if as_json else repair_told.in_words
        click.echo(told(taken, said.count, unknown, dry_run=dry_run))
    if taken.bad:
        raise SurroundingsError(
            f"{len(taken.bad):,} rows cannot be used, and `run` will not go on with them",
            hint="Correct these lines of the results files, or delete them, and say `repair` again.",
        )


def _take_in(config: Config, ledger: Ledger, whereabouts: Whereabouts, *, dry_run: bool) -> Taken:
    files = [identity for source in sources(config.outbox) if (identity := identity_of(source.path))]
    with bars.bar(sum(file.size for file in files), "bytes", "take in") as bar:
        old = _old(config)
        return TakingIn(config.outbox, ledger, whereabouts, old=old, dry_run=dry_run, on_progress=bar.update).run()


def _old(config: Config) -> Callable[[Record, bool], bool]:
    """Whether a picture that is nowhere had its time: then retention will have deleted it."""
    rules, now = Rules.of(config.retention, config.archive.zone), datetime.now(UTC)
    limits = {folder: rules.limits(folder, now) for folder in FOLDERS}

    def old(record: Record, oldest: bool) -> bool:
        limit = limits[record.folder]
        by_age = limit is not None and record.claim.id < limit[0]
        return by_age or (oldest and rules.most_bytes[record.folder] is not None)

    return old


def _take_locks(config: Config, stack: ExitStack) -> Files:
    files = Files(config.inbox)
    files.prepare()
    state = make_folders(config, adopting=True)
    for folder, what in ((config.inbox / os.fsdecode(WORK), "inbox's work"), (state, "state")):
        stack.callback(Lock(folder, what).release)
    return files


def _ledger_file(
    config: Config, source: Path | None, anew: bool, dry_run: bool, stack: ExitStack
) -> tuple[Path, Path | None]:
    """The file to repair, and where the one is now that was there.

    It is the ledger's, in whose place a backup or nothing is put first; for a dry run, a copy.
    """
    path = config.ledger_path
    if source:
        checked(source)
    if dry_run:
        copy = Path(stack.enter_context(tempfile.TemporaryDirectory())) / path.name
        begin = source or (path if path.exists() and not anew else None)
        if begin:
            copy_ledger(begin, copy)
        return copy, None
    aside = _set_aside(path) if source or anew else None
    if aside:
        click.echo(f"the ledger that was there is now {aside}", err=True)
    if source:
        with fresh_file(path, overwrite=False) as temporary:
            copy_ledger(source, temporary)
    return path, aside


def _keep_claims(aside: Path, ledger: Ledger, files: Files) -> None:
    """Pictures in work keep their names, where the old ledger can still say them."""
    with suppress(SurroundingsError), closing(Questions(aside, oldest=OLDEST)) as old:
        claims = [claim for claim in old.in_work() if files.identity_in_work(claim.id) and not ledger.knows(claim.id)]
        ledger.intend(claims)


def _set_aside(path: Path) -> Path | None:
    """Give the ledger another name, with the files that SQLite has beside it; None where there is none."""
    if not any(os.path.lexists(f"{path}{end}") for end in ("", "-wal", "-shm")):
        return None
    aside = next(
        name for n in count(1) if not os.path.lexists(name := path.with_name(f"{path.stem}-old{n}{path.suffix}"))
    )
    # The WAL first: beside another ledger's file SQLite would take it for that one's.
    for end in ("-wal", "-shm", ""):
        with suppress(FileNotFoundError):
            rename_new(os.fsencode(f"{path}{end}"), os.fsencode(f"{aside}{end}"))
    sync_folders([os.fsencode(path.parent)])
    return aside


def _mark(config: Config, ledger: Ledger) -> None:
    """A ledger that was made anew takes these folders for its own; one from a backup knows them."""
    for marked in (Marked.inbox(config.inbox), Marked.outbox(config.outbox)):
        if marked.known_to(ledger) is None:
            marked.adopt(ledger)
