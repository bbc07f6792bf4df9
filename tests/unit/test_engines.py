"""watcher.engines: who reads, what is said of them, and how long that may take, as the settings have it."""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakes import FakeEngine

from watcher import engines as module
from watcher.config import Config
from watcher.engine import Outcome
from watcher.engines import engine_facts, one_reader, read_patience, start_engine, start_patience
from watcher.files import Files
from watcher.reader_process import ReaderSettings
from watcher.spark import engine as spark_engine
from watcher.spark.asking import Level
from watcher.spark.session import SessionSettings

SPARK: dict[str, Any] = {"engine": "spark", "spark": {"master": "spark://a:7077", "patience_seconds": 20.0}}


def config_of(**settings: Any) -> Config:
    return Config.model_validate(settings)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, {"kind": "local", "master": "", "executors": 2, "slots": 4}),
        (SPARK, {"kind": "spark", "master": "spark://a:7077", "executors": 2, "slots": 4}),
        (SPARK | {"engine": "local"}, {"kind": "local", "master": "", "executors": 2, "slots": 4}),
    ],
)
def test_status_hears_who_reads(settings: dict[str, Any], expected: dict[str, Any]) -> None:
    """A master that is not used is not named."""
    engine: Any = FakeEngine(read=Outcome, executors=2, slots=4)
    assert expected == engine_facts(config_of(**settings), engine)


def test_a_cluster_may_take_longer_by_its_patience() -> None:
    """To come up, and to read a picture: so long pictures wait for an executor."""
    local, spark = config_of(), config_of(**SPARK)
    assert (30.0, 50.0) == (read_patience(local), read_patience(spark))
    assert 20.0 == start_patience(spark) - start_patience(local)


Started = list[tuple[Any, ...]]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    """What engines were started with, each with its kind."""
    started: Started = []
    monkeypatch.setattr(module, "LocalEngine", lambda *told: started.append(("local", *told)))
    monkeypatch.setattr(spark_engine, "SparkEngine", lambda *told: started.append(("spark", *told)))
    return started


def session_of(started: Started, here: Path, **spark: Any) -> SessionSettings:
    """What a session is told for an inbox in that place here, with these settings of the cluster."""
    config = config_of(engine="spark", inbox=here, outbox="/out", state="/state", spark=spark)
    model: Any = SimpleNamespace(descriptor=5)
    start_engine(config, Files(config.inbox), model, {})
    ((kind, settings, *_),) = started
    assert "spark" == kind
    assert isinstance(settings, SessionSettings)
    return settings


def test_processes_here_read_unless_a_cluster_is_asked_for(started: Started) -> None:
    """As many as the settings say; one, where only a model is tried."""
    config, model = config_of(inbox="/in", reading={"workers": 3, "max_bytes": 5000}), SimpleNamespace(descriptor=5)
    start_engine(config, Files(config.inbox), model, {})  # type: ignore[arg-type]
    one_reader(config, Files(config.inbox), model)  # type: ignore[arg-type]
    (kind, all_of_them), (its_kind, one) = started
    assert ("local", "local", 3, 1) == (kind, its_kind, all_of_them.workers, one.workers)
    assert isinstance(one, ReaderSettings)
    assert (5, b"/in/.work", 5000) == (one.model, one.work, one.terms.max_bytes)


def test_a_cluster_goes_on_with_what_is_suspected(started: Started) -> None:
    """The same dictionary, from one engine to the next."""
    config, suspicion = config_of(engine="spark", reading={"batch_size": 70}), {"id": Level.ALONE}
    start_engine(config, Files(config.inbox), SimpleNamespace(descriptor=5), suspicion)  # type: ignore[arg-type]
    ((_, _, batch_size, its),) = started
    assert 70 == batch_size
    assert suspicion is its


def test_a_session_is_told_what_stands_in_the_settings(started: Started) -> None:
    """Python and paths are the same there as here where nothing else is said; scratch lies in the state folder."""
    found = session_of(started, Path("/in"), patience_seconds=5.0)
    assert ("local[*]", sys.executable, None, 5.0) == (
        found.master, found.python, found.properties, found.patience_seconds,
    )  # fmt: skip
    assert ("/state/spark", "/in/.work", "/in/.work", 5) == (found.scratch, found.work, found.work_there, found.model)
    assert (50_000_000, 64 << 20, 30.0, None) == (
        found.terms.max_pixels, found.terms.max_bytes, found.terms.seconds_per_picture, found.terms.accepted_error,
    )  # fmt: skip


def test_executors_may_have_other_paths(started: Started) -> None:
    """Of the inbox and of Python; the file of Spark's own settings is one here."""
    found = session_of(
        started, Path("/in"), master="yarn", python="/opt/python", inbox="/mnt/in", properties="/etc/spark.conf"
    )
    assert ("yarn", "/opt/python", "/etc/spark.conf") == (found.master, found.python, found.properties)
    assert ("/in/.work", "/mnt/in/.work") == (found.work, found.work_there)


def test_an_inbox_whose_name_is_no_text_is_told_byte_by_byte(started: Started) -> None:
    """It travels as JSON, in an argument, and means the same folder there."""
    found = session_of(started, Path(os.fsdecode(b"/in \xff")))
    again = SessionSettings(**json.loads(json.dumps(asdict(found)).encode("ascii")))
    assert (b"/in \xff/.work", b"/in \xff/.work") == (os.fsencode(again.work), os.fsencode(again.work_there))
