"""watcher.service: one turn at a time, from the inbox to the row and the archive."""

import errno
import logging
import os

import pytest
from drawing import digit, encoded
from fakes import BLANK, Desk

from watcher.engine import Outcome, Trouble
from watcher.errors import SurroundingsError
from watcher.files import Taken
from watcher.recognition.verdict import Reason
from watcher.requests import request_requeue

SEVEN_PNG = encoded(digit(7))
DAY = "2026-03-01"


def column(desk: Desk, index: int) -> list[str]:
    return [row[index] for row in desk.rows()]


def test_a_picture_goes_all_the_way(desk: Desk) -> None:
    """Dropped, claimed in one turn, recorded in the next: a row, a place in the archive, an empty work folder."""
    desk.drop("in/7.png", SEVEN_PNG)
    desk.turns(1)
    assert (1, [], False) == (desk.service.in_hand, desk.rows(), desk.service.idle)
    desk.turns(1)
    (row,) = desk.rows()
    assert ["in/7.png", "ok", "7"] == row[1:4]
    assert ("fake-00000000", "2026-03-01T12:00:00.000Z") == (row[11], row[12])
    assert [f"{DAY}/in/7.png"] == desk.below("archive")
    assert SEVEN_PNG == (desk.outbox / "archive" / DAY / "in" / "7.png").read_bytes()
    assert (["archived"], []) == ([desk.state_of(row[0])], os.listdir(desk.files.work + b"/quarantine"))
    assert desk.service.idle
    assert desk.service.drained


def test_an_unreadable_picture_is_rejected_with_its_reason(desk: Desk) -> None:
    """It goes to rejected/, with a text beside it."""
    desk.verdict = BLANK
    desk.drop("7.png", SEVEN_PNG)
    desk.turns()
    assert [["7.png", "unreadable", ""]] == [row[1:4] for row in desk.rows()]
    assert [f"{DAY}/7.png", f"{DAY}/7.png.reason.txt"] == desk.below("rejected")


def test_what_was_done_is_counted(desk: Desk) -> None:
    """Progress and the summary have the numbers by status and reason."""
    desk.drop("7.png", SEVEN_PNG)
    desk.turns()
    desk.verdict = BLANK
    desk.drop("8.png", SEVEN_PNG)
    desk.drop("9.png", SEVEN_PNG)
    desk.turns()
    assert (3, 3) == (desk.service.counts.claimed, desk.service.counts.recorded)
    assert {("ok", ""): 1, ("unreadable", "blank"): 2} == desk.service.counts.by


def test_no_more_is_taken_than_there_is_room_for(desk: Desk) -> None:
    """The engine's room bounds what is claimed; the rest stays in the inbox."""
    for number in range(5):
        desk.drop(f"{number}.png", SEVEN_PNG)
    desk.engine.room = 2
    desk.turns(1)
    assert 3 == len(list(desk.inbox.glob("*.png")))
    desk.engine.room = 0
    desk.turns(1)
    assert 3 == len(list(desk.inbox.glob("*.png")))


def test_a_stop_finishes_what_is_claimed_and_takes_nothing_new(desk: Desk) -> None:
    """With take=False the hand empties and the inbox stays."""
    desk.drop("7.png", SEVEN_PNG)
    desk.turns(1)
    desk.drop("8.png", SEVEN_PNG)
    desk.service.turn(2.0, take=False)
    assert (1, True, True) == (len(desk.rows()), desk.service.idle, (desk.inbox / "8.png").exists())


def test_the_same_name_again_while_the_first_is_in_work(desk: Desk) -> None:
    """Both are processed, each with a row, also when both come back in one batch."""
    real, desk.engine.collect = desk.engine.collect, list
    for data in (SEVEN_PNG, encoded(digit(8))):
        desk.drop("7.png", data)
        desk.turns(1)
    desk.engine.collect = real
    desk.turns(2)
    assert ["7.png", "7.png"] == column(desk, 1)
    assert [f"{DAY}/7.png", f"{DAY}/7~2.png"] == desk.below("archive")


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
    assert desk.files.at_place(desk.ledger.find(id_))


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


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.ENOTCONN])
def test_a_disk_that_fails_pauses_and_rejects_nothing(desk: Desk, number: int) -> None:
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


def test_a_file_that_cannot_be_opened_is_tried_later(desk: Desk) -> None:
    """A permission that is missing keeps one picture waiting, not the daemon."""
    desk.drop("7.png", SEVEN_PNG)
    desk.engine.read = lambda id_: Outcome(id_, trouble=Trouble.UNREAD, errno=errno.EACCES, message="refused")
    desk.turns(2)
    assert ([], 1) == (desk.rows(), desk.service.in_hand)
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
    monkeypatch.setattr(desk.files, "claim", lambda claim: (Taken.LEFT, claim, "cannot be moved: Permission denied"))
    desk.drop("7.png", SEVEN_PNG)
    desk.turns(2)
    assert {b"7.png": "cannot be moved: Permission denied"} == {f: w.why for f, w in desk.watched.waiting.items()}
    assert {"cancelled"} == {desk.state_of(id_) for id_ in desk.ids()}
    assert desk.service.drained
    monkeypatch.setattr(desk.files, "claim", real)
    desk.now += 30.0
    desk.turns(2)
    assert ["ok"] == column(desk, 2)


def test_rows_are_written_before_pictures_leave_the_work_folder(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """When archiving begins, the row stands in the file."""
    seen = []
    real = desk.files.archive
    monkeypatch.setattr(desk.files, "archive", lambda records: seen.append(len(desk.rows())) or real(records))
    desk.drop("7.png", SEVEN_PNG)
    desk.turns()
    assert [1] == seen


def test_a_requeued_picture_gets_a_new_row_and_a_new_id(desk: Desk) -> None:
    """The old row stays; the old record is `requeued`, the new one tells where it came from."""
    desk.drop("7.png", SEVEN_PNG)
    desk.turns()
    (old,) = desk.ids()
    request_requeue(desk.state, [old, "no-such-id"])
    desk.requests.expected = True
    desk.turns(2)
    assert ["7.png", "7.png"] == column(desk, 1)
    new = column(desk, 0)[1]
    assert ("requeued", old) == (desk.state_of(old), desk.ledger.find(new).claim.requeued_from)
    assert [f"{DAY}/7~2.png"] == desk.below("archive")
    assert [] == list(desk.requests.pending())


def test_an_outcome_that_nobody_waits_for_is_passed_over(desk: Desk) -> None:
    """An id answered twice has one row."""
    desk.drop("7.png", SEVEN_PNG)
    desk.turns(1)
    (id_,) = desk.ids()
    desk.engine.waiting += [id_]
    desk.turns(2)
    assert [id_] == column(desk, 0)


def test_the_wait_ends_when_something_is_due(desk: Desk) -> None:
    """Nothing to do: the rescan. A file that settles: its time. No room: not the inbox."""
    assert 5.0 == desk.service.turn(0.0)
    desk.drop("7.pgm", b"P5 1 1 255\n.")
    assert 2.0 == desk.service.turn(1.0)
    desk.engine.room = 0
    assert 2.0 == desk.service.turn(3.0)
