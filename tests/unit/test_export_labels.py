"""watcher.corrections.export_labels: what people said of pictures, and these, as a folder that training takes."""

import csv
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import pytest
from fakes import PNG, SEVEN, claim, id_of

from train.pictures import listed
from watcher.config import Config, defaults
from watcher.corrections.export_labels import export_labels
from watcher.corrections.labels import NOT_A_DIGIT, TAKEN_BACK, Said
from watcher.errors import SurroundingsError, UsageError
from watcher.ledger import Ledger
from watcher.places import Places
from watcher.records import Record

READ = SEVEN._replace(sha256=hashlib.sha256(PNG).hexdigest())


@dataclass
class Kept:
    """Pictures 1 to 5 that were read as 7, each at its place; `say` is what people do."""

    config: Config
    ledger: Ledger
    records: list[Record]

    def say(self, picture: int, label: str, at: str = "2026-03-01T12:00:00.000Z", by: str = "Ann") -> None:
        word = 100 * picture + self.ledger.last_correction()
        assert [] == self.ledger.correct([Said(id_of(1000 + word), id_of(picture), label, by, at)])

    def place(self, number: int) -> Path:
        return self.config.outbox / os.fsdecode(self.records[number - 1].archived_to)

    def exported(self, folder: Path, **options: str) -> list[dict[str, str]]:
        """The lines of labels.csv, in a folder that is made for it."""
        export_labels(self.config, folder, **{"since": None, "until": None, **options})  # type: ignore[arg-type]
        with (folder / "labels.csv").open(newline="", encoding="utf-8") as lines:
            return list(csv.DictReader(lines))


@pytest.fixture
def kept(tmp_path: Path) -> Callable[..., Kept]:
    """Makes them; names: of the files in the inbox."""

    def made(*names: bytes) -> Kept:
        config = defaults(inbox=tmp_path / "in", outbox=tmp_path / "out")
        for folder in (config.inbox, config.outbox, config.state_folder):
            folder.mkdir()
        ledger = Ledger(config.ledger_path)
        claims = [claim(number) for number in range(1, 6)]
        claims[: len(names)] = [one._replace(file=name) for one, name in zip(claims, names, strict=False)]
        ledger.intend(claims)
        records = ledger.record([(one, READ) for one in claims], "net-1", "now", Places(config.outbox, UTC))
        found = Kept(config, ledger, records)
        for number in range(1, 6):
            found.place(number).parent.mkdir(parents=True, exist_ok=True)
            found.place(number).write_bytes(PNG)
        ledger.finish([one.id for one in records], [])
        return found

    return made


