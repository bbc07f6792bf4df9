"""The groups of settings in config.yaml: every setting, its default and its limits."""

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

    scale: Literal["unit", "raw", "l2_columns"] = "unit"
    shape: Literal["image", "flat"] = "image"


class Watch(Group):
    """When a file in the inbox is found and when it is whole. Durations in seconds."""

    recursive: Switch = True
    settle_seconds: Seconds = 2.0
    rescan_seconds: Seconds = 5.0
    full_scan_seconds: Seconds = 300.0
    remove_emptied_days: Days | None = 30

    @property
    def remove_emptied_seconds(self) -> float:
        """The same in seconds; infinity for never."""
        return float("inf") if self.remove_emptied_days is None else self.remove_emptied_days * 86_400.0


class Reading(Group):
    """Worker processes and their limits."""

    workers: Annotated[int, Field(ge=0, le=64, strict=True)] = 0
    batch_size: Annotated[int, Field(ge=1, le=10_000, strict=True)] = 1000
    max_pixels: Annotated[int, Field(ge=784, le=1 << 30, strict=True)] = 50_000_000
    max_bytes: Annotated[int, Field(ge=1024, le=1 << 31, strict=True)] = 64 * 1024 * 1024
    seconds_per_picture: Seconds = 30.0
    max_attempts: Annotated[int, Field(ge=1, le=10, strict=True)] = 3
    accepted_error: Annotated[float, Field(gt=0, le=0.5, strict=True)] | None = None

    @property
    def worker_count(self) -> int:
        """The number of worker processes, with 0 resolved to the cores this process may use, at most 8."""
        return self.workers or min(8, cores())


class Archive(Group):
    """Where read pictures go."""

    time_zone: Annotated[str, Field(strict=True)] = "UTC"

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

    rotate: Literal["none", "daily", "size"] = "none"
    rotate_bytes: Bytes = 100 << 20


class Retention(Group):
    """What is deleted, and when; None: never."""

    archive_days: Days | None = None
    archive_bytes: Bytes | None = None
    rejected_days: Days | None = None
    rejected_bytes: Bytes | None = None
    results_days: Days | None = None
    ledger_days: Days | None = None


class Metrics(Group):
    """Where Prometheus finds numbers about the daemon; None: nowhere."""

    textfile: Path | None = None
    port: Annotated[int, Field(ge=1, le=65_535, strict=True)] | None = None


class Log(Group):
    """What is written to the log, and how."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "plain", "journal"] = "auto"
