"""watcher.show: status in words, and folders adopted."""

from pathlib import Path

import pytest
from fakes import Desk

from watcher.config import Config
from watcher.errors import SurroundingsError
from watcher.identity import Marked
from watcher.ownership import Lock
from watcher.show import _lines, adopt_command


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(inbox=tmp_path / "inbox", outbox=tmp_path / "outbox", state=tmp_path / "state")


def test_the_status_is_told_in_lines() -> None:
    """State first; trouble with its hint; sums; what waits, with why."""
    facts = {
        "state": "paused", "pid": 7, "trouble": "disk full", "hint": "tidy up", "results": 1234,
        "by_status": {"ok": 1200, "review": 34}, "by_reason": {"low_confidence": 34},
        "unfinished": {"intent": 3, "missing": 1}, "waiting": 1, "waiting_files": [{"file": "7.png", "why": "half"}],
    }  # fmt: skip
    assert [
        "state    paused (pid 7)",
        "trouble  disk full",
        "         tidy up",
        "results  1,234 (1,200 ok, 34 review)",
        "         34 low_confidence",
        "missing  1",
        "waiting  1",
        "         7.png: half",
    ] == _lines(facts)


def test_an_inbox_is_adopted_while_the_daemon_is_stopped(desk: Desk, config: Config) -> None:
    """Afterwards the check is content; under a running daemon it is refused."""
    (config.inbox / ".work" / "identity").write_text("strange\n")
    lock = Lock(config.inbox / ".work", "work")
    with pytest.raises(SurroundingsError, match="another digit-watcher"):
        adopt_command(config)
    lock.release()
    with pytest.raises(SurroundingsError):
        Marked.inbox(config.inbox).check(desk.ledger)
    adopt_command(config)
    Marked.inbox(config.inbox).check(desk.ledger)
