"""watcher.service: one turn at a time, from the inbox to the row and the archive."""

import os

import pytest
from drawing import digit, encoded
from fakes import BLANK, Desk

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


def test_rows_are_written_before_pictures_leave_the_work_folder(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """When archiving begins, the row stands in the file."""
    seen = []
    real = desk.archive.put
    monkeypatch.setattr(desk.archive, "put", lambda records: seen.append(len(desk.rows())) or real(records))
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
