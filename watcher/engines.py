"""Which engine reads: processes on this machine, or a Spark cluster; as the settings say."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from watcher.config import Config
from watcher.engine import Engine
from watcher.files import Files
from watcher.held_model import HeldModel
from watcher.reader_process import ReaderSettings
from watcher.spark.asking import Level
from watcher.terms import Terms
from watcher.workers import START_SECONDS, LocalEngine

if TYPE_CHECKING:
    from watcher.spark.engine import SparkEngine
    from watcher.spark.session import SessionSettings


def reader_settings(config: Config, files: Files, model: HeldModel) -> ReaderSettings:
    """What readers are told."""
    reading = config.reading
    terms = Terms(
        scale=config.input.scale, shape=config.input.shape, max_pixels=reading.max_pixels, max_bytes=reading.max_bytes,
        seconds_per_picture=reading.seconds_per_picture, accepted_error=reading.accepted_error,
    )  # fmt: skip
    return ReaderSettings(model.descriptor, files.work, terms, reading.worker_count, reading.batch_size)


def start_engine(config: Config, files: Files, model: HeldModel, suspicion: dict[str, Level]) -> Engine:
    """Start what reads; `await_ready` says when it can. Raises OSError where it cannot be started.

    suspicion: of pictures that may have ended what read them; an engine that comes after goes on with it.
    """
    settings = reader_settings(config, files, model)
    if config.engine == "local":
        return LocalEngine(settings)
    from watcher.spark.engine import SparkEngine  # here: a start without it is to take half a second

    return SparkEngine(_session_settings(config, settings), settings.batch_size, suspicion)


def one_reader(config: Config, files: Files, model: HeldModel) -> Engine:
    """A reader on this machine, which shows whether a model is fit to be used."""
    return LocalEngine(replace(reader_settings(config, files, model), workers=1))


def session_on_trial(config: Config, files: Files, model: HeldModel, scratch: Path) -> "SparkEngine":
    """A session on the cluster beside none of the daemon's; nothing is read by it. scratch: a folder of its own."""
    from watcher.spark.engine import SparkEngine

    settings = reader_settings(config, files, model)
    return SparkEngine(replace(_session_settings(config, settings), scratch=str(scratch)), settings.batch_size, {})


def start_patience(config: Config) -> float:
    """Seconds that a start may take."""
    return START_SECONDS if config.engine == "local" else START_SECONDS + config.spark.patience_seconds


def read_patience(config: Config) -> float:
    """Seconds in which a picture that is handed over comes back, or its engine says that it does not read."""
    waits = config.spark.patience_seconds if config.engine == "spark" else 0.0
    return waits + config.reading.seconds_per_picture


def engine_facts(config: Config, engine: Engine) -> dict[str, str | int]:
    """What `status` says of it. master: of the cluster, "" where there is none. executors and slots: as of now."""
    master = config.spark.master if config.engine == "spark" else ""
    return {"kind": config.engine, "master": master, "executors": engine.executors, "slots": engine.slots}


def _session_settings(config: Config, reader: ReaderSettings) -> "SessionSettings":
    from watcher.spark.session import SessionSettings  # here, as above

    spark, work = config.spark, os.fsdecode(reader.work)
    inbox_there = spark.inbox or config.inbox
    return SessionSettings(
        master=spark.master, python=spark.python or sys.executable,
        properties=str(spark.properties) if spark.properties else None, patience_seconds=spark.patience_seconds,
        scratch=str(config.state_folder / "spark"), work=work, work_there=str(inbox_there / os.path.basename(work)),
        model=reader.model, terms=reader.terms,
    )  # fmt: skip
