"""watcher.service: pictures that change, end their readers, vanish, or may not be moved."""

import errno
import logging
import os

import pytest
from drawing import digit, encoded
from fakes import Desk

from watcher.engine import Outcome, Trouble
from watcher.errors import SurroundingsError
from watcher.files import Taken
from watcher.recognition.verdict import Reason

SEVEN_PNG = encoded(digit(7))


def column(desk: Desk, index: int) -> list[str]:
    return [row[index] for row in desk.rows()]


def test_a_picture_changed_during_reading_is_read_anew(desk: Desk) -> None:
    """The writer went on after the claim: no row until the file keeps still, then one, of what it is now."""
    desk.drop("7.png", SEVEN_PNG)
    desk.turns(1)
    (id_,) = desk.ids()
    with open(desk.files.in_work(id_), "ab") as writer:
        writer.write(b"more")
    desk.turns(1)
    assert ([], 1) == (desk.rows(), desk.service.in_hand)
    desk.turns(1, seconds=5.0)
    desk.turns(2, seconds=5.0)
    assert [id_] == column(desk, 0)
    assert [[id_], [id_]] == desk.engine.submitted
    assert len(SEVEN_PNG) + 4 == desk.ledger.find(id_).claim.identity.size


def test_a_picture_changed_after_reading_and_before_its_row_is_read_anew(desk: Desk) -> None:
    """The verdict is of other bytes than those that would be archived."""
    desk.drop("7.png", SEVEN_PNG)

    def read_then_change(id_: str) -> Outcome:
        outcome = desk.seen(id_)
        with open(desk.files.in_work(id_), "ab") as writer:
            writer.write(b"more")
        return outcome

    desk.engine.read = read_then_change
    desk.turns(2)
    assert ([], 1) == (desk.rows(), desk.service.in_hand)


def test_a_picture_changed_again_and_again_is_known_by_its_last_state(desk: Desk) -> None:
    """Finished by its writer while it waited: read at once, and the ledger knows the final size."""
    desk.drop("7.png", SEVEN_PNG)
    desk.turns(1)
    (id_,) = desk.ids()
    path = desk.files.in_work(id_)
    with open(path, "wb") as writer:
        writer.write(SEVEN_PNG[:100])
    desk.turns(1)
    with open(path, "wb") as writer:
        writer.write(encoded(digit(8)))
    desk.now += 2.0
    desk.turns(3)
    assert [id_] == column(desk, 0)
    assert desk.archive.holds(desk.ledger.find(id_))


