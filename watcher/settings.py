"""The groups of settings in config.yaml: every setting, its default, its limits and what it says beside it there."""

from datetime import UTC, tzinfo
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from watcher.cores import cores

# Strict: `workers: true` is no 1, and `"5"` no number.
Seconds = Annotated[float, Field(gt=0, le=86_400, strict=True)]
Switch = Annotated[bool, Field(strict=True)]
Days = Annotated[int, Field(ge=1, le=36_500, strict=True)]
Bytes = Annotated[int, Field(ge=1 << 20, strict=True)]


class Group(BaseModel):
    """Settings that stand together; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Input(Group):
    """How a Keras model was trained."""

    scale: Literal["unit", "raw", "l2_columns"] = Field(
        default="unit",
        description="unit: pixels divided by 255 | raw: 0 to 255 | l2_columns: keras.utils.normalize(x, axis=1)",
    )
    shape: Literal["image", "flat"] = Field(
        default="image", description="image: (28, 28) or (28, 28, 1) | flat: (784,)"
    )


class Watch(Group):
    """When a file in the inbox is found and when it is whole. Durations in seconds."""

    recursive: Switch = Field(default=True, description="subfolders of the inbox count too")
    settle_seconds: Seconds = Field(
        default=2.0, description="a file without an end mark of its own is whole when it did not change for so long"
    )
    rescan_seconds: Seconds = Field(default=5.0, description="how often folders are looked at even without an event")
    full_scan_seconds: Seconds = Field(
        default=300.0, description="how often every folder is listed, whatever its modification time says"
    )
    remove_emptied_days: Days | None = Field(
        default=30,
        description="subfolders that stayed empty for so long after we took what lay in them; null: never removed",
    )

    @property
    def remove_emptied_seconds(self) -> float:
        """The same in seconds; infinity for never."""
        return float("inf") if self.remove_emptied_days is None else self.remove_emptied_days * 86_400.0


class Reading(Group):
    """Worker processes and their limits."""

    workers: Annotated[int, Field(ge=0, le=64, strict=True)] = Field(
        default=0, description="processes that read pictures; 0: one per core, at most 8"
    )
    batch_size: Annotated[int, Field(ge=1, le=10_000, strict=True)] = Field(
        default=1000, description="pictures taken from the inbox at once, at most; nobody waits for a batch to fill"
    )
    max_pixels: Annotated[int, Field(ge=784, le=1 << 30, strict=True)] = Field(
        default=50_000_000,
        description="width × height; larger pictures are rejected as too_large, before memory is spent",
    )
    max_bytes: Annotated[int, Field(ge=1024, le=1 << 31, strict=True)] = Field(
        default=64 * 1024 * 1024, description="size of a file; larger ones are rejected as too_large"
    )
    seconds_per_picture: Seconds = Field(
        default=30.0, description="a reader that takes longer is stopped; the picture is tried again, alone"
    )
    max_attempts: Annotated[int, Field(ge=1, le=10, strict=True)] = Field(
        default=3, description="then it is rejected as timed_out or crashed_reader"
    )
    accepted_error: Annotated[float, Field(gt=0, le=0.5, strict=True)] | None = Field(
        default=None,
        description="share of wrong ones among `ok` that you accept, such as 0.001: less means more to review."
        " null: what the model was made for. Its card lists what it can keep to",
    )

    @property
    def worker_count(self) -> int:
        """The number of worker processes, with 0 resolved to the cores this process may use, at most 8."""
        return self.workers or min(8, cores())


class Spark(Group):
    """The cluster that reads pictures, with `engine: spark`."""

    master: Annotated[str, Field(strict=True, pattern=r"^(local(\[[^\]]+\])?|yarn|(spark|k8s)://\S+)$")] = Field(
        default="local[*]", description="local[*], spark://HOST:7077, yarn or k8s://https://HOST:6443"
    )
    python: Annotated[str, Field(strict=True, min_length=1)] | None = Field(
        default=None,
        description="the executors' Python, which has digit-watcher's dependencies; null: the same path as here",
    )
    inbox: Path | None = Field(
        default=None,
        description="the inbox as executors see it, on storage that they share with us; null: the same path",
    )
    properties: Path | None = Field(
        default=None, description="a file of Spark's own settings, in the form of spark-defaults.conf"
    )
    patience_seconds: Seconds = Field(
        default=60.0,
        description="so long pictures wait for an executor; then it is trouble, and a new session is tried",
    )

    @field_validator("inbox")
    @classmethod
    def _absolute(cls, inbox: Path | None) -> Path | None:
        if inbox and not inbox.is_absolute():
            raise ValueError("it is another machine's path, and must be absolute")
        return inbox


class Archive(Group):
    """Where read pictures go."""

    time_zone: Annotated[str, Field(strict=True)] = Field(
        default="UTC", description="whose midnight divides archive/YYYY-MM-DD, as in Europe/Berlin"
    )

    @field_validator("time_zone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            _zone(name)
        except (ValueError, OSError, KeyError) as error:
            raise ValueError("no such time zone; one like Europe/Berlin or UTC is meant") from error
        return name

    @property
    def zone(self) -> tzinfo:
        """The time zone whose midnight divides the archive's folders."""
        return _zone(self.time_zone)


def _zone(name: str) -> tzinfo:
    # UTC must work on machines without a time zone database.
    return UTC if name == "UTC" else ZoneInfo(name)


class Results(Group):
    """When results files are set aside and new ones begun."""

    rotate: Literal["none", "daily", "size"] = Field(
        default="none",
        description="none | daily | size: when both results files are set aside, as results-2026-11-21.csv",
    )
    rotate_bytes: Bytes = Field(default=100 << 20, description="with `size`: once one of them is so large")


class Retention(Group):
    """What is deleted, and when; None: never."""

    archive_days: Days | None = Field(default=None, description="pictures in archive/, so long after they were read")
    archive_bytes: Bytes | None = Field(default=None, description="or as many of them as are beyond this size")
    rejected_days: Days | None = Field(default=None, description="the same for rejected/")
    rejected_bytes: Bytes | None = Field(default=None, description="or as many of them as are beyond this size")
    results_days: Days | None = Field(default=None, description="results files that were set aside")
    ledger_days: Days | None = Field(default=None, description="the ledger's records of pictures that are gone")


class Metrics(Group):
    """Where Prometheus finds numbers about the daemon; None: nowhere."""

    textfile: Path | None = Field(
        default=None, description="a file of numbers for Prometheus, for node_exporter's textfile collector"
    )
    port: Annotated[int, Field(ge=1, le=65_535, strict=True)] | None = Field(
        default=None, description="or http://127.0.0.1:PORT/metrics"
    )


class Log(Group):
    """What is written to the log, and how."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="debug, info, warning, error"
    )
    format: Literal["auto", "plain", "journal"] = Field(
        default="auto",
        description="plain: for people | journal: one line a message, with its fields, to systemd's journal |"
        " auto: journal where systemd reads what we write",
    )
