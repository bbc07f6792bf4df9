"""watcher.service: pictures that end their readers, cannot be read, or vanish."""

import errno
import logging
import os

import pytest
from fakes import PNG, Desk

from watcher.engine import Outcome, Trouble
from watcher.errors import SurroundingsError
from watcher.recognition.verdict import Reason


@pytest.mark.parametrize(
    ("trouble", "reason"), [(Trouble.CRASHED, Reason.CRASHED_READER), (Trouble.TIMED_OUT, Reason.TIMED_OUT)]
)
def test_a_picture_that_ends_its_reader_is_tried_alone(desk: Desk, trouble: Trouble, reason: Reason) -> None:
    """Each try is alone; after max_attempts the row says why, and the other pictures have theirs."""
    desk.drop("bad.png", PNG)
    desk.drop("good.png", PNG)
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
    desk.drop("7.png", PNG)
    desk.engine.read = lambda id_: Outcome(id_, trouble=Trouble.UNREAD, errno=number, message="broken")
    desk.turns(1)
    with pytest.raises(OSError, match="broken"):
        desk.turns(1)
    desk.engine.read = desk.seen
    assert 1 == desk.service.recover(restarted=False)
    desk.turns(2)
    assert ["ok"] == [row[2] for row in desk.rows()]


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO])
def test_a_file_that_cannot_be_read_is_tried_later(desk: Desk, number: int, caplog: pytest.LogCaptureFixture) -> None:
    """A missing permission or a bad sector keeps one picture waiting, with its reason, not the daemon; said once."""
    desk.drop("7.png", PNG)
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
    assert ["ok"] == [row[2] for row in desk.rows()]


def test_a_picture_that_vanished_from_the_work_folder_is_said_aloud(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """State missing, and an error in the log with name and id."""
    desk.drop("7.png", PNG)
    desk.turns(1)
    (id_,) = desk.ids()
    os.unlink(desk.files.in_work(id_))
    desk.engine.read = lambda id_: Outcome(id_, trouble=Trouble.UNREAD, errno=errno.ENOENT, message="gone")
    with caplog.at_level(logging.ERROR):
        desk.turns(1)
    assert ("missing", []) == (desk.state_of(id_), desk.rows())
    assert f"7.png is missing: it vanished from the work folder (id {id_})" in caplog.text


def test_a_picture_that_vanished_with_its_inbox_is_not_missing(desk: Desk) -> None:
    """An unmounted disk takes all pictures along: the check of the inbox speaks first."""
    desk.drop("7.png", PNG)
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
    assert ["ok"] == [row[2] for row in desk.rows()]
