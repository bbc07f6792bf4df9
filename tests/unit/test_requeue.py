"""watcher.requeue: wishes of people for pictures to be read again."""

import errno
import json
import os
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import click
import pytest
from drawing import digit, encoded
from fakes import Desk

from watcher.choice import Choice
from watcher.choosing import chosen
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
    requeue_command(config, Choice([id_]))
    assert [[id_]] == wishes(read)
    assert (f"7.png (id {id_}) will be read again\n", "No daemon is running; it is done at the next start.\n") == tuple(
        capsys.readouterr()
    )


@pytest.mark.parametrize("column", [1, 14])
def test_a_picture_is_asked_for_as_results_csv_names_it(read: Desk, config: Config, column: int) -> None:
    """By `file` or by `archived_to`, escapes and apostrophe included."""
    row = read.rows()[2]
    requeue_command(config, Choice([row[column]]))
    assert [[row[0]]] == wishes(read)


def test_a_name_that_fits_several_or_none_is_refused(read: Desk, config: Config) -> None:
    """The ids of the several are named; nothing is asked for, not even for the names that fit."""
    first, second, third = (row[0] for row in read.rows())
    with pytest.raises(UsageError, match=r"2 pictures were called '7\.png'") as refused:
        requeue_command(config, Choice([third, "7.png"]))
    assert f"{first}, {second}" in refused.value.hint
    with pytest.raises(UsageError, match=r"'8\.png' lies in archive/ or rejected/"):
        requeue_command(config, Choice([third, "8.png"]))
    assert [] == wishes(read)


def test_a_ledger_that_may_not_be_looked_at_is_told(
    desk: Desk, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state is closed to operators: they are told so, and that another user may."""

    def closed(_: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "is_file", closed)
    with pytest.raises(SurroundingsError, match="Permission denied"):
        requeue_command(config, Choice(["7.png"]))


def test_nothing_chosen_is_refused(many: Desk, config: Config) -> None:
    """An empty filter would be everything; a limit alone is none."""
    for limit in (None, 5):
        with pytest.raises(UsageError, match="which pictures") as refused:
            requeue_command(config, chosen(config, [], limit, {}))
    assert "--reason" in refused.value.hint
    assert [] == wishes(many)


def test_a_dry_run_only_says(many: Desk, config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    """Which, and nothing is asked for."""
    requeue_command(config, chosen(config, [], None, {"model": "new-2", "status": "ok"}), dry_run=True)
    assert ["scans/4.png", "other/deep/6.png"] == [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert [] == wishes(many)


def test_a_program_is_told_of_all_of_them(many: Desk, config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    """A line of JSON each, however many, by the names that results.csv has; remarks are on stderr."""
    many.ledger._db.execute("UPDATE records SET state = 'expired' WHERE seq = 1")
    requeue_command(config, chosen(config, ["*"], None, {}), dry_run=True, as_json=True)
    out, err = capsys.readouterr()
    rows = [row for row in many.rows() if row[0] != many.ids()[0]]
    assert [(row[0], row[1], row[-1]) for row in rows] == [
        tuple(json.loads(line).values()) for line in out.splitlines()
    ]
    assert "left out: 1 that fit too, deleted by retention\n" == err
    assert [] == wishes(many)


def test_nothing_that_fits_is_no_error(many: Desk, config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    """A job that runs every night need not fail over it."""
    requeue_command(config, chosen(config, [], None, {"reason": "crashed_reader"}))
    assert ("No picture fits that can be read again.\n", []) == (capsys.readouterr().out, wishes(many))


@pytest.mark.parametrize(("answer", "asked_for"), [(True, 8), (False, 0)])
def test_many_are_read_again_after_a_question(
    many: Desk, config: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    answer: bool, asked_for: int,
) -> None:  # fmt: skip
    """Where there is somebody to answer it: the first ones are named, all are counted."""
    monkeypatch.setattr("watcher.requeue.ASKED_BEYOND", 5)
    monkeypatch.setattr("watcher.requeue.LISTED", 2)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", answering(answer))
    if answer:
        requeue_command(config, chosen(config, ["*"], None, {}))
    else:
        with pytest.raises(click.Abort):
            requeue_command(config, chosen(config, ["*"], None, {}))
    said = capsys.readouterr().out.splitlines()
    assert (3, "... 8 pictures in all will be read again") == (len(said), said[2])
    assert asked_for == len([*chain.from_iterable(wishes(many))])


def answering(answer: bool) -> Callable[..., None]:
    def confirm(question: str, *, abort: bool, err: bool) -> None:
        assert (True, "Read 8 pictures again?") == (abort, question)
        if not answer:
            raise click.Abort

    return confirm


def test_nobody_is_asked_with_yes(many: Desk, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """As scripts say it."""
    monkeypatch.setattr("watcher.requeue.ASKED_BEYOND", 5)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", lambda *_, **__: pytest.fail("asked"))
    requeue_command(config, chosen(config, ["*"], None, {}), yes=True)
    assert 8 == len([*chain.from_iterable(wishes(many))])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may act as another user")
def test_root_leaves_a_wish_that_the_daemons_user_can_read(many: Desk, config: Config) -> None:
    """What operators say with sudo: the wish is the user's who owns the state, and root is root again afterwards."""
    for top in (config.state_folder, config.outbox):
        for path in (top, *top.rglob("*")):
            os.chown(path, 65533, 65533)
    open_to_all(config.state_folder)
    requeue_command(config, chosen(config, [], None, {"status": "ok"}))
    (wish,) = (config.state_folder / "requests").glob("*.json")
    assert (65533, 0o600, 0) == (wish.stat().st_uid, wish.stat().st_mode & 0o777, os.geteuid())


def open_to_all(folder: Path) -> None:
    """What pytest makes for itself alone may be walked through."""
    for parent in folder.parents:
        if parent.stat().st_mode & 0o055 != 0o055:
            parent.chmod(parent.stat().st_mode | 0o055)
