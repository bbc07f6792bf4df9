"""watcher.corrections.hearing, and the files beside the results: what people say reaches them, whatever comes."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from fakes import SEVEN, id_of
from office import Office

from watcher.corrections import corrected as corrected_module
from watcher.corrections.hearing import Hearing
from watcher.corrections.labels import NOT_A_DIGIT, TAKEN_BACK, Correction, Said
from watcher.corrections.rows import COLUMNS, correction_line, correction_of_line
from watcher.corrections.sheets import CorrectionFiles
from watcher.errors import SurroundingsError
from watcher.requests import FOLDER, Requests, request_corrections
from watcher.rows import CSV_HEADER


class Room:
    """Results, and what people say of them; `restart` is what a kill and a start do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.office = Office(folder)
        self.office.results.catch_up()
        self.requests = Requests(folder)
        self.said = 0
        self.restart()

    def restart(self) -> None:
        if hasattr(self, "hearing"):
            self.hearing.close()
        self.hearing = Hearing(CorrectionFiles(self.folder, self.office.ledger), self.requests)
        self.hearing.recover()

    def say(self, *labels: tuple[int, str], by: str = "Ann") -> None:
        """A wish, as another process leaves it."""
        said = []
        for picture, label in labels:
            self.said += 1
            said.append(Said(id_of(5000 + self.said), id_of(picture), label, by, "2026-03-01T12:00:00.000Z"))
        request_corrections(self.folder, said)
        self.hearing.due = True

    def turn(self) -> None:
        """Until nothing more is due."""
        now = 0.0
        while (due := self.hearing.turn(now, busy=False)) != float("inf"):
            now += due

    def rows(self, name: str) -> list[dict[str, str]]:
        text = (self.folder / name).read_bytes().decode()
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def corrections(self) -> list[tuple[str, str, str]]:
        return [(row["id"][-2:], row["from"], row["to"]) for row in self.rows("corrections.csv")]

    def corrected(self) -> list[str]:
        return [row["prediction"] for row in self.rows("results-corrected.csv")]

    def wishes(self) -> list[str]:
        return sorted(path.suffix for path in (self.folder / FOLDER).iterdir())


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    yield room
    room.hearing.close()


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


def test_what_is_taken_back_reads_as_before(room: Room) -> None:
    """In corrections.csv both stand."""
    room.office.write(1)
    room.say((1, "4"))
    room.turn()
    room.say((1, TAKEN_BACK))
    room.turn()
    assert [("01", "7", "4"), ("01", "4", "")] == room.corrections()
    assert room.office.csv.read_bytes() == (room.folder / "results-corrected.csv").read_bytes()


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


@pytest.mark.parametrize("file", [b"7.png", b"=1+1.png", b'a,"b"\n.png', b"\xff.png", "７é.png".encode()])
@pytest.mark.parametrize("by", ["Ann", "=cmd()", 'O\'Neil, "Tip"', "李"])
def test_a_row_is_one_line_and_reads_back(file: bytes, by: str) -> None:
    """Whatever the picture is called, and the person; and no spreadsheet runs it."""
    one = Correction(0, id_of(1), id_of(2), file, "7", NOT_A_DIGIT, by, "2026-03-01T12:00:00.000Z")
    line = correction_line(one)
    assert (1, one) == (line.count(b"\n"), correction_of_line(line))
    assert not any(cell.startswith("=") for cell in next(csv.reader([line.decode()])))


@pytest.mark.parametrize("line", [b"", b"a,b\r\n", 6 * b"," + b"\r\n", b'"\r\n', b"\xff\r\n"])
def test_what_is_no_correction_is_refused(line: bytes) -> None:
    """By ValueError alone."""
    with pytest.raises(ValueError):
        correction_of_line(line)


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
