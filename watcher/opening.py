"""Opens everything that the daemon needs, in order, and closes it in reverse."""

import gc
import logging
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from watcher.archive import Archive
from watcher.config import Config
from watcher.confinement import landlock_version
from watcher.daemon import Daemon
from watcher.errors import SurroundingsError
from watcher.files import Files
from watcher.held_model import HeldModel
from watcher.inbox import Inbox
from watcher.ledger import Ledger
from watcher.observer import FolderObserver
from watcher.ownership import Lock
from watcher.parts import Parts
from watcher.places import Places
from watcher.premises import Premises, make_folders
from watcher.reader_process import ReaderSettings
from watcher.requests import Requests
from watcher.results import Results
from watcher.service import Counts, Service
from watcher.status import Board
from watcher.systemd import notify
from watcher.trouble import trouble_of
from watcher.wake import Wake
from watcher.workers import LocalEngine

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """A daemon that is ready to run."""

    daemon: Daemon
    service: Service
    observer: FolderObserver
    inbox: Inbox
    board: Board

    def run(self, *, once: bool = False, on_progress: Callable[[Counts], None] = lambda _: None) -> Counts:
        """Run until stopped or, with `once`, until everything there has been read; gives what was done."""
        notify(READY=1, STATUS="running", MAINPID=os.getpid())
        gc.freeze()  # what was imported stays: nothing that every collection would have to walk through
        self.daemon.run(self.observer, self.inbox, once=once, on_progress=on_progress)
        notify(STOPPING=1)  # said once more where the stop came within the last turn
        with suppress(OSError):
            model = self.service.engine.model_name
            self.board.publish("stopped", in_hand=self.service.in_hand, model=model, now=True)
        return self.daemon.counts


@contextmanager
def open_daemon(config: Config) -> Iterator[Opened]:
    """Lock, open, recover, load the model; close all again in reverse.

    Raises SurroundingsError or ModelError where that is not possible; then no picture was touched.
    """
    with ExitStack() as stack:
        stack.callback(os.umask, os.umask(0o027))
        files = Files(config.inbox)
        files.check_inbox()
        model = HeldModel(config.model_path)
        stack.callback(model.close)
        engine_settings = _reader_settings(config, files, model)
        engine = LocalEngine(engine_settings)
        stack.callback(engine.close)
        engine.await_ready()  # before anything is made: without a model nothing is touched
        if not landlock_version():
            log.info("this kernel has no Landlock: readers are limited, but not confined to the work folder")
        state = make_folders(config)
        state_lock = Lock(state, "state")
        stack.callback(state_lock.release)
        ledger = Ledger(config.ledger_path)
        stack.callback(ledger.close)
        premises = Premises(config, files, ledger)
        stack.callback(premises.release)
        wake = Wake()
        stack.callback(wake.close)
        requests = Requests(state)
        inbox, observer = _watch(config, files, requests, wake)
        stack.callback(observer.stop)
        results = Results(config.outbox, ledger)
        stack.callback(results.close)
        archive = Archive(config.outbox, files)
        places = Places(config.outbox, config.archive.zone)
        parts = Parts(inbox, files, archive, ledger, places, results, requests, premises.check)
        service = Service(
            parts, engine, batch_size=config.reading.batch_size, max_attempts=config.reading.max_attempts,
            settle_seconds=config.watch.settle_seconds, rescan_seconds=config.watch.rescan_seconds,
            executor=stack.enter_context(ThreadPoolExecutor(1, "sync")), wake=wake.set,
        )  # fmt: skip
        stack.callback(lambda: service.engine.close())
        _recover(service)
        observer.watch(os.fsencode(requests.folder))
        inbox.look_everywhere()
        board = Board(config, ledger, inbox, outdated=lambda: model.outdated)
        daemon = Daemon(service, lambda: LocalEngine(engine_settings), wake, board, look=model.look)
        _listen(daemon, wake)
        yield Opened(daemon, service, observer, inbox, board)


def _recover(service: Service) -> None:
    try:
        service.recover(restarted=True)
    except (OSError, sqlite3.Error) as error:
        trouble = trouble_of(error)
        raise SurroundingsError(f"cannot go on from the last run: {trouble.what}", hint=trouble.hint) from error


def _reader_settings(config: Config, files: Files, model: HeldModel) -> ReaderSettings:
    reading = config.reading
    return ReaderSettings(
        model=model.descriptor, work=files.work, scale=config.input.scale, shape=config.input.shape,
        max_pixels=reading.max_pixels, max_bytes=reading.max_bytes, seconds_per_picture=reading.seconds_per_picture,
        accepted_error=reading.accepted_error, workers=reading.worker_count, batch_size=reading.batch_size,
    )  # fmt: skip


def _watch(config: Config, files: Files, requests: Requests, wake: Wake) -> tuple[Inbox, FolderObserver]:
    def hint(path: bytes) -> None:
        if path.startswith(wishes):
            requests.expected = True
        else:
            inbox.hint(path)
        wake.set()

    wishes = os.fsencode(requests.folder)
    observer = FolderObserver(hint)
    watch = config.watch
    inbox = Inbox(
        files.inbox, recursive=watch.recursive, settle_seconds=watch.settle_seconds,
        rescan_seconds=watch.rescan_seconds, full_scan_seconds=watch.full_scan_seconds,
        on_folder=observer.watch, on_folder_gone=observer.forget,
    )  # fmt: skip
    return inbox, observer


def _listen(daemon: Daemon, wake: Wake) -> None:
    wake.on_signals()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, daemon.stop)
