"""Opens everything in order, runs the loop, pauses when the surroundings fail, and closes in reverse."""

import logging
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from watcher.config import Config
from watcher.errors import DigitWatcherError, ModelError, SurroundingsError
from watcher.files import WORK, Files
from watcher.inbox import Inbox
from watcher.ledger import Ledger
from watcher.observer import FolderObserver
from watcher.ownership import Lock, check_identity
from watcher.places import Places
from watcher.requests import Requests
from watcher.results import Results
from watcher.service import Counts, Parts, Service
from watcher.status import Board
from watcher.systemd import notify
from watcher.wake import Wake
from watcher.workers import LocalEngine, ReaderSettings

log = logging.getLogger(__name__)
SHIPPED_MODEL = Path(__file__).parent / "models" / "digitnet"
PAUSES = (1.0, 2.0, 5.0)  # seconds between tries to go on; the last one repeats
LONGEST_WAIT = 5.0  # seconds without a look at the observer
DRAIN_SECONDS = 20.0  # that a stop may take to finish what is claimed


class Daemon:
    """One run of the daemon. Make it with `open_daemon`."""

    def __init__(self, service: Service, make_engine: Callable[[], LocalEngine], wake: Wake, board: Board) -> None:
        self._service, self._make_engine, self._wake, self._board = service, make_engine, wake, board
        self._stop_asked = False
        self._trouble, self._hint = "", ""

    @property
    def counts(self) -> Counts:
        """What was done."""
        return self._service.counts

    def stop(self, *_: object) -> None:
        """Finish what is claimed and end; a second time: end now, the next start carries on."""
        if self._stop_asked:
            os._exit(130)
        self._stop_asked = True
        self._wake.set()

    def run(self, observer: FolderObserver, inbox: Inbox, *, once: bool, on_progress: Callable[[Counts], None]) -> None:
        """Run until stopped or, with `once`, until everything there has been read."""
        failures, deadline = 0, float("inf")
        while True:
            now = time.monotonic()
            if self._stop_asked and deadline == float("inf"):
                deadline = now + DRAIN_SECONDS
                notify(STOPPING=1)
            try:
                if failures:
                    self._go_on()
                    inbox.look_everywhere()  # what was found and not claimed when the trouble began
                due = self._service.turn(now, take=not self._stop_asked)
                failures = 0
            except (OSError, sqlite3.Error, SurroundingsError, ModelError) as error:
                due = PAUSES[min(failures, len(PAUSES) - 1)]
                failures += 1
                self._pause(error)
            on_progress(self._service.counts)
            done = self._service.idle if self._stop_asked else once and self._service.drained
            if (done and not failures) or now >= deadline or (self._stop_asked and failures):
                return
            self._publish()
            if not observer.healthy and not failures:
                observer.start()
                inbox.look_everywhere()
            pipes = [] if failures else self._service.engine.waitables()
            self._wake.wait(pipes, min(due, LONGEST_WAIT))

    def _publish(self) -> None:
        state = "paused" if self._trouble else "stopping" if self._stop_asked else "running"
        with suppress(OSError):  # the outbox may be what fails
            self._board.publish(
                state, in_hand=self._service.in_hand, model=self._service.engine.model_name,
                trouble=self._trouble, hint=self._hint,
            )  # fmt: skip

    def _pause(self, error: Exception) -> None:
        trouble = f"{type(error).__name__}: {error}" if not isinstance(error, DigitWatcherError) else str(error)
        if trouble != self._trouble:
            log.error("paused: %s", trouble)
            notify(STATUS=f"paused: {trouble}")
        self._trouble = trouble
        self._hint = error.hint if isinstance(error, DigitWatcherError) else "It goes on by itself once this is mended."
        if isinstance(error, ModelError):
            self._service.engine.close()

    def _go_on(self) -> None:
        if not self._service.engine.waitables():
            engine = self._make_engine()
            engine.await_ready()
            self._service.replace_engine(engine)
        self._service.recover(restarted=False)
        log.info("the trouble is over; work goes on")
        notify(STATUS="running")
        self._trouble = self._hint = ""


