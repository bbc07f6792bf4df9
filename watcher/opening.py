"""Opens everything that the daemon needs, in order, and closes it in reverse."""

import gc
import logging
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from watcher.config import Config
from watcher.confinement import landlock_version
from watcher.counts import Counts
from watcher.daemon import Daemon
from watcher.engine import Engine
from watcher.engines import start_engine, start_patience
from watcher.errors import ModelError, SurroundingsError
from watcher.files import Files
from watcher.held_model import HeldModel
from watcher.ledger import Ledger
from watcher.log.logs import STDERR
from watcher.metrics.meter import Meter
from watcher.metrics.output import MetricsOutput
from watcher.ownership import Lock
from watcher.premises import Premises, make_folders
from watcher.reload import Candidate, Reloading, refuse_misreading
from watcher.reporting.course import Course
from watcher.requests import Requests
from watcher.service import Service
from watcher.spark.asking import Level
from watcher.systemd import notify
from watcher.trouble import trouble_of
from watcher.wake import Wake
from watcher.works import Ground, Works, make_works

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """A daemon that is ready to run."""

    daemon: Daemon

    @property
    def works(self) -> Works:
        """What it works with, under the settings of now."""
        return self.daemon.works

    def run(self, *, once: bool = False, on_progress: Callable[[Counts], None] = lambda _: None) -> Counts:
        """Run until stopped or, with `once`, until everything there has been read; gives what was done."""
        notify(READY=1, STATUS="running", MAINPID=os.getpid())
        gc.freeze()  # what was imported stays: nothing that every collection would have to walk through
        self.daemon.run(once=once, on_progress=on_progress)
        self.works.glance.look(time.monotonic(), at_once=True)
        self.works.meter.stopped()
        notify(STOPPING=1)  # said once more where the stop came within the last turn
        with suppress(OSError):
            service = self.works.service
            model = service.engine.model_name
            self.works.board.publish("stopped", in_hand=service.in_hand, model=model, now=True)
        return self.daemon.counts


@contextmanager
def open_daemon(config: Config, load_again: Callable[[], Config] | None = None) -> Iterator[Opened]:
    """Lock, open, recover, load the model; close all again in reverse. load_again: the settings, at SIGHUP.

    Raises SurroundingsError or ModelError where that is not possible; then no picture was touched.
    """
    with ExitStack() as stack:
        stack.callback(os.umask, os.umask(0o027))
        files = Files(config.inbox)
        files.check_inbox()
        reading = stack.enter_context(ExitStack())
        model = HeldModel(config.model_path)
        reading.callback(model.close)
        if config.engine == "local":  # before anything is made: without it nothing is touched
            engine = _start_reading(config, files, model, {}, reading)
        ground = _ground(config, files, stack)
        if config.engine != "local":
            _check(ground)  # others look for the inbox's mark, and scratch lies in the state folder
            engine = _start_reading(config, files, model, ground.suspicion, reading)
        reloading = Reloading(config, files, load_again or (lambda: config))
        ground.meter.reloads = lambda: (reloading.taken, reloading.refused)
        output = MetricsOutput(ground.meter)

        def remake(new: Candidate) -> Works:
            output.apply(new.config.metrics.textfile, new.config.metrics.port)
            return make_works(ground, new.config, new.model, new.engine)

        works = make_works(ground, config, model, engine)
        daemon = Daemon(works, ground.wake, reloading, remake)
        reading.pop_all()  # they are the works' now, which change
        stack.callback(lambda: daemon.works.close())
        stack.callback(reloading.close)
        _recover(works.service)
        works.inbox.look_everywhere()
        stack.callback(output.close)
        output.apply(config.metrics.textfile, config.metrics.port)
        _listen(daemon, ground.wake, reloading)
        yield Opened(daemon)


def _start_reading(
    config: Config, files: Files, model: HeldModel, suspicion: dict[str, Level], stack: ExitStack
) -> Engine:
    engine = start_engine(config, files, model, suspicion)
    stack.callback(engine.close)
    engine.await_ready(start_patience(config))
    try:
        refuse_misreading(engine)
    except ModelError as error:  # at a start people may have their way: a model of their own need not be a good one
        log.warning("pictures will be read badly: %s. %s", error, error.hint)
    if config.engine == "local" and not landlock_version():
        log.info("this kernel has no Landlock: readers are limited, but not confined to the work folder")
    return engine


def _ground(config: Config, files: Files, stack: ExitStack) -> Ground:
    state = make_folders(config)
    stack.callback(Lock(state, "state").release)
    ledger = Ledger(config.ledger_path)
    stack.callback(ledger.close)
    premises = Premises(config, files, ledger)
    stack.callback(premises.release)
    wake = Wake()
    stack.callback(wake.close)
    executor = stack.enter_context(ThreadPoolExecutor(1, "sync"))
    return Ground(files, ledger, premises, Requests(state), wake, executor, Meter(), Course(), {})


def _check(ground: Ground) -> None:
    with _at_start("cannot begin"):
        ground.premises.check()


def _recover(service: Service) -> None:
    with _at_start("cannot go on from the last run"):
        service.recover(restarted=True)


@contextmanager
def _at_start(what: str) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        trouble = trouble_of(error)
        raise SurroundingsError(f"{what}: {trouble.what}", hint=trouble.hint) from error


def _listen(daemon: Daemon, wake: Wake, reloading: Reloading) -> None:
    wake.on_signals()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, daemon.stop)
    if not os.isatty(STDERR):  # else it means that the terminal is gone, and ends the daemon with it
        signal.signal(signal.SIGHUP, reloading.ask)
