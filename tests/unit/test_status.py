"""watcher.reporting.status: what the daemon says of itself, and what is said of one that is stopped."""

import json
import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakes import NOON, PNG, Desk

from watcher.config import Config
from watcher.errors import SurroundingsError
from watcher.log import logs
from watcher.ownership import Lock
from watcher.reporting.course import Course
from watcher.reporting.published import read_status
from watcher.reporting.status import Board


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


def published(config: Config) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((config.outbox / "status.json").read_bytes())
    return found


def test_folders_on_one_disk_are_told_of_one_moment(
    desk: Desk, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However quickly it fills: they show the same numbers, and `status` takes them for one disk."""
    free = iter(range(1000, 0, -1))
    disk = os.statvfs(desk.outbox)
    monkeypatch.setattr(
        os, "statvfs", lambda _: SimpleNamespace(f_bavail=next(free), f_frsize=1, f_blocks=disk.f_blocks)
    )
    Board(config, desk.ledger, desk.watched).publish("running", in_hand=0, model="net")
    assert 1 == len({found["free"] for found in published(config)["disks"].values()})


def test_the_board_tells_what_the_ledger_and_the_inbox_know(desk: Desk, config: Config) -> None:
    """Sums by status and reason, what waits and what is ignored, by readable names."""
    desk.drop("7.png", b"half")
    desk.drop("a\nb.txt", b"")
    desk.turns(1)
    Board(config, desk.ledger, desk.watched).publish("running", in_hand=3, model="net")
    found = published(config)
    assert ("running", 3, "net", os.getpid()) == (found["state"], found["in_hand"], found["model"], found["pid"])
    waits: Any = {"file": "7.png", "why": "still being written, or has no end mark"}
    assert [waits] == [{key: one[key] for key in waits} for one in found["waiting_files"]]
    assert waits == {key: found["oldest"][key] for key in waits}
    assert [{"file": "a\\x0ab.txt", "why": "unknown suffix '.txt'"}] == found["ignored_files"]
    desk.turns(3)
    Board(config, desk.ledger, desk.watched).publish("running", in_hand=0, model="net")
    assert published(config)["oldest"] is None
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


def test_without_news_it_is_written_once_a_minute(desk: Desk, config: Config) -> None:
    """Whoever reads it knows by `updated_at` that somebody is there; free bytes alone are no news."""
    clock = Clock()
    board = Board(config, desk.ledger, desk.watched, clock)
    path = config.outbox / "status.json"
    board.publish("running", in_hand=0, model="net")
    path.unlink()
    for _ in range(59):
        clock.now += 1.0
        board.publish("running", in_hand=0, model="net")
    assert not path.exists()
    clock.now += 1.0
    board.publish("running", in_hand=0, model="net")
    assert path.exists()


# What docs/operations.md describes; others read it.
KEYS = {
    "format": int, "version": str, "state": str, "since": str, "started_at": str, "updated_at": str, "pid": int,
    "trouble": str, "hint": str, "refused_settings": str, "last_error": type(None),
    "engine": dict, "model": str, "model_outdated": bool, "inbox": str, "outbox": str, "disks": dict,
    "results": int, "by_status": dict, "by_reason": dict, "unfinished": dict, "account": dict, "conservation": dict,
    "review": dict,
    "results_last_minute": int, "results_since_start": int, "pauses": int, "paused_seconds": int,
    "in_hand": int, "oldest": dict, "more_to_look_at": bool, "waiting": int, "waiting_files": list, "ignored": int,
    "ignored_files": list,
}  # fmt: skip


def test_the_file_has_the_fields_that_are_promised(desk: Desk, config: Config) -> None:
    """No more, no less, each of its type."""
    desk.drop("7.png", b"half")
    desk.turns(1)
    Board(config, desk.ledger, desk.watched).publish("running", in_hand=0, model="net")
    assert KEYS == {key: type(value) for key, value in published(config).items()}


def test_pauses_are_counted_and_the_last_error_is_told(desk: Desk, config: Config) -> None:
    """Since the start, with the seconds that they took; the line for systemd has the trouble."""
    logs.set_up("info")
    clock = Clock()
    board = Board(config, desk.ledger, desk.watched, clock, course=Course(clock, lambda: NOON))
    logging.getLogger("watcher").error("paused: disk full")
    for state, seconds in (("running", 1.0), ("paused", 7.0), ("running", 1.0), ("paused", 3.0)):
        board.publish(state, in_hand=0, model="net", trouble="disk full" if state == "paused" else "", now=True)
        clock.now += seconds
    assert "paused: disk full; 0 read" == board.line
    board.publish("running", in_hand=0, model="net", now=True)
    found = published(config)
    assert (2, 10, "2026-03-01T12:00:00Z") == tuple(found[key] for key in ("pauses", "paused_seconds", "since"))
    assert "paused: disk full" == found["last_error"]["message"]


def test_at_rest_the_disk_is_compared_with_the_ledger(desk: Desk, config: Config) -> None:
    """While something moves, that would find what is on its way."""
    desk.drop("7.png", PNG)
    desk.turns(4)
    board = Board(config, desk.ledger, desk.watched)
    board.publish("running", in_hand=1, model="net")
    assert ("settling", True, 0) == tuple(
        published(config)["conservation"][key] for key in ("compared", "holds", "looked_at")
    )
    board.publish("running", in_hand=0, model="net", now=True)
    found = published(config)["conservation"]
    assert ("at rest", True, [], 1) == tuple(found[key] for key in ("compared", "holds", "wrong", "looked_at"))
    (config.inbox / ".work" / "strange").touch()
    board.publish("running", in_hand=0, model="net", now=True)
    found = published(config)["conservation"]
    assert (False, ["0 pictures are in work, and 1 files lie in the work folder"]) == (found["holds"], found["wrong"])


def test_what_waits_in_work_is_the_oldest_where_it_is(desk: Desk, config: Config) -> None:
    """Since it was taken, and why it waits."""
    desk.drop("7.png", PNG)
    desk.turns(1)
    board = Board(config, desk.ledger, desk.watched)
    board.publish("running", in_hand=1, model="net", waiting={b"7.png": "cannot be read"})
    assert {"file": "7.png", "since": "2026-03-01T12:00:00.000Z", "why": "cannot be read"} == published(config)[
        "oldest"
    ]
    assert "running; 0 read; 1 in hand; 1 waiting; the oldest since 2026-03-01 12:00:00Z: 7.png" == board.line
