"""watcher.show: status in words, and wishes for the daemon."""

import errno
from pathlib import Path

import pytest
from drawing import digit, encoded
from fakes import Desk

from watcher.config import Config
from watcher.errors import SurroundingsError, UsageError
from watcher.identity import Marked
from watcher.ownership import Lock
from watcher.show import _lines, adopt_command, requeue_command


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(inbox=tmp_path / "inbox", outbox=tmp_path / "outbox", state=tmp_path / "state")


@pytest.fixture
def read(desk: Desk) -> Desk:
    """Two pictures of one name, and one with a name that is no plain text, were read."""
    for name in ("7.png", "7.png", "=a\n.png"):
        desk.drop(name, encoded(digit(7)))
        desk.turns(2)
    return desk


def wishes(desk: Desk) -> list[list[str]]:
    return [ids for _, ids in desk.requests.pending()]


def test_a_picture_is_asked_for_by_id(read: Desk, config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    """What will be read again is said; so is that no daemon runs."""
    id_ = read.rows()[0][0]
    requeue_command(config, [id_])
    assert [[id_]] == wishes(read)
    assert (f"7.png (id {id_}) will be read again\n", "No daemon is running; it is done at the next start.\n") == tuple(
        capsys.readouterr()
    )


@pytest.mark.parametrize("column", [1, 14])
def test_a_picture_is_asked_for_as_results_csv_names_it(read: Desk, config: Config, column: int) -> None:
    """By `file` or by `archived_to`, escapes and apostrophe included."""
    row = read.rows()[2]
    requeue_command(config, [row[column]])
    assert [[row[0]]] == wishes(read)


def test_a_name_that_fits_several_or_none_is_refused(read: Desk, config: Config) -> None:
    """The ids of the several are named; nothing is asked for, not even for the names that fit."""
    first, second, third = (row[0] for row in read.rows())
    with pytest.raises(UsageError, match=r"2 pictures were called '7\.png'") as refused:
        requeue_command(config, [third, "7.png"])
    assert f"{first}, {second}" in refused.value.hint
    with pytest.raises(UsageError, match=r"'8\.png' lies in archive/ or rejected/"):
        requeue_command(config, [third, "8.png"])
    assert [] == wishes(read)


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


def test_a_ledger_that_may_not_be_looked_at_is_told(
    desk: Desk, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state is closed to operators: they are told so, and that another user may."""

    def closed(_: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "is_file", closed)
    with pytest.raises(SurroundingsError, match="Permission denied"):
        requeue_command(config, ["7.png"])
