"""Inbox, outbox and state: made where they may be, and checked to be what they were."""

import os
from pathlib import Path

from watcher.config import Config
from watcher.durable import sync_folders
from watcher.errors import SurroundingsError
from watcher.files import WORK, Files, close_to_others
from watcher.identity import Marked
from watcher.ledger import Ledger
from watcher.ownership import Lock, holder


class Premises:
    """The folders are those that the ledger knows, and no other daemon has the inbox."""

    def __init__(self, config: Config, files: Files, ledger: Ledger) -> None:
        self._work, self._files, self._ledger = config.inbox / os.fsdecode(WORK), files, ledger
        self._inbox, self._outbox = Marked.inbox(config.inbox), Marked.outbox(config.outbox)
        self._lock: Lock | None = None

    def check(self) -> None:
        """Raises SurroundingsError where something is not what it was. Takes on folders that were made anew."""
        self._ledger.check_present()
        self._files.check_inbox()
        if os.path.isdir(self._files.work):
            self._take_lock()  # before the marks: who has the inbox now says more than whose it was
        self._inbox.check(self._ledger)
        self._outbox.check(self._ledger)
        self._files.prepare()
        self._take_lock()

    def _take_lock(self) -> None:
        if self._lock is None or not self._lock.stands:
            self.release()
            self._lock = Lock(self._work, "inbox's work")

    def release(self) -> None:
        """Give up the lock on the inbox."""
        if self._lock is not None:
            self._lock.release()


def make_folders(config: Config, *, adopting: bool = False) -> Path:
    """Make state and outbox at the very first start; gives the state.

    Later, a folder that is missing may be a disk that is not mounted: the outbox is not made again where there
    is a ledger, nor the state where the inbox (but with `adopting`) belongs to one.
    Raises SurroundingsError where that is so, or where a folder cannot be made.
    """
    if not config.ledger_path.exists() and not adopting:
        work = config.inbox / os.fsdecode(WORK)
        if holder(work) is not None:
            Lock(work, "inbox's work")  # raises: who has the inbox now says more than whose it was
        for marked in (Marked.inbox(config.inbox), Marked.outbox(config.outbox)):
            marked.check_not_orphaned(config.ledger_path)
    if not config.ledger_path.exists():
        _make(config.outbox, 0o750)
    _make(config.state_folder, 0o700)
    close_to_others(os.fsencode(config.state_folder), config.state_folder.stat())
    return config.state_folder


def _make(folder: Path, mode: int) -> None:
    try:
        folder.mkdir(mode=mode, exist_ok=True)
        # Before the inbox is marked as ours: a mark whose ledger went with the power would wait for a person.
        sync_folders([os.fsencode(folder.parent)])
    except OSError as error:
        if isinstance(error, FileExistsError):
            raise SurroundingsError(f"{error.filename} is no folder", hint="Name another one, or move it.") from error
        raise SurroundingsError(
            f"cannot make {error.filename}: {error.strerror}", hint="Make the folder and give it to the daemon's user."
        ) from error
