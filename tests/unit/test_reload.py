"""watcher.reload: other settings are tried beside the work, and taken whole or not at all. Readers are played."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from watcher import reload as module
from watcher.config import Config
from watcher.errors import ConfigError, ModelError
from watcher.reload import Reloading


class Tried:
    """A model, and the engine that reads by it."""

    model_name = "second-01234567"
    descriptor = 5

    def __init__(self, misread: str = "", error: Exception | None = None) -> None:
        self.misread, self.error = misread, error
        self.ready, self.closed = False, 0

    def is_ready(self) -> bool:
        if self.error:
            raise self.error
        return self.ready

    def waitables(self) -> list[object]:
        return [self]

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What systemd hears, without the time."""
    told: list[str] = []
    monkeypatch.setattr(module, "notify", lambda **facts: told.extend(facts))
    return told


def reloading(monkeypatch: pytest.MonkeyPatch, *tried: Tried, load: Callable[[], Config] | None = None) -> Reloading:
    """One whose candidates are played, in this order."""
    coming = iter(tried)
    current: list[Tried] = []

    def held(path: Path) -> Any:
        current[:] = [next(coming)]
        return current[0]

    monkeypatch.setattr(module, "HeldModel", held)
    monkeypatch.setattr(module, "start_engine", lambda config, files, model, suspicion: current[0])
    files: Any = SimpleNamespace()
    return Reloading(Config(), files, load or Config)


def test_nobody_asked(monkeypatch: pytest.MonkeyPatch, told: list[str]) -> None:
    """Nothing is read, nothing said."""
    assert reloading(monkeypatch).look() is None
    assert [] == told


def test_a_candidate_is_given_once_it_is_ready(monkeypatch: pytest.MonkeyPatch, told: list[str]) -> None:
    """Until then the loop goes on; from then on it is the loop's to close. READY=1 is the loop's to say."""
    tried = Tried()
    asked = reloading(monkeypatch, tried)
    asked.ask()
    assert asked.look() is None
    assert [tried] == asked.waitables()
    tried.ready = True
    candidate = asked.look()
    assert candidate is not None
    assert tried is candidate.engine
    assert ["RELOADING", "MONOTONIC_USEC", "STATUS"] == told
    assert asked.look() is None
    asked.close()
    assert (0, 1, 0, []) == (tried.closed, asked.taken, asked.refused, asked.waitables())


def _raise(error: Exception) -> Any:
    raise error


@pytest.mark.parametrize(
    ("load", "tried", "said"),
    [
        (lambda: _raise(ConfigError("unknown key `x`", hint="See there.")), Tried(), "unknown key `x`"),
        (lambda: Config(inbox=Path("other")), Tried(), "`inbox` is other, and inbox is in use"),
        (lambda: Config(state=Path("other")), Tried(), "`state` is other"),
        (Config, Tried(error=ModelError("it is damaged", hint="Copy it again.")), "it is damaged"),
        (Config, Tried(misread="379"), "second-01234567 misreads the built-in 3, 7, 9"),
    ],
)
def test_what_cannot_be_used_is_refused_whole(
    monkeypatch: pytest.MonkeyPatch, told: list[str], caplog: pytest.LogCaptureFixture,
    load: Callable[[], Config], tried: Tried, said: str,
) -> None:  # fmt: skip
    """Said with what to do; systemd hears that the reload is over; nothing of it is left."""
    asked = reloading(monkeypatch, tried, load=load)
    tried.ready = True
    asked.ask()
    assert asked.look() is None
    assert said in caplog.records[0].message
    assert "READY" == told[-1]
    assert asked.last_refusal.startswith(said)
    assert (0, 1, []) == (asked.taken, asked.refused, asked.waitables())
    assert tried.closed in (0, 2)  # model and engine, where they had been made


def test_a_model_may_misread_a_little(monkeypatch: pytest.MonkeyPatch, told: list[str]) -> None:
    """Two of the ten: the specimens tell models of digits from others, not good ones from better ones."""
    tried = Tried(misread="37")
    tried.ready = True
    asked = reloading(monkeypatch, tried)
    asked.ask()
    assert asked.look() is not None


def test_asked_again_the_first_candidate_is_given_up(monkeypatch: pytest.MonkeyPatch, told: list[str]) -> None:
    """The last settings are the ones that people mean."""
    first, second = Tried(), Tried()
    asked = reloading(monkeypatch, first, second)
    asked.ask()
    asked.look()
    asked.ask()
    first.ready = second.ready = True
    candidate = asked.look()
    assert candidate is not None
    assert second is candidate.engine
    assert (2, 0) == (first.closed, second.closed)


def test_an_engine_that_cannot_start_leaves_no_model_behind(
    monkeypatch: pytest.MonkeyPatch, told: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """No processes to be had, say: refused like anything else."""
    tried = Tried()
    asked = reloading(monkeypatch, tried)
    refused = OSError(11, "Resource temporarily unavailable")
    monkeypatch.setattr(module, "start_engine", lambda config, files, model, suspicion: _raise(refused))
    asked.ask()
    assert asked.look() is None
    assert 1 == tried.closed
    assert "Resource temporarily unavailable" in caplog.text