def test_half_a_picture_that_took_the_place_of_a_whole_one_waits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replaced between look and rename: what was taken is judged again, and not read before it is whole or still."""
    desk.drop("7.png", SEVEN_PNG)
    real = desk.files.claim

    def replace_and_claim(claim):
        (desk.inbox / "7.png").unlink()
        (desk.inbox / "7.png").write_bytes(SEVEN_PNG[:200])
        return real(claim)

    monkeypatch.setattr(desk.files, "claim", replace_and_claim)
    desk.turns(2, seconds=0.1)
    assert ([], 1) == (desk.engine.submitted, desk.service.in_hand)
    (id_,) = desk.ids()
    with open(desk.files.in_work(id_), "ab") as writer:
        writer.write(SEVEN_PNG[200:])
    desk.now += 2.0
    desk.turns(2)
    assert [id_] == column(desk, 0)


@pytest.mark.parametrize(
    ("trouble", "reason"), [(Trouble.CRASHED, Reason.CRASHED_READER), (Trouble.TIMED_OUT, Reason.TIMED_OUT)]
)
def test_a_picture_that_ends_its_reader_is_tried_alone(desk: Desk, trouble: Trouble, reason: Reason) -> None:
    """Each try is alone; after max_attempts the row says why, and the other pictures have theirs."""
    desk.drop("bad.png", SEVEN_PNG)
    desk.drop("good.png", SEVEN_PNG)
    desk.watched.look_everywhere()
    bad = desk.inbox / "bad.png"
    inode = bad.stat().st_ino

    def read(id_: str) -> Outcome:
        found = desk.files.identity_in_work(id_)
        return Outcome(id_, trouble=trouble) if found and found.ino == inode else desk.seen(id_)

    desk.engine.read = read
    desk.turns(5)
    found = {row[1]: row for row in desk.rows()}
    assert ["unreadable", ""] == found["bad.png"][2:4]
    assert str(reason) == found["bad.png"][7]
    assert "ok" == found["good.png"][2]
    id_ = found["bad.png"][0]
    assert [[id_], [id_]] == desk.engine.submitted[1:]
    assert 3 == desk.ledger.find(id_).claim.attempt
    assert "in 3 attempts" in desk.ledger.find(id_).verdict.detail


@pytest.mark.parametrize("number", [errno.ESTALE, errno.ENOTCONN])
def test_a_share_that_fails_pauses_and_rejects_nothing(desk: Desk, number: int) -> None:
    """The error reaches the caller; after recovery the picture is read and has one row."""
    desk.drop("7.png", SEVEN_PNG)
    desk.engine.read = lambda id_: Outcome(id_, trouble=Trouble.UNREAD, errno=number, message="broken")
    desk.turns(1)
    with pytest.raises(OSError, match="broken"):
        desk.turns(1)
    desk.engine.read = desk.seen
    assert 1 == desk.service.recover(restarted=False)
    desk.turns(2)
    assert ["ok"] == column(desk, 2)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO])
def test_a_file_that_cannot_be_read_is_tried_later(desk: Desk, number: int, caplog: pytest.LogCaptureFixture) -> None:
    """A missing permission or a bad sector keeps one picture waiting, with its reason, not the daemon; said once."""
    desk.drop("7.png", SEVEN_PNG)
    desk.engine.read = lambda id_: Outcome(id_, trouble=Trouble.UNREAD, errno=number, message="refused")
    for _ in range(3):
        desk.turns(2)
        desk.now += 30.0
    assert ([], 1) == (desk.rows(), desk.service.in_hand)
    assert {b"7.png": "cannot be read: refused"} == desk.service.waiting
    assert ["7.png: cannot be read: refused; it is tried again"] == caplog.messages
    desk.engine.read = desk.seen
    desk.now += 30.0
    desk.turns(2)
    assert ["ok"] == column(desk, 2)


def test_a_picture_that_vanished_from_the_work_folder_is_said_aloud(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """State missing, and an error in the log with name and id."""
    desk.drop("7.png", SEVEN_PNG)
    desk.turns(1)
    (id_,) = desk.ids()
    os.unlink(desk.files.in_work(id_))
    desk.engine.read = lambda id_: Outcome(id_, trouble=Trouble.UNREAD, errno=errno.ENOENT, message="gone")
    with caplog.at_level(logging.ERROR):
        desk.turns(1)
    assert ("missing", []) == (desk.state_of(id_), desk.rows())
    assert f"7.png vanished from the work folder (id {id_})" in caplog.text


def test_a_picture_that_vanished_with_its_inbox_is_not_missing(desk: Desk) -> None:
    """An unmounted disk takes all pictures along: the check of the inbox speaks first."""
    desk.drop("7.png", SEVEN_PNG)
    desk.turns(1)
    (id_,) = desk.ids()

    def unmounted() -> None:
        raise SurroundingsError("there is no inbox")

    desk.check = unmounted
    desk.engine.read = lambda id_: Outcome(id_, trouble=Trouble.UNREAD, errno=errno.ENOENT, message="gone")
    with pytest.raises(SurroundingsError):
        desk.turns(1)
    assert "intent" == desk.state_of(id_)
    desk.check, desk.engine.read = lambda: None, desk.seen
    desk.service.recover(restarted=False)
    desk.turns(1)
    assert ["ok"] == column(desk, 2)


def test_a_file_that_may_not_be_moved_stays_and_is_listed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits with growing patience, is named with the reason, and is taken when it can be."""
    real = desk.files.claim
    why = "cannot be moved: Permission denied"
    monkeypatch.setattr(desk.files, "claim", lambda claims: [(Taken.LEFT, claim, why) for claim in claims])
    desk.drop("7.png", SEVEN_PNG)
    desk.turns(2)
    assert {b"7.png": why} == {f: w.why for f, w in desk.watched.waiting.items()}
    assert [] == desk.ids(), "one row for each try would fill the disk in months"
    assert desk.service.drained
    monkeypatch.setattr(desk.files, "claim", real)
    desk.now += 30.0
    desk.turns(2)
    assert ["ok"] == column(desk, 2)


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
        desk.drop(name, SEVEN_PNG)
    desk.turns(3)
    assert (2, ["archived", "recorded"]) == (len(desk.rows()), sorted(desk.state_of(id_) for id_ in desk.ids()))
    blocked.unlink()
    desk.turns(2, seconds=400.0)
    assert (SEVEN_PNG, {"archived"}) == (
        (blocked / "7.png").read_bytes(),
        {desk.state_of(id_) for id_ in desk.ids()},
    )


def test_what_was_said_of_pictures_is_forgotten_with_its_cause(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a daemon that runs for months would remember each of them."""
    desk.drop("7.png", SEVEN_PNG)
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


def _refuse_the_name(*_: object) -> None:
    raise OSError(errno.EINVAL, "Invalid argument")


def test_before_pictures_are_put_again_the_outbox_is_looked_at(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the folders would be made under the mount point of a disk that is gone."""
    desk.drop("7.png", SEVEN_PNG)
    with monkeypatch.context() as patched:
        patched.setattr(desk.archive, "_put", _refuse_the_name)
        desk.turns(2)

    def unmounted() -> None:
        raise SurroundingsError("there is no outbox")

    desk.check = unmounted
    with pytest.raises(SurroundingsError):
        desk.service._recorder.try_again(1000.0)
    assert ["recorded"] == [desk.state_of(id_) for id_ in desk.ids()]
