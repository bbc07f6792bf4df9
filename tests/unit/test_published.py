"""watcher.reporting.published: what is said of a daemon that runs, starts, stopped or died."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fakes import Desk

from watcher.config import Config
from watcher.errors import SurroundingsError
from watcher.ownership import Lock
from watcher.reporting.published import read_status
from watcher.reporting.status import Board


@pytest.fixture
def config(desk: Desk, tmp_path: Path) -> Config:
    """The desk's folders; the outbox is marked."""
    (desk.outbox / ".identity").touch()
    return Config(inbox=tmp_path / "inbox", outbox=tmp_path / "outbox", state=tmp_path / "state")


def test_a_running_daemon_is_believed(desk: Desk, config: Config) -> None:
    """While it holds the lock, its own words are shown."""
    Board(config, desk.ledger, desk.watched).publish("paused", in_hand=2, model="net", trouble="disk full", hint="tidy")
    lock = Lock(config.state_folder, "state")
    found = read_status(config)
    lock.release()
    assert ("paused", "disk full", "tidy", 2) == tuple(found[key] for key in ("state", "trouble", "hint", "in_hand"))


def test_one_that_is_starting_is_not_taken_for_the_last_one(desk: Desk, config: Config) -> None:
    """Another pid holds the lock than the one that wrote the file."""
    Board(config, desk.ledger, desk.watched).publish("paused", in_hand=0, model="net", trouble="disk full")
    path = config.outbox / "status.json"
    path.write_text(path.read_text().replace(f'"pid": {os.getpid()}', '"pid": 4711'))
    lock = Lock(config.state_folder, "state")
    found = read_status(config)
    lock.release()
    assert ("starting", os.getpid(), "") == tuple(found[key] for key in ("state", "pid", "trouble"))


def test_a_daemon_that_died_is_told_from_one_that_ended(
    desk: Desk, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its last words say running, nobody holds the lock and the pid is free: it ended without saying so."""
    Board(config, desk.ledger, desk.watched).publish("running", in_hand=0, model="net")

    def nobody(pid: int, signal: int) -> None:
        raise ProcessLookupError

    monkeypatch.setattr(os, "kill", nobody)
    found = read_status(config)
    assert ("stopped", None, "it ended without saying so") == tuple(found[key] for key in ("state", "pid", "trouble"))
    Board(config, desk.ledger, desk.watched).publish("stopped", in_hand=0, model="net")
    assert "" == read_status(config)["trouble"]


def test_a_stopped_daemons_sums_come_from_the_ledger(desk: Desk, config: Config) -> None:
    """Also where status.json is gone."""
    desk.drop("7.pgm", b"P5 1 1 255\n.")
    desk.turns(4)
    found = read_status(config)
    assert ("stopped", 1, {"ok": 1}, {}) == tuple(found[key] for key in ("state", "results", "by_status", "unfinished"))


def test_where_nothing_has_run_the_hint_says_how_to_start(tmp_path: Path) -> None:
    """Neither status nor ledger: which config is meant?"""
    with pytest.raises(SurroundingsError, match="nothing has run here yet") as refused:
        read_status(Config(inbox=tmp_path / "in", outbox=tmp_path / "out"))
    assert "digit-watcher run" in refused.value.hint


def test_a_torn_status_file_is_told(desk: Desk, config: Config) -> None:
    """With the path, not with a traceback."""
    (config.outbox / "status.json").write_bytes(b"{")
    with pytest.raises(SurroundingsError, match=r"cannot read .*status\.json"):
        read_status(config)


def test_a_state_that_is_closed_to_operators_keeps_nothing_from_them(
    desk: Desk, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a stopped daemon published last is enough; they are not shown an error of Python's."""

    def closed(_: Path) -> bool:
        raise PermissionError

    Board(config, desk.ledger, desk.watched).publish("stopped", in_hand=0, model="net", now=True)
    monkeypatch.setattr(Path, "is_file", closed)
    assert ("stopped", 0) == tuple(read_status(config)[key] for key in ("state", "results"))


def test_a_daemon_that_says_nothing_for_minutes_is_told(desk: Desk, config: Config) -> None:
    """It writes once a minute, whatever happens; older versions did not."""
    Board(config, desk.ledger, desk.watched).publish("running", in_hand=0, model="net")
    path = config.outbox / "status.json"
    found: dict[str, Any] = json.loads(path.read_bytes())
    lock = Lock(config.state_folder, "state")
    for updated_at, silent in (("2026-03-01T12:00:00Z", False), ("2026-03-01T11:56:00Z", True), ("yesterday", False)):
        path.write_text(json.dumps(found | {"updated_at": updated_at}))
        assert silent is read_status(config, datetime(2026, 3, 1, 12, tzinfo=UTC))["silent"], updated_at
    path.write_text(json.dumps({"state": "running", "pid": os.getpid(), "updated_at": "2026-03-01T11:56:00Z"}))
    assert not read_status(config, datetime(2026, 3, 1, 12, tzinfo=UTC))["silent"]
    lock.release()


def test_a_ledger_of_another_version_leaves_the_last_words(desk: Desk, config: Config) -> None:
    """Those are shown, and why there is no more; where there are none, that is the error."""
    Board(config, desk.ledger, desk.watched).publish("stopped", in_hand=0, model="net")
    desk.ledger._db.execute("PRAGMA user_version = 99")
    found = read_status(config)
    assert ("stopped", 0) == (found["state"], found["results"])
    assert "version 99" in found["ledger_trouble"]
    (config.outbox / "status.json").unlink()
    with pytest.raises(SurroundingsError, match="version 99"):
        read_status(config)


@pytest.mark.parametrize("text", ["[]", "{}", "null", "7", '{"pid": "x", "state": 3, "results": {}}', '{"pid": 1e99}'])
def test_any_status_file_is_borne(desk: Desk, config: Config, text: str) -> None:
    """Of an older version, of a later one, or of nobody's making: an error that names it, or what it says."""
    (config.outbox / "status.json").write_text(text)
    try:
        found = read_status(config)
    except SurroundingsError as error:
        assert "status.json" in str(error)  # noqa: PT017  either is fine
    else:
        assert "stopped" == found["state"]
