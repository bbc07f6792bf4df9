"""watcher.service: pictures that may not be moved, out of the inbox or into the archive, and what is said of them."""

import errno

import pytest
from fakes import PNG, Desk

from watcher.engine import Outcome, Trouble
from watcher.errors import SurroundingsError
from watcher.files import Taken


def _refuse_the_name(*_: object) -> None:
    raise OSError(errno.EINVAL, "Invalid argument")


def test_a_file_that_may_not_be_moved_stays_and_is_listed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits with growing patience, is named with the reason, and is taken when it can be."""
    real = desk.files.claim
    why = "cannot be moved: Permission denied"
    monkeypatch.setattr(desk.files, "claim", lambda claims: [(Taken.LEFT, claim, why) for claim in claims])
    desk.drop("7.png", PNG)
    desk.turns(2)
    assert {b"7.png": why} == {f: w.why for f, w in desk.watched.waiting.items()}
    assert [] == desk.ids(), "one row for each try would fill the disk in months"
    assert desk.service.drained
    monkeypatch.setattr(desk.files, "claim", real)
    desk.now += 30.0
    desk.turns(2)
    assert ["ok"] == [row[2] for row in desk.rows()]


def test_a_place_that_is_refused_concerns_one_picture(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its row is written and it stays in the work folder; others go on; it is moved once the way is free."""
    blocked = desk.outbox / "archive" / "blocked"
    blocked.parent.mkdir()
    blocked.touch()
    real = desk.places.reserve
    monkeypatch.setattr(
        desk.places,
        "reserve",
        lambda db, wanted: [
            b"archive/blocked/7.png" if claim.file == b"7.png" else place
            for (claim, _), place in zip(wanted, real(db, wanted), strict=True)
        ],
    )
    for name in ("7.png", "8.png"):
        desk.drop(name, PNG)
    desk.turns(3)
    assert (2, ["archived", "recorded"]) == (len(desk.rows()), sorted(desk.state_of(id_) for id_ in desk.ids()))
    blocked.unlink()
    desk.turns(2, seconds=400.0)
    assert (PNG, {"archived"}) == (
        (blocked / "7.png").read_bytes(),
        {desk.state_of(id_) for id_ in desk.ids()},
    )


def test_what_was_said_of_pictures_is_forgotten_with_its_cause(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a daemon that runs for months would remember each of them."""
    desk.drop("7.png", PNG)
    desk.engine.read = lambda id_: Outcome(id_, trouble=Trouble.UNREAD, errno=errno.EIO, message="broken")
    desk.turns(2)
    assert 1 == len(desk.service._unsettled._refused)
    desk.engine.read = desk.seen
    real = desk.archive._put
    monkeypatch.setattr(desk.archive, "_put", _refuse_the_name)
    desk.turns(3, seconds=31.0)
    assert (0, 1) == (len(desk.service._unsettled._refused), len(desk.service._recorder._said))
    monkeypatch.setattr(desk.archive, "_put", real)
    desk.turns(3, seconds=301.0)
    assert {} == desk.service._recorder._said


def test_before_pictures_are_put_again_the_outbox_is_looked_at(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the folders would be made under the mount point of a disk that is gone."""
    desk.drop("7.png", PNG)
    with monkeypatch.context() as patched:
        patched.setattr(desk.archive, "_put", _refuse_the_name)
        desk.turns(2)

    def unmounted() -> None:
        raise SurroundingsError("there is no outbox")

    desk.check = unmounted
    with pytest.raises(SurroundingsError):
        desk.service._recorder.try_again(1000.0)
    assert ["recorded"] == [desk.state_of(id_) for id_ in desk.ids()]
