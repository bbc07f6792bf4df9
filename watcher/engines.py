"""Which engine reads: processes on this machine, or a Spark cluster; as the settings say."""

from dataclasses import replace

from watcher.config import Config
from watcher.engine import Engine
from watcher.files import Files
from watcher.held_model import HeldModel
from watcher.reader_process import ReaderSettings
from watcher.workers import START_SECONDS, LocalEngine


def reader_settings(config: Config, files: Files, model: HeldModel) -> ReaderSettings:
    """What readers are told."""
    reading = config.reading
    return ReaderSettings(
        model=model.descriptor, work=files.work, scale=config.input.scale, shape=config.input.shape,
        max_pixels=reading.max_pixels, max_bytes=reading.max_bytes, seconds_per_picture=reading.seconds_per_picture,
        accepted_error=reading.accepted_error, workers=reading.worker_count, batch_size=reading.batch_size,
    )  # fmt: skip


def start_engine(config: Config, files: Files, model: HeldModel) -> Engine:
    """Start what reads; `await_ready` says when it can. Raises ConfigError or OSError where it cannot be started."""
    settings = reader_settings(config, files, model)
    if config.engine == "local":
        return LocalEngine(settings)
    from watcher.spark.engine import SparkEngine  # here: most people never need it
    from watcher.spark.session import session_settings

    return SparkEngine(session_settings(config, files, settings))


def one_reader(config: Config, files: Files, model: HeldModel) -> Engine:
    """A reader on this machine, which shows whether a model is fit to be used."""
    return LocalEngine(replace(reader_settings(config, files, model), workers=1))


def start_patience(config: Config) -> float:
    """Seconds that a start may take."""
    return START_SECONDS if config.engine == "local" else START_SECONDS + config.spark.patience_seconds