@contextmanager
def open_daemon(config: Config) -> Iterator[Callable[..., Counts]]:
    """Lock, open, recover, load the model. Gives the function that runs the loop.

    Raises SurroundingsError or ModelError where that is not possible; then nothing was touched but locks.
    """
    with ExitStack() as stack:
        os.umask(0o027)
        files = Files(config.inbox, config.outbox)
        files.prepare()
        state = make_folders(config)
        locks = _Locks(config.inbox, state)
        stack.callback(locks.release)
        make_engine = _engine_maker(config, files)
        engine = make_engine()
        stack.callback(engine.close)
        ledger = Ledger(state / "ledger.sqlite3")
        stack.callback(ledger.close)
        wake = Wake()
        stack.callback(wake.close)
        requests = Requests(state)
        inbox, observer = _watch(config, files, requests, wake)
        stack.callback(observer.stop)
        observer.watch(os.fsencode(requests.folder))
        results = Results(config.outbox, ledger)
        stack.callback(results.close)

        def check() -> None:
            files.prepare()
            locks.renew()
            ledger.check_present()
            check_identity(config.inbox, ledger)

        parts = Parts(inbox, files, ledger, Places(config.outbox, config.archive.zone), results, requests, check)
        service = Service(
            parts, engine, batch_size=config.reading.batch_size, max_attempts=config.reading.max_attempts,
            settle_seconds=config.watch.settle_seconds, rescan_seconds=config.watch.rescan_seconds,
        )  # fmt: skip
        stack.callback(lambda: service.engine.close())
        board = Board(config, ledger, inbox)
        daemon = Daemon(service, make_engine, wake, board)
        try:
            service.recover(restarted=True)
        except OSError as error:
            raise SurroundingsError(
                f"cannot go on from the last run: {error}", hint="Mend that and start again."
            ) from error
        engine.await_ready()
        _listen(daemon, wake)

        def run(*, once: bool = False, on_progress: Callable[[Counts], None] = lambda _: None) -> Counts:
            notify(READY=1, STATUS="running", MAINPID=os.getpid())
            daemon.run(observer, inbox, once=once, on_progress=on_progress)
            notify(STOPPING=1)  # said once more where the stop came within the last turn
            with suppress(OSError):
                board.publish("stopped", in_hand=service.in_hand, model=service.engine.model_name, now=True)
            return daemon.counts

        run.inbox = inbox  # type: ignore[attr-defined]
        yield run


class _Locks:
    """The inbox's and the state's."""

    def __init__(self, inbox: Path, state: Path) -> None:
        self._inbox = inbox / os.fsdecode(WORK)
        self._locks = [Lock(self._inbox, "inbox's work"), Lock(state, "state")]

    def renew(self) -> None:
        """Lock an inbox that was made anew."""
        if not self._locks[0].stands:
            self._locks[0].release()
            self._locks[0] = Lock(self._inbox, "inbox's work")

    def release(self) -> None:
        """Give up both."""
        for lock in self._locks:
            lock.release()


def make_folders(config: Config) -> Path:
    """Make outbox and state where they are missing; gives the state. Raises SurroundingsError where that fails."""
    state = config.state_folder
    try:
        config.outbox.mkdir(mode=0o750, exist_ok=True)
        state.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise SurroundingsError(
            f"cannot make {error.filename}: {error.strerror}", hint="Make the folder and give it to the daemon's user."
        ) from error
    return state


def _engine_maker(config: Config, files: Files) -> Callable[[], LocalEngine]:
    reading = config.reading
    settings = ReaderSettings(
        model=config.model or SHIPPED_MODEL, work=files.work, scale=config.input.scale, shape=config.input.shape,
        max_pixels=reading.max_pixels, max_bytes=reading.max_bytes, seconds_per_picture=reading.seconds_per_picture,
        workers=reading.worker_count, batch_size=reading.batch_size,
    )  # fmt: skip
    return lambda: LocalEngine(settings)


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
    inbox.look_everywhere()
    return inbox, observer


def _listen(daemon: Daemon, wake: Wake) -> None:
    wake.on_signals()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, daemon.stop)
