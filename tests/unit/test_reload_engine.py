"""watcher.reload: with a cluster, new settings are tried by one reader here; the cluster itself stays as it is."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from watcher import reload as module
from watcher.config import Config
from watcher.errors import ModelError
from watcher.reload import Reloading

SPARK: dict[str, Any] = {"engine": "spark", "spark": {"master": "spark://a:7077", "inbox": "/mnt/in"}}


class Tried:
    """A reader that is ready, and how often it was closed."""

    model_name, misread = "second", ""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.closed = error, 0

    def is_ready(self) -> bool:
        if self.error:
            raise self.error
        return True

    def waitables(self) -> list[Any]:
        return [] if self.closed else [self]

    def close(self) -> None:
        self.closed += 1


class Trial:
    """A reload from one config to another; what it starts is told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, old: Config, new: Config) -> None:
        self.reader, self.model, self.started = Tried(), Tried(), list[str]()
        monkeypatch.setattr(module, "notify", lambda **_: None)
        monkeypatch.setattr(module, "HeldModel", lambda path: self.model)
        monkeypatch.setattr(module, "one_reader", lambda *_: self._start("one reader"))
        monkeypatch.setattr(module, "start_engine", lambda *_: self._start("engine"))
        files: Any = SimpleNamespace()
        self.reloading = Reloading(old, files, lambda: new)
        self.reloading.ask()

    def _start(self, what: str) -> Tried:
        self.started.append(what)
        return self.reader


def config_of(**settings: Any) -> Config:
    return Config.model_validate(settings)


@pytest.mark.parametrize(("old", "new", "said", "hint"), [
    ({}, SPARK | {"spark": {}}, "`engine` is spark, and local is in use", "A change of the engine needs a restart."),
    (SPARK, SPARK | {"engine": "local"}, "`engine` is local, and spark is in use", "engine needs a restart."),
    (SPARK, SPARK | {"spark": {"master": "spark://b:7077", "inbox": "/mnt/in"}},
     "`spark.master` is spark://b:7077, and spark://a:7077 is", "the cluster needs"),
    (SPARK, SPARK | {"spark": {"master": "spark://a:7077"}},
     "`spark.inbox` is None, and /mnt/in is in use", "A change of the cluster needs a restart."),
])  # fmt: skip
def test_another_cluster_needs_a_restart(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    old: dict[str, Any], new: dict[str, Any], said: str, hint: str,
) -> None:  # fmt: skip
    """Its trial would need a second cluster. It is refused whole, with the key, and nothing is started for it."""
    trial = Trial(monkeypatch, config_of(**old), config_of(**new))
    assert trial.reloading.look() is None
    assert said in caplog.text
    assert hint in caplog.text
    assert ([], 1) == (trial.started, trial.reloading.refused)


def test_a_model_for_a_cluster_is_tried_by_one_reader_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which has done its work then: the loop finds a closed engine, and opens another session, with the new model."""
    trial = Trial(monkeypatch, config_of(**SPARK), config_of(**SPARK, model=Path("/other")))
    candidate = trial.reloading.look()
    assert candidate is not None
    assert (["one reader"], []) == (trial.started, candidate.engine.waitables())
    assert (1, 0, 1) == (trial.reader.closed, trial.model.closed, trial.reloading.taken)


def test_readers_here_are_all_tried_and_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a cluster nothing is started twice."""
    trial = Trial(monkeypatch, config_of(), config_of(reading={"workers": 3}))
    candidate = trial.reloading.look()
    assert candidate is not None
    assert (["engine"], [trial.reader]) == (trial.started, candidate.engine.waitables())


def test_a_model_that_cannot_be_used_leaves_the_session_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is refused before the cluster hears of it."""
    trial = Trial(monkeypatch, config_of(**SPARK), config_of(**SPARK, model=Path("/other")))
    trial.reader.error = ModelError("it is damaged", hint="Copy it again.")
    assert trial.reloading.look() is None
    assert "it is damaged. Copy it again." in caplog.text
    assert (["one reader"], 1, 1) == (trial.started, trial.reader.closed, trial.model.closed)