def test_corrected_and_confirmed_pictures_come_with_what_holds_of_them(
    kept: Callable[..., Kept], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last word on each; none of what nobody looked at, or what was taken back."""
    here = kept()
    for picture, label in ((1, "1"), (2, "7"), (3, "4"), (3, TAKEN_BACK), (4, "2"), (4, NOT_A_DIGIT)):
        here.say(picture, label)
    rows = here.exported(tmp_path / "labels")
    assert [("1", id_of(1)), ("7", id_of(2)), (NOT_A_DIGIT, id_of(4))] == [(row["label"], row["id"]) for row in rows]
    assert {("7", "ok", "Ann", "net-1")} == {
        (row["prediction"], row["status"], row["by"], row["model"]) for row in rows
    }
    assert [PNG] * 3 == [(tmp_path / "labels/pictures" / row["file"]).read_bytes() for row in rows]
    assert "labels: 3 labelled pictures\n" in capsys.readouterr().err


def test_training_takes_the_folder_as_it_is(kept: Callable[..., Kept], tmp_path: Path) -> None:
    """What is no digit is none for it either."""
    here = kept()
    here.say(1, "1")
    here.say(2, NOT_A_DIGIT)
    here.exported(tmp_path / "labels")
    found = listed(tmp_path / "labels")
    assert [("1", True), (NOT_A_DIGIT, False)] == [(one.label, one.is_digit) for one in found]


def test_when_it_was_said_can_be_asked_for(kept: Callable[..., Kept], tmp_path: Path) -> None:
    """From and before; a time at which nothing was said is an error, not an empty folder."""
    here = kept()
    for picture in (1, 2, 3):
        here.say(picture, "1", f"2026-03-0{picture}T12:00:00.000Z")
    rows = here.exported(tmp_path / "second", since="2026-03-02", until="2026-03-03")
    assert [id_of(2)] == [row["id"] for row in rows]
    with pytest.raises(UsageError, match="said nothing") as caught:
        here.exported(tmp_path / "none", since="2027-01-01")
    assert "--since" in caught.value.hint
    assert not (tmp_path / "none").exists()


def test_pictures_that_are_gone_or_changed_are_counted(
    kept: Callable[..., Kept], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Deleted, expired, replaced by a link or by other bytes: each is left out, and said."""
    here = kept()
    for picture in range(1, 6):
        here.say(picture, "1")
    here.place(1).unlink()
    here.place(2).write_bytes(b"another picture")
    here.place(3).unlink()
    here.place(3).symlink_to("/etc/passwd")
    here.ledger._db.execute("UPDATE records SET state = 'expired' WHERE id = ?", (id_of(4),))
    assert [id_of(5)] == [row["id"] for row in here.exported(tmp_path / "labels")]
    assert [f"{id_of(5)}.png"] == os.listdir(tmp_path / "labels" / "pictures")
    said = capsys.readouterr().err
    assert "left out: 3 more, not at their places any more\n" in said
    assert "left out: 1 more, changed since they were read\n" in said


def test_a_picture_that_was_read_again_comes_once(
    kept: Callable[..., Kept], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the new id, which took the word over; of the old one nothing is said."""
    here = kept()
    here.say(1, "1")
    again = claim(6)._replace(requeued_from=id_of(1))
    here.ledger.intend([again])
    (record,) = here.ledger.record([(again, READ)], "new", "later", Places(here.config.outbox, UTC))
    (here.config.outbox / os.fsdecode(record.archived_to)).write_bytes(PNG)
    here.ledger.finish([again.id], [])
    here.ledger._db.execute("UPDATE records SET state = 'requeued' WHERE id = ?", (id_of(1),))
    assert [id_of(6)] == [row["id"] for row in here.exported(tmp_path / "labels")]
    assert "left out" not in capsys.readouterr().err


def test_no_name_leads_out_of_the_folder_or_into_a_formula(kept: Callable[..., Kept], tmp_path: Path) -> None:
    """Copies are named by their ids; what the files were called stands in one escaped cell."""
    here = kept(b"=cmd()\n\xff.png", b'a,b"c.jpg', b"x.png;sh")
    for picture in (1, 2, 3):
        here.say(picture, "1", by="=Ann")
    rows = here.exported(tmp_path / "labels")
    assert [f"{id_of(1)}.png", f"{id_of(2)}.jpg", id_of(3)] == [row["file"] for row in rows]
    assert ["'=cmd()\\x0a\\xff.png", 'a,b"c.jpg', "x.png;sh"] == [row["arrived_as"] for row in rows]
    assert {"'=Ann"} == {row["by"] for row in rows}


def test_an_id_that_is_a_path_is_not_followed(kept: Callable[..., Kept], tmp_path: Path) -> None:
    """`repair` takes ids from files that anybody may have written."""
    here = kept()
    here.ledger._db.execute("UPDATE records SET id = '../../evil' WHERE id = ?", (id_of(1),))
    here.ledger.correct([Said(id_of(1001), "../../evil", "1", "Ann", "2026-03-01T12:00:00.000Z")])
    here.say(2, "1")
    assert [id_of(2)] == [row["id"] for row in here.exported(tmp_path / "labels")]
    assert [] == list(tmp_path.rglob("evil*"))


def test_nothing_is_overwritten_or_left_half_done(
    kept: Callable[..., Kept], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that is there is refused, also an empty one; where the disk fills, nothing stays."""
    here = kept()
    here.say(1, "1")
    (tmp_path / "labels").mkdir()
    with pytest.raises(UsageError, match="is there already"):
        here.exported(tmp_path / "labels")
    before = sorted(os.listdir(tmp_path))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("watcher.corrections.export_labels.sync_filesystem", full)
    with pytest.raises(SurroundingsError, match="No space left"):
        here.exported(tmp_path / "more")
    assert before == sorted(os.listdir(tmp_path))
    with pytest.raises(UsageError, match="which is for pictures"):
        here.exported(here.config.inbox / "labels")


def test_without_a_word_of_anybody_there_is_nothing_to_export(kept: Callable[..., Kept], tmp_path: Path) -> None:
    """The hint says where to say one."""
    with pytest.raises(UsageError, match="said nothing") as caught:
        kept().exported(tmp_path / "labels")
    assert "review" in caught.value.hint
