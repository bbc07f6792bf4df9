"""watcher.requeue: wishes of people for pictures to be read again."""

import errno
from pathlib import Path

import pytest
from drawing import digit, encoded
from fakes import Desk

from watcher.config import Config
from watcher.errors import SurroundingsError, UsageError
from watcher.requeue import requeue_command


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


def test_a_ledger_that_may_not_be_looked_at_is_told(
    desk: Desk, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state is closed to operators: they are told so, and that another user may."""

    def closed(_: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "is_file", closed)
    with pytest.raises(SurroundingsError, match="Permission denied"):
        requeue_command(config, ["7.png"])
