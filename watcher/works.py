"""What follows the settings: made at the start, and made anew, whole, when they change."""

import os
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from watcher.archive import Archive
from watcher.config import Config
from watcher.corrections.hearing import Hearing
from watcher.corrections.sheets import CorrectionFiles
from watcher.engine import Engine
from watcher.engines import engine_facts, start_engine
from watcher.files import Files
from watcher.held_model import HeldModel
from watcher.inbox import Inbox
from watcher.ledger import Ledger
from watcher.metrics.glance import Glance
from watcher.metrics.meter import Meter
from watcher.observer import FolderObserver
from watcher.parts import Parts
from watcher.places import Places
from watcher.premises import Premises
from watcher.reporting.course import Course
from watcher.reporting.status import Board
from watcher.requests import Requests
from watcher.results import Results
from watcher.retention.age import Age
from watcher.retention.care import Care
from watcher.retention.retention import Retention
from watcher.retention.rules import Rules
from watcher.rotation import Rotation
from watcher.service import Service
from watcher.spark.asking import Level
from watcher.wake import Wake


@dataclass(frozen=True, slots=True)
class Ground:
    """What stays as long as the daemon runs, whatever settings change."""

    files: Files
    ledger: Ledger
    premises: Premises
    requests: Requests
    wake: Wake
    executor: Executor
    meter: Meter
    course: Course
    suspicion: dict[str, Level]


@dataclass(frozen=True, slots=True)
class Works:
    """The loop's surroundings under some settings. make_engine: another engine of the same kind, after a failure."""

    config: Config
    service: Service
    inbox: Inbox
    observer: FolderObserver
    board: Board
    model: HeldModel
    make_engine: Callable[[], Engine]
    results: Results
    hearing: Hearing
    meter: Meter
    glance: Glance

    def close(self) -> None:
        """End threads and processes, close files."""
        self.observer.stop()
        self.service.engine.close()
        self.model.close()
        self.results.close()
        self.hearing.close()


def make_works(ground: Ground, config: Config, model: HeldModel, engine: Engine) -> Works:
    """Put it together; nothing in here touches a picture, and nothing can fail for reasons of the surroundings.

    A recovery, and a look everywhere, come before the first turn.
    """
    inbox, observer = _watch(config, ground)
    rotation = Rotation(config.results.rotate, config.results.rotate_bytes, config.archive.zone)
    results = Results(config.outbox, ground.ledger, rotation)
    parts = Parts(
        inbox, ground.files, Archive(config.outbox, ground.files), ground.ledger,
        Places(config.outbox, config.archive.zone), results, ground.requests, ground.premises.check,
    )  # fmt: skip
    hearing = Hearing(CorrectionFiles(config.outbox, ground.ledger, parts.check), ground.requests)
    service = Service(
        parts, engine, batch_size=config.reading.batch_size, max_attempts=config.reading.max_attempts,
        settle_seconds=config.watch.settle_seconds, rescan_seconds=config.watch.rescan_seconds,
        remove_emptied_seconds=config.watch.remove_emptied_seconds,
        executor=ground.executor, wake=ground.wake.set, counts=ground.meter,
        care=Care(results, _retention(ground, config, parts), parts.timestamp), hearing=hearing,
    )  # fmt: skip
    board = Board(
        config, ground.ledger, inbox, outdated=lambda: model.outdated,
        engine=lambda: engine_facts(config, service.engine), course=ground.course,
    )  # fmt: skip
    engine.on_lost = ground.meter.lost_reader

    def make_engine() -> Engine:
        another = start_engine(config, ground.files, model, ground.suspicion)
        another.on_lost = ground.meter.lost_reader
        return another

    folders = {"inbox": config.inbox, "outbox": config.outbox, "state": config.state_folder}
    glance = Glance(ground.meter, service, inbox, ground.ledger, folders, lambda: model.outdated)
    return Works(config, service, inbox, observer, board, model, make_engine, results, hearing, ground.meter, glance)


def _retention(ground: Ground, config: Config, parts: Parts) -> Retention:
    return Retention(
        Rules.of(config.retention, config.archive.zone), ground.ledger, config.outbox, check=parts.check,
        now=Age(ground.ledger, parts.utc_now).trusted, on_deleted=ground.meter.deleted,
    )  # fmt: skip


def _watch(config: Config, ground: Ground) -> tuple[Inbox, FolderObserver]:
    def hint(path: bytes) -> None:
        if path.startswith(wishes):
            ground.requests.expected = True
        else:
            inbox.hint(path)
        ground.wake.set()

    wishes = os.fsencode(ground.requests.folder)
    observer = FolderObserver(hint)
    watch = config.watch
    inbox = Inbox(
        ground.files.inbox, recursive=watch.recursive, settle_seconds=watch.settle_seconds,
        rescan_seconds=watch.rescan_seconds, full_scan_seconds=watch.full_scan_seconds,
        on_folder=observer.watch, on_folder_gone=observer.forget,
    )  # fmt: skip
    observer.watch(wishes)
    return inbox, observer
