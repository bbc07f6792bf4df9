"""config.yaml → a frozen, checked Config. Every setting, its default and its limits stand here."""

import os
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from watcher.config_refusal import HINT, check_path, refusal
from watcher.cores import cores
from watcher.errors import ConfigError
from watcher.models import SHIPPED
from watcher.plain_yaml import NotPlain, load_plain

OWN_KEY = "digit_watcher"
SYSTEM_CONFIG = Path("/etc/digit-watcher/config.yaml")

# Strict: `workers: true` is no 1, and `"5"` no number.
Seconds = Annotated[float, Field(gt=0, le=86_400, strict=True)]
Switch = Annotated[bool, Field(strict=True)]


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Input(_Group):
    """How a Keras model was trained."""

    scale: Literal["unit", "raw", "l2_columns"] = "unit"
    shape: Literal["image", "flat"] = "image"


class Watch(_Group):
    """When a file in the inbox is found and when it is whole. Durations in seconds."""

    recursive: Switch = True
    settle_seconds: Seconds = 2.0
    rescan_seconds: Seconds = 5.0
    full_scan_seconds: Seconds = 300.0


class Reading(_Group):
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


class Archive(_Group):
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


class Log(_Group):
    """What is written to the log."""

    level: Literal["debug", "info", "warning", "error"] = "info"


class Config(_Group):
    """All settings. Paths are absolute once `load` has been through."""

    digit_watcher: Literal[1] = 1
    inbox: Path = Path("inbox")
    outbox: Path = Path("outbox")
    state: Path | None = None
    model: Path | None = None
    input: Input = Input()
    watch: Watch = Watch()
    reading: Reading = Reading()
    archive: Archive = Archive()
    log: Log = Log()

    @property
    def state_folder(self) -> Path:
        """Where the ledger and the locks are."""
        return self.state or self.outbox / ".state"

    @property
    def ledger_path(self) -> Path:
        """The ledger's file."""
        return self.state_folder / "ledger.sqlite3"

    @property
    def model_path(self) -> Path:
        """The model that reads: the shipped one where none is named."""
        return self.model or SHIPPED

    @model_validator(mode="after")
    def _safe_together(self) -> Self:
        inbox, outbox, state = (Path(os.path.abspath(path)) for path in (self.inbox, self.outbox, self.state_folder))
        if inbox == outbox or inbox in outbox.parents:
            raise ValueError(f"outbox {outbox} lies in the inbox {inbox}: results would be read as pictures")
        if outbox in inbox.parents:
            raise ValueError(f"inbox {inbox} lies in the outbox {outbox}: it would be taken for results")
        if inbox == state or inbox in state.parents or state in inbox.parents:
            raise ValueError(f"state {state} and inbox {inbox} lie in each other")
        if state == outbox or state in outbox.parents:
            raise ValueError(f"state {state} must not be or contain the outbox {outbox}: it is closed to readers")
        return self


def load(path: Path, *, inbox: Path | None = None, outbox: Path | None = None) -> Config:
    """Read and check the file; `inbox` and `outbox` win over what it says.

    Raises ConfigError with the key, the value and what to do.
    """
    try:
        values = load_plain(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"cannot read {path}: {error.strerror}", hint="Check the path and its permissions."
        ) from error
    except (NotPlain, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path} is not valid YAML: {error}", hint="Indent with spaces and quote odd values."
        ) from error
    if values is None:
        values = {}
    if not isinstance(values, dict):
        raise ConfigError(f"{path} holds a {type(values).__name__}, not settings", hint="Write `key: value` lines.")
    return _checked(values, base=path.parent, source=str(path), inbox=inbox, outbox=outbox)


def defaults(*, inbox: Path | None = None, outbox: Path | None = None) -> Config:
    """The settings where there is no file: folders are relative to the current one."""
    return _checked({}, base=Path.cwd(), source="the defaults", inbox=inbox, outbox=outbox)


def find(named: Path | None, *, folders_given: bool, needed: bool = True) -> tuple[Path | None, str]:
    """Which file to use, and a remark where another one was passed over.

    A file that was named; else ./config.yaml if it is ours; else the system's. None where both folders were
    given, or where there is none and none is needed. Raises ConfigError where there is none.
    """
    if named is not None:
        return named, ""
    here, remark = Path("config.yaml"), ""
    if here.is_file():
        if _is_ours(here):
            return here, ""
        remark = f"passed over {here.resolve()}: it has no `{OWN_KEY}` key, so it is another program's"
    if folders_given:
        return None, remark
    if SYSTEM_CONFIG.is_file():
        return SYSTEM_CONFIG, remark
    if not needed:
        return None, remark
    raise ConfigError(
        f"no configuration: neither ./config.yaml nor {SYSTEM_CONFIG} is there" + (f" ({remark})" if remark else ""),
        hint="Name one with --config FILE, or give --inbox DIR and --outbox DIR.",
    )


def _is_ours(path: Path) -> bool:
    try:
        values = load_plain(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, NotPlain):
        # Broken: ours if it names our key, so that the error is shown and not passed over.
        return OWN_KEY.encode() in path.read_bytes() if os.access(path, os.R_OK) else False
    return isinstance(values, dict) and OWN_KEY in values


def _checked(values: dict[str, Any], *, base: Path, source: str, inbox: Path | None, outbox: Path | None) -> Config:
    values = dict(values)
    for key in ("inbox", "outbox", "state", "model"):
        if isinstance(values.get(key, getattr(Config.model_fields[key], "default", None)), str | Path):
            raw = values.get(key, Config.model_fields[key].default)
            check_path(source, key, str(raw))
            values[key] = Path(os.path.abspath(base / os.path.expanduser(raw)))
    for key, given in (("inbox", inbox), ("outbox", outbox)):
        if given is not None:
            values[key] = Path(os.path.abspath(given))
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise ConfigError("\n".join(refusal(source, item) for item in error.errors()), hint=HINT) from error
