"""watcher.corrections.hearing, and the files beside the results: what people say reaches them, whatever comes."""

from unittest.mock import patch

import pytest
from fakes import id_of
from room import Room

from watcher.corrections.labels import NOT_A_DIGIT, TAKEN_BACK, Correction
from watcher.corrections.rows import COLUMNS, correction_line
from watcher.errors import SurroundingsError
from watcher.requests import FOLDER


def test_before_anybody_says_something_there_are_no_files(room: Room) -> None:
    """Nobody wonders what they are for."""
    room.office.write(1, 2)
    room.turn()
    assert not list(room.folder.glob("*corrected*")) + list(room.folder.glob("corrections*"))


def test_a_word_comes_into_ledger_and_files(room: Room) -> None:
    """results.csv keeps its bytes; the two beside it say what people said, and nothing more is asked for."""
    room.office.write(1, 2, 3)
    before = room.office.csv.read_bytes()
    room.say((2, "4"), (3, NOT_A_DIGIT))
    room.turn()
    assert before == room.office.csv.read_bytes()
    assert [("02", "7", "4"), ("03", "7", NOT_A_DIGIT)] == room.corrections()
    assert ["7", "4", ""] == room.corrected()
    assert [] == room.wishes()
    assert list(COLUMNS) == list(room.rows("corrections.csv")[0])


def test_what_is_taken_back_reads_as_before(room: Room) -> None:
    """In corrections.csv both stand."""
    room.office.write(1)
    room.say((1, "4"))
    room.turn()
    room.say((1, TAKEN_BACK))
    room.turn()
    assert [("01", "7", "4"), ("01", "4", "")] == room.corrections()
    assert room.office.csv.read_bytes() == (room.folder / "results-corrected.csv").read_bytes()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", ["correct", "append", "keep_positions", "done"])
def test_killed_between_any_two_steps_each_word_counts_once(room: Room, step: str, after: bool) -> None:
    """In the ledger, in the file; and the wish goes."""
    room.office.write(1, 2)
    room.say((1, "4"))
    room.turn()
    room.say((2, "5"), (1, "6"))
    holder = {"done": room.requests, "append": room.hearing.files._sheet}.get(step, room.office.ledger)
    real = getattr(holder, step)

    def killed(*given: object) -> None:
        if after:
            real(*given)
        raise KeyboardInterrupt

    with patch.object(holder, step, killed), pytest.raises(KeyboardInterrupt):
        room.hearing.hear()
    room.restart()
    room.turn()
    assert ["6", "5"] == room.corrected()
    assert [("01", "7", "4"), ("02", "7", "5"), ("01", "4", "6")] == room.corrections()
    assert (3, []) == (room.office.ledger.last_correction(), room.wishes())


def test_a_torn_row_is_mended(room: Room) -> None:
    """As in results.csv."""
    room.office.write(1)
    room.say((1, "4"))
    room.turn()
    path = room.folder / "corrections.csv"
    path.write_bytes(path.read_bytes()[:-9])
    room.restart()
    assert [("01", "7", "4")] == room.corrections()


def test_corrections_that_the_ledger_does_not_know_are_refused(room: Room) -> None:
    """It is older than the file; nothing is written over."""
    room.office.write(1)
    room.say((1, "4"))
    room.turn()
    foreign = Correction(1, id_of(9999), id_of(1), b"7.png", "7", "1", "Bob", "2026-03-01T12:00:00.000Z")
    with (room.folder / "corrections.csv").open("ab") as file:
        file.write(correction_line(foreign))
    with pytest.raises(SurroundingsError, match="rows that the ledger does not know") as refused:
        room.restart()
    assert "repair" in refused.value.hint


def test_a_word_that_a_new_reading_brings_along_is_written_too(room: Room) -> None:
    """The ledger carries it over by itself; the file follows."""
    room.office.write(1)
    room.say((1, "4"))
    room.turn()
    room.office.ledger._db.execute(
        "INSERT INTO corrections VALUES (2, ?, ?, x'37', '7', '4', 'Ann', 'then')", (id_of(6000), id_of(1))
    )
    room.turn()
    assert 2 == len(room.corrections())


def test_a_word_on_a_picture_that_is_not_here_is_told(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    """With whose it was."""
    room.office.write(1)
    room.say((77, "4"), by="Bob")
    room.turn()
    assert ["a correction by Bob is of no picture here: id " + id_of(77)] == caplog.messages
    assert [] == room.wishes()


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, '[["a", "b", "7", "Ann", "now"]]', "[[]]", "[5]", '"x"', "[" + 40 * "9" + "]"]
)
def test_nonsense_is_set_aside_and_told(room: Room, caplog: pytest.LogCaptureFixture, text: str) -> None:
    """A person may have meant something; the others are heard."""
    room.office.write(1)
    (room.folder / FOLDER / "0.said").write_text(text)
    room.say((1, "4"))
    room.turn()
    assert [("01", "7", "4")] == room.corrections()
    assert [".refused"] == room.wishes()
    assert 1 == len(caplog.messages)
