"""watcher.daemon: what is asked of the loop, new settings, and what it tells systemd. The service is played."""

from collections.abc import Callable

import pytest
from played_daemon import Played

from watcher import daemon as module
from watcher import systemd
from watcher.config import Config
from watcher.progress import SLACK_SECONDS


def test_new_settings_are_taken_between_two_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """The old works are closed; a recovery hands over again what their readers had; then systemd hears READY=1."""
    played = Played(monkeypatch, lambda: played.candidates.append("settings"), lambda: played.now_idle())
    played.run()
    taken = ["turn", "take on settings", "log at info", "old works closed", "READY=1"]
    assert [*taken, "recover", "look everywhere", "turn"] == played.log[:8]
    assert [0.0] == played.waits


def test_a_stop_is_not_held_up_by_new_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are for the next start."""
    played = Played(monkeypatch, lambda: None)
    played.daemon.stop()
    played.candidates.append("settings")
    monkeypatch.setattr(Played, "idle", property(lambda self: self.log.count("last turn") == 2))
    played.run()
    assert ["STOPPING=1", "last turn", "last turn"] == played.log


@pytest.mark.parametrize(("owed", "signs"), [(True, 1), (False, 3)])
def test_the_watchdog_hears_of_progress_alone(monkeypatch: pytest.MonkeyPatch, owed: bool, signs: int) -> None:
    """A loop that turns, with pictures to read, and reads none, is left to systemd to restart."""
    monkeypatch.setenv("WATCHDOG_USEC", "3000000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    clock = iter([0.0, 200.0, 400.0, 600.0])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(Played, "owes", lambda self, now: owed)
    told: list[dict[str, int]] = []
    monkeypatch.setattr(systemd, "notify", lambda **facts: told.append(facts))
    played = Played(monkeypatch, lambda: None, lambda: None, lambda: None, lambda: played.now_idle())
    played.run()
    assert signs * [{"WATCHDOG": 1}] == told
    assert {1.0} == set(played.waits)  # a loop that waits longer than the watchdog would be late


@pytest.mark.parametrize(("engine", "signs"), [("local", 1), ("spark", 2)])
def test_the_watchdog_waits_as_long_as_pictures_may_wait_for_an_executor(
    monkeypatch: pytest.MonkeyPatch, engine: str, signs: int
) -> None:
    """Else a restart would come before the pause that `spark.patience_seconds` ends in."""
    monkeypatch.setenv("WATCHDOG_USEC", "3000000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    clock = iter([0.0, 30.0 + SLACK_SECONDS + 60.0 - 1.0, 30.0 + SLACK_SECONDS + 60.0])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(Played, "owes", lambda self, now: True)
    monkeypatch.setattr(Played, "settings", Config.model_validate({"engine": engine}))
    told: list[dict[str, int]] = []
    monkeypatch.setattr(systemd, "notify", lambda **facts: told.append(facts))
    played = Played(monkeypatch, lambda: None, lambda: None, lambda: played.now_idle())
    played.run()
    assert signs * [{"WATCHDOG": 1}] == told


def test_a_pause_is_no_standstill(monkeypatch: pytest.MonkeyPatch) -> None:
    """A restart would not empty the disk."""
    monkeypatch.setenv("WATCHDOG_USEC", "3000000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    clock = iter([0.0, 200.0, 400.0, 600.0])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(Played, "owes", lambda self, now: True)
    told: list[dict[str, int]] = []
    monkeypatch.setattr(systemd, "notify", lambda **facts: told.append(facts))
    full = OSError(28, "No space left on device")
    played = Played(monkeypatch, full, full, full, lambda: played.now_idle())
    played.run()
    assert 3 * [{"WATCHDOG": 1}] == told


def test_systemd_is_told_the_boards_line_when_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in every turn; in a pause the trouble stands there, and behind it the line again."""

    def says(line: str) -> Callable[[], None]:
        return lambda: setattr(played, "line", line)

    full = OSError(28, "full")
    played = Played(monkeypatch, says("one"), says("one"), says("two"), full, lambda: None, lambda: played.now_idle())
    played.line = "zero"
    played.run()
    told = [line for line in played.log if line.startswith("STATUS=")]
    paused = "STATUS=paused: No space left on device"
    assert ["STATUS=one", "STATUS=two", paused, "STATUS=running", "STATUS=two"] == told


def test_systemd_is_told_the_line_again_when_settings_were_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it would say for ever that they are being tried."""
    played = Played(monkeypatch, lambda: None, lambda: setattr(played, "refused", 1), lambda: played.now_idle())
    played.line = "one"
    played.run()
    assert ["STATUS=one", "STATUS=one"] == [line for line in played.log if line.startswith("STATUS=")]
