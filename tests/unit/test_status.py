"""watcher.status: what the daemon says of itself, and what is said of one that is stopped."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import PNG, Desk

from watcher.config import Config
from watcher.errors import SurroundingsError
from watcher.ownership import Lock
from watcher.status import Board, read_status


@pytest.fixture
def config(desk: Desk, tmp_path: Path) -> Config:
    """The desk's folders; the outbox is marked."""
    (desk.outbox / ".identity").touch()
    return Config(inbox=tmp_path / "inbox", outbox=tmp_path / "outbox", state=tmp_path / "state")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("gone", [Path.unlink, lambda mark: shutil.rmtree(mark.parent)])
def test_beside_the_ledger_it_is_told_where_the_outbox_fails(
    desk: Desk, config: Config, gone: Callable[[Path], None]
) -> None:
    """Nothing is written into a folder without the mark, as a bare mount point is; `status` finds what is newer."""
    board = Board(config, desk.ledger, desk.watched)
    board.publish("running", in_hand=0, model="net")
    gone(config.outbox / ".identity")
    before = sorted(config.outbox.iterdir()) if config.outbox.exists() else None
    board.publish("paused", in_hand=0, model="net", trouble="the outbox is gone")
    assert before == (sorted(config.outbox.iterdir()) if config.outbox.exists() else None)
    lock = Lock(desk.state, "state")
    assert ("paused", "the outbox is gone") == tuple(read_status(config)[key] for key in ("state", "trouble"))
    config.outbox.mkdir(exist_ok=True)
    (config.outbox / ".identity").touch()
    board.publish("running", in_hand=0, model="net", now=True)
    assert "running" == read_status(config)["state"]
    assert not (desk.state / "status.json").exists()
    lock.release()


def test_a_ledger_that_fails_keeps_nothing_untold(desk: Desk, config: Config) -> None:
    """Its last counts stand, and the trouble is published."""
    board = Board(config, desk.ledger, desk.watched)
    desk.drop("7.png", PNG)
    desk.turns()
    board.publish("running", in_hand=0, model="net")
    desk.ledger.close()
    board.publish("paused", in_hand=0, model="net", trouble="the ledger fails")
    assert ("paused", 1) == tuple(published(config)[key] for key in ("state", "results"))


def published(config: Config) -> dict[str, object]:
    found: dict[str, object] = json.loads((config.outbox / "status.json").read_bytes())
    return found


def test_the_board_tells_what_the_ledger_and_the_inbox_know(desk: Desk, config: Config) -> None:
    """Sums by status and reason, what waits and what is ignored, by readable names."""
    desk.drop("7.png", b"half")
    desk.drop("a\nb.txt", b"")
    desk.turns(1)
    Board(config, desk.ledger, desk.watched).publish("running", in_hand=3, model="net")
    found = published(config)
    assert ("running", 3, "net", os.getpid()) == (found["state"], found["in_hand"], found["model"], found["pid"])
    assert [{"file": "7.png", "why": "still being written, or has no end mark"}] == found["waiting_files"]
    assert [{"file": "a\\x0ab.txt", "why": "unknown suffix '.txt'"}] == found["ignored_files"]
    desk.turns(3)
    Board(config, desk.ledger, desk.watched).publish("running", in_hand=0, model="net")
    assert (1, {"ok": 1}, 0) == tuple(published(config)[key] for key in ("results", "by_status", "waiting"))


def test_the_board_is_written_once_a_second_and_only_with_news(desk: Desk, config: Config) -> None:
    """A busy loop does not write thousands of status files; the last word is always written."""
    clock = Clock()
    board = Board(config, desk.ledger, desk.watched, clock)
    path = config.outbox / "status.json"
    board.publish("running", in_hand=0, model="net")
    path.unlink()
    board.publish("running", in_hand=1, model="net")
    assert not path.exists()
    clock.now += 1.0
    board.publish("running", in_hand=0, model="net")
    assert not path.exists()
    board.publish("stopped", in_hand=0, model="net", now=True)
    assert "stopped" == published(config)["state"]


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


def test_a_ledger_that_is_damaged_keeps_nothing_untold(desk: Desk, config: Config) -> None:
    """What the ledger itself makes of errors of its file ends the daemon no more than they do."""
    board = Board(config, desk.ledger, desk.watched)
    board.publish("running", in_hand=0, model="net")
    desk.ledger._db.execute("DROP TABLE tally")
    with pytest.raises(SurroundingsError):
        desk.ledger.tally()
    board.publish("paused", in_hand=0, model="net", trouble="the ledger fails")
    assert "the ledger fails" == json.loads((config.outbox / "status.json").read_bytes())["trouble"]


def test_an_inbox_whose_name_is_no_text_is_told_all_the_same(desk: Desk, config: Config, tmp_path: Path) -> None:
    """The byte is escaped; a name ends no daemon."""
    config = config.model_copy(update={"inbox": tmp_path / os.fsdecode(b"in\xff")})
    Board(config, desk.ledger, desk.watched).publish("running", in_hand=0, model="net")
    assert json.loads((config.outbox / "status.json").read_bytes())["inbox"].endswith("in\udcff")


def test_a_state_that_is_closed_to_operators_keeps_nothing_from_them(
    desk: Desk, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a stopped daemon published last is enough; they are not shown an error of Python's."""

    def closed(_: Path) -> bool:
        raise PermissionError

    Board(config, desk.ledger, desk.watched).publish("stopped", in_hand=0, model="net", now=True)
    monkeypatch.setattr(Path, "is_file", closed)
    assert ("stopped", 0) == tuple(read_status(config)[key] for key in ("state", "results"))
