"""config.yaml → a frozen, checked Config."""

import os
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from watcher.config_refusal import HINT, check_path, refusal
from watcher.errors import ConfigError
from watcher.models import SHIPPED
from watcher.plain_yaml import NotPlain, load_plain
from watcher.settings import Archive, Group, Input, Log, Metrics, Reading, Results, Retention, Spark, Watch

OWN_KEY = "digit_watcher"
SYSTEM_CONFIG = Path("/etc/digit-watcher/config.yaml")


class Config(Group):
    """All settings. Paths are absolute once `load` has been through."""

    digit_watcher: Literal[1] = Field(
        default=1, description="marks this file as ours; the number is the format of the file"
    )
    inbox: Path = Field(default=Path("inbox"), description="people copy pictures in here")
    outbox: Path = Field(
        default=Path("outbox"), description="results.csv, results.jsonl, archive/, rejected/, status.json"
    )
    state: Path | None = Field(
        default=None, description="ledger and locks; null: <outbox>/.state. Must be a local disk"
    )
    model: Path | None = Field(
        default=None,
        description="null: the shipped model. Or a bundle folder, a .keras or .h5 file, a SavedModel folder",
    )
    input: Input = Field(default=Input(), description="how a Keras model was trained; bundles say it themselves")
    watch: Watch = Watch()
    reading: Reading = Reading()
    engine: Literal["local", "spark"] = Field(
        default="local",
        description="who reads: local: processes on this machine | spark: a cluster, see docs/spark.md",
    )
    spark: Spark = Field(default=Spark(), description="the cluster that reads, with `engine: spark`")
    archive: Archive = Archive()
    results: Results = Results()
    retention: Retention = Field(
        default=Retention(),
        description="what is deleted for good, oldest first; null: never. `digit-watcher expire` shows it first",
    )
    metrics: Metrics = Metrics()
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
        if self.metrics.textfile and inbox in self.metrics.textfile.parents:
            raise ValueError(f"metrics.textfile {self.metrics.textfile} lies in the inbox {inbox}")
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
        raw = values.get(key, Config.model_fields[key].default)
        values[key] = _absolute(source, key, raw, base)
    for group, key in (("metrics", "textfile"), ("spark", "properties")):
        if isinstance(given := values.get(group), dict) and key in given:
            values[group] = given | {key: _absolute(source, f"{group}.{key}", given[key], base)}
    for key, folder in (("inbox", inbox), ("outbox", outbox)):
        if folder is not None:
            values[key] = Path(os.path.abspath(folder))
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise ConfigError("\n".join(refusal(source, item) for item in error.errors()), hint=HINT) from error


def _absolute(source: str, key: str, raw: Any, base: Path) -> Any:
    """A path below the folder of the file that names it; what is no path stays, for pydantic to refuse."""
    if not isinstance(raw, str | Path):
        return raw
    check_path(source, key, str(raw))
    return Path(os.path.abspath(base / os.path.expanduser(raw)))
