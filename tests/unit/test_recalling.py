"""watcher.recalling: wishes are served a few pictures in each turn, whole, and each picture once."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import Desk, FakeEngine, drop

from watcher import recalling
from watcher.errors import SurroundingsError
from watcher.records import Record
from watcher.requests import request_requeue

MANY = 20


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """So many at once, here."""
    monkeypatch.setattr("watcher.service.AT_ONCE", 4)
    return 4


@pytest.fixture
def read(desk: Desk) -> Desk:
    """Twenty pictures were read."""
    for number in range(MANY):
        drop(desk.watched, desk.inbox, f"{number}.png")
    desk.turns(2)
    assert MANY == len(desk.rows())
    return desk


def wish(desk: Desk, ids: list[str]) -> None:
    request_requeue(desk.state, ids)
    desk.requests.expected = True


def wishes(desk: Desk) -> int:
    return len(list(desk.requests.folder.glob("*.json")))


def originals(desk: Desk) -> list[str]:
    """From which row each later one was read, in their order."""
    found = (desk.ledger.place_of(row[0]).claim.requeued_from for row in desk.rows())
    return [old for old in found if old]


def refusing(monkeypatch: pytest.MonkeyPatch, desk: Desk, number: int, when: Callable[[bytes], bool]) -> None:
    real = desk.archive.recall

    def recall(record: object, *arguments: object) -> bool:
        if when(record.archived_to):
            raise OSError(number, os.strerror(number))
        return real(record, *arguments)

    monkeypatch.setattr(desk.archive, "recall", recall)


def test_a_large_wish_is_served_a_few_in_each_turn(read: Desk, few: int) -> None:
    """New pictures go on beside it; the wish is on the list until all of it is in the ledger."""
    ids = read.ids()
    wish(read, ids)
    read.service._recalling.due = True
    assert [True, False] == [read.service.idle, read.service.drained]
    drop(read.watched, read.inbox, "new.png")
    read.turns(1)
    assert [few + 1, 1, False] == [len(read.engine.waiting), wishes(read), read.service.drained]
    read.turns(1)
    assert {"new.png", "0.png", "1.png"} <= {row[1] for row in read.rows()[MANY:]}
    read.turns(MANY // few + 1)
    assert (ids, 0) == (originals(read), wishes(read))
    assert read.service.drained


class Narrow(FakeEngine):
    """One that has room for four."""

    @property
    def room(self) -> int:  # type: ignore[override]
        return 4 - len(self.waiting)

    @room.setter
    def room(self, _: int) -> None: ...


def test_neither_new_pictures_nor_a_wish_wait_for_ever(read: Desk, few: int) -> None:
    """Where there is always more than there is room for, each gets its share."""
    wish(read, read.ids())
    read.service.engine = read.engine = Narrow(read.seen)
    for turn in range(3):
        for number in range(10):
            drop(read.watched, read.inbox, f"new{turn}-{number}.png")
        read.turns(1)
    assert originals(read)
    assert any(row[1].startswith("new") for row in read.rows())


def test_after_a_kill_in_the_middle_no_picture_is_taken_twice(
    read: Desk, few: int, caplog: pytest.LogCaptureFixture
) -> None:
    """The wish is begun again; what the ledger knows of it is passed over without a word."""
    ids = read.ids()
    wish(read, ids)
    read.turns(2)
    read.restart()
    read.turns(MANY // few + 2)
    assert (sorted(ids), 2 * MANY, 0) == (sorted(originals(read)), len(read.rows()), wishes(read))
    assert [] == [record.message for record in caplog.records if record.levelname == "WARNING"]


def test_after_a_pause_in_the_middle_no_picture_is_left_out(
    read: Desk, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk was full for a moment, at the announcement and at a move."""
    ids = read.ids()
    wish(read, ids)
    for broken in ("intend", "update_claims"):
        with monkeypatch.context() as patch:
            patch.setattr(read.ledger, broken, lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
            with pytest.raises(OSError, match="full"):
                read.turns(1)
        read.service.recover(restarted=False)
        read.turns(1)
    read.turns(MANY // few + 2)
    assert (sorted(ids), 2 * MANY, 0) == (sorted(originals(read)), len(read.rows()), wishes(read))


def test_an_id_that_is_named_twice_is_read_once(read: Desk) -> None:
    """In one wish, and in two."""
    first, second = read.ids()[:2]
    wish(read, [first, first, second])
    wish(read, [second])
    read.turns(4)
    assert ([first, second], {}) == (sorted(originals(read)), read.ledger.states())


def test_what_is_gone_is_said_once_for_a_wish(read: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """With how many, and one of them; the others are read again."""
    ids = read.ids()
    for number in (3, 4):
        (read.outbox / "archive" / "2026-03-01" / f"{number}.png").unlink()
    wish(read, [*ids, "no-such-id"])
    read.turns(3)
    (said,) = caplog.messages
    assert "cannot read again what lies no more in archive/ or rejected/: 3 of the pictures asked for" in said
    assert MANY - 2 == len(originals(read))


def test_an_archive_that_is_not_mounted_is_no_reason_to_drop_a_wish(read: Desk) -> None:
    """All pictures seem gone: the folders are checked before that is believed."""

    def check() -> None:
        if not (read.outbox / "archive").exists():
            raise SurroundingsError("the outbox is not the one")

    wish(read, read.ids())
    read.service._recalling.due = True
    assert read.service._recalling.begun()
    assert not read.requests.expected  # the folders are not looked at in this turn for another reason
    read.check = check
    (read.outbox / "archive").rename(read.outbox / "away")
    with pytest.raises(SurroundingsError):
        read.turns(1)
    (read.outbox / "away").rename(read.outbox / "archive")
    read.service.recover(restarted=False)
    read.turns(3)
    assert MANY == len(originals(read))


def test_a_picture_that_may_not_be_moved_stays_and_others_go_on(
    read: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its record is `archived` as before, no claim is left, and the log says whose fault it is."""
    ids = read.ids()
    refusing(monkeypatch, read, errno.EACCES, lambda place: place.endswith(b"/5.png"))
    wish(read, ids)
    read.turns(3)
    stays = next(row[0] for row in read.rows() if row[1] == "5.png")
    assert ("archived", []) == (read.state_of(stays), read.ledger.in_work())
    assert sorted(set(ids) - {stays}) == sorted(originals(read))
    assert ["archive/2026-03-01/5.png cannot be read again: Permission denied; the daemon's user must own it"] == (
        caplog.messages
    )


def test_a_failing_disk_pauses(read: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is about no single picture; afterwards all go on."""
    with monkeypatch.context() as patch:
        refusing(patch, read, errno.EIO, lambda _: True)
        wish(read, read.ids())
        with pytest.raises(OSError, match=os.strerror(errno.EIO)):
            read.turns(1)
    read.service.recover(restarted=False)
    read.turns(3)
    assert MANY == len(originals(read))


def test_large_pictures_come_one_at_a_time(read: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between file systems they are copied: the loop must not stand still for a gigabyte."""
    monkeypatch.setattr(recalling, "_BYTES_AT_ONCE", 1)
    wish(read, read.ids())
    read.turns(1)
    assert 1 == len(read.engine.waiting)


def test_few_ids_are_looked_up_in_a_turn(read: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a kill, thousands may be done already."""
    monkeypatch.setattr(recalling, "_LOOKED_AT", 3)
    wish(read, [f"unknown{number}" for number in range(4)] + read.ids()[:1])
    read.turns(1)
    assert [] == read.engine.waiting
    read.turns(2)
    assert 1 == len(originals(read))


def test_wishes_are_served_in_the_order_of_their_names(read: Desk) -> None:
    """Which is the order in which they were made; each in a turn of its own."""
    first, second, *_ = read.ids()
    for name, id_ in (("b", second), ("a", first)):
        Path(read.requests.folder / f"{name}.json").write_text(f'{{"requeue": ["{id_}"]}}')
    read.requests.expected = True
    read.turns(4)
    assert [first, second] == originals(read)


def test_a_folder_of_the_archive_that_is_closed_to_us_is_no_reason_to_pause(
    read: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies in it cannot be read again, and that is said as of what is gone; a disk that fails is another thing."""
    real = read.archive.holds
    error = PermissionError(errno.EACCES, "closed")

    def holds(record: Record) -> bool:
        if record.archived_to.endswith(b"/5.png"):
            raise error
        return real(record)

    monkeypatch.setattr(read.archive, "holds", holds)
    wish(read, read.ids())
    read.turns(3)
    assert MANY - 1 == len(originals(read))
    error = OSError(errno.EIO, "fails")
    wish(read, [row[0] for row in read.rows() if row[1] == "5.png"])
    with pytest.raises(OSError, match="fails"):
        read.turns(1)
