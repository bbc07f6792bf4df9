"""watcher.corrections.corrected: the rows as people set them right, made a little at a time."""

from unittest.mock import patch

import pytest
from fakes import SEVEN, id_of
from room import Room

from watcher.corrections import corrected as corrected_module
from watcher.corrections.hearing import Hearing
from watcher.corrections.sheets import CorrectionFiles
from watcher.errors import SurroundingsError
from watcher.rows import CSV_HEADER


def test_the_corrected_file_has_the_same_columns_and_rows(room: Room) -> None:
    """Those that nobody spoke of are the same bytes."""
    room.office.write(1, 2, 3)
    room.say((2, "4"))
    room.turn()
    lines = (room.folder / "results-corrected.csv").read_bytes().splitlines(keepends=True)
    ours = room.office.csv.read_bytes().splitlines(keepends=True)
    assert [CSV_HEADER, ours[1], ours[3]] == [lines[0], lines[1], lines[3]]
    said = room.rows("results-corrected.csv")[1]
    assert ("ok", "4", "", "") == (said["status"], said["prediction"], said["confidence"], said["reason"])


def test_new_rows_follow_at_the_end(room: Room) -> None:
    """Without the file being made anew: it is the same one, longer."""
    room.office.write(1)
    room.say((1, "4"))
    room.turn()
    inode = (room.folder / "results-corrected.csv").stat().st_ino
    room.office.write(2, 3)
    room.turn()
    assert (["4", "7", "7"], inode) == (room.corrected(), (room.folder / "results-corrected.csv").stat().st_ino)


@pytest.mark.parametrize("deed", ["delete", "cut", "write"])
def test_a_corrected_file_that_a_person_changed_is_made_anew(room: Room, deed: str) -> None:
    """It is generated; what was read is in the ledger."""
    room.office.write(1, 2)
    room.say((1, "4"))
    room.turn()
    path = room.folder / "results-corrected.csv"
    if deed == "delete":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-5] if deed == "cut" else b"mine\n")
    room.restart()
    room.turn()
    assert ["4", "7"] == room.corrected()


def test_after_a_restart_nothing_is_made_again(room: Room) -> None:
    """The ledger knows how far both files are."""
    room.office.write(1, 2)
    room.say((1, "4"))
    room.turn()
    with patch.object(corrected_module, "write_all", side_effect=AssertionError("written")):
        room.restart()
        room.turn()


def test_many_rows_are_made_a_little_at_a_time(room: Room) -> None:
    """While pictures are read, the loop gets most of the time."""
    room.office.write(*range(1, 1001))
    room.say((1, "4"))
    room.hearing.hear()
    clock = iter(range(1000))
    room.hearing.files.corrected._clock = lambda: next(clock) * 0.015
    due = room.hearing.turn(0.0, busy=True)
    assert 0.1 < due < 1.0
    assert room.hearing.busy
    assert not (room.folder / "results-corrected.csv").exists()
    room.turn()
    assert ["4"] + 999 * ["7"] == room.corrected()
    assert not room.hearing.busy


def test_a_word_said_meanwhile_is_not_forgotten(room: Room) -> None:
    """The file is made once more."""
    room.office.write(*range(1, 1001))
    room.say((1, "4"))
    room.hearing.hear()
    clock = iter(range(100_000))
    room.hearing.files.corrected._clock = lambda: next(clock) * 0.015
    room.hearing.turn(0.0, busy=False)
    room.say((1, "5"))
    room.turn()
    assert ["5"] + 999 * ["7"] == room.corrected()


@pytest.mark.parametrize("at", [0, 1, 2])
def test_an_outbox_that_is_gone_is_not_written_to(room: Room, at: int) -> None:
    """Whenever its disk goes, nothing is made on the bare mount point; when it is back, all of it is there."""
    room.office.write(1, 2)
    gone, looks = SurroundingsError("the outbox is not mounted", hint="mount it"), iter(range(100))

    def check() -> None:
        if next(looks) >= at:
            raise gone

    room.hearing.close()
    room.hearing = Hearing(CorrectionFiles(room.folder, room.office.ledger, check), room.requests)
    room.say((1, "4"))
    before = {path.name for path in room.folder.iterdir()}

    def go_on() -> None:
        room.hearing.recover()
        room.hearing.turn(0.0, busy=False)

    with pytest.raises(SurroundingsError, match="not mounted"):
        go_on()
    made = {path.name for path in room.folder.iterdir()} - before
    assert "results-corrected.csv" not in made
    assert (at == 2) == ("corrections.csv" in made)
    room.restart()
    room.turn()
    assert (["4", "7"], [("01", "7", "4")], []) == (room.corrected(), room.corrections(), room.wishes())


def test_a_full_disk_leaves_the_corrected_file_for_later(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    """It is generated: nothing is lost, the work goes on, it is said once and tried again."""
    room.office.write(1)
    room.say((1, "4"))
    with patch.object(corrected_module, "write_all", side_effect=OSError(28, "No space left on device")):
        for now in (0.0, 100.0, 200.0):
            assert corrected_module.AGAIN_SECONDS == room.hearing.turn(now, busy=False)
    assert 1 == len(caplog.messages)
    assert SEVEN == room.office.ledger.place_of(id_of(1)).verdict
    room.turn()
    assert [] == room.wishes()
