"""watcher.reporting.show: status in words, and folders adopted."""

import json
from pathlib import Path

import pytest
from fakes import Desk

from watcher.config import Config
from watcher.errors import SurroundingsError
from watcher.identity import Marked
from watcher.ownership import Lock
from watcher.reporting.show import adopt_command, show_status
from watcher.reporting.status import Board


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(inbox=tmp_path / "inbox", outbox=tmp_path / "outbox", state=tmp_path / "state")


@pytest.mark.parametrize(("trouble", "code"), [("", 0), ("disk full", 4)])
def test_the_exit_code_says_whether_all_is_well_where_that_is_asked(
    desk: Desk, config: Config, trouble: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else it is 0 whenever the state could be said; the JSON has the same words, and the verdict."""
    (config.outbox / ".identity").touch()
    state = "paused" if trouble else "running"
    Board(config, desk.ledger, desk.watched).publish(state, in_hand=0, model="net", trouble=trouble)
    lock = Lock(config.state_folder, "state")
    codes = [show_status(config, as_json=False), show_status(config, as_json=False, exit_code=True)]
    said = capsys.readouterr().out
    show_status(config, as_json=True)
    lock.release()
    assert [0, code] == codes
    assert said.startswith(f"state    {state} (pid ")
    found = json.loads(capsys.readouterr().out)
    assert (not trouble, [trouble] if trouble else [], state) == (found["well"], found["wrong"], found["state"])


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
