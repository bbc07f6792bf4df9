"""watcher.engines: what is said of who reads, and how long that may take, as the settings have it."""

from typing import Any

import pytest
from fakes import FakeEngine

from watcher.config import Config
from watcher.engine import Outcome
from watcher.engines import engine_facts, read_patience, start_patience

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
