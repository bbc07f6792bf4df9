"""watcher.ledger: whatever became of its bytes, it works or says which file is damaged and what to do."""

import os
import random
import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import UTC
from pathlib import Path

import pytest
from fakes import BLANK, SEVEN, claim, id_of

from watcher.database import open_database
from watcher.errors import SurroundingsError
from watcher.ledger import Ledger
from watcher.places import Places

PAGE = 4096


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of some hundred results, as after a kill: what was written last stands in its WAL."""
    folder = tmp_path_factory.mktemp("sound")
    places = Places(folder, UTC)
    with closing(Ledger(folder / "live")) as ledger:
        for number in range(0, 400, 100):
            claims = [claim(number + n, b"a/%d.png" % n) for n in range(1, 100)]
            ledger.intend(claims)
            ledger.record([(c, BLANK if n % 3 else SEVEN) for n, c in enumerate(claims)], "net", "now", places)
            if number == 100:
                ledger._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for end in ("", "-wal", "-shm"):
            shutil.copy(f"{folder / 'live'}{end}", f"{folder / 'ledger'}{end}")
    return folder


def use(path: Path) -> str:
    """All that a daemon and the commands ask, and one more picture; gives what was said, "" where it all went well."""
    try:
        with closing(Ledger(path)) as ledger:
            ledger.in_work()
            ledger.to_archive()
            list(ledger.records_after(0))
            (ledger.tally(), ledger.states(), ledger.sheet("csv"), ledger.meta("x"), ledger.oldest_after(3))
            (ledger.find_by_file(b"a/1.png"), ledger.place_of(id_of(5)), list(ledger.read_again(100)))
            ledger.intend([claim(10_000)])
            ledger.record([(claim(10_000), SEVEN)], "net", "now", Places(path.parent, UTC))
            ledger.finish([id_of(10_000)], [("csv", 1, 2, 3, 4)])
    except SurroundingsError as error:
        return f"{path if str(path) in str(error) else 'no path'} {error} | {error.hint or 'no hint'}"
    return ""


def copy_of(sound: Path, folder: Path) -> Path:
    for end in ("", "-wal", "-shm"):
        shutil.copy(f"{sound / 'ledger'}{end}", f"{folder / 'ledger'}{end}")
    return folder / "ledger"


@pytest.mark.parametrize("end", ["", "-wal", "-shm"])
def test_flipped_bytes_are_no_traceback(sound: Path, tmp_path: Path, end: str) -> None:
    """In the head, in pages of tables and indexes, in the WAL: at 20 places each, one byte and a whole stretch."""
    dice, said = random.Random(7), []
    size = (sound / f"ledger{end}").stat().st_size
    for stretch in (1, 300):
        for at in (*range(16, 100, 12), *(dice.randrange(size) for _ in range(13))):
            path = copy_of(sound, tmp_path)
            with open(f"{path}{end}", "r+b") as file:
                file.seek(at)
                data = file.read(stretch)
                file.seek(at)
                file.write(bytes(byte ^ dice.randrange(1, 256) for byte in data))
            said.append(use(path))
    assert not [one for one in said if "no path" in one or "no hint" in one]
    if not end:
        assert any("repair --from" in one for one in said), "none of them was noticed"


def cut(path: Path) -> None:
    os.truncate(path, PAGE * 5 + 17)


def empty_pages(path: Path) -> None:
    with open(path, "r+b") as file:
        file.seek(PAGE)
        file.write(bytes(path.stat().st_size - PAGE))


@pytest.mark.parametrize("damage", [cut, empty_pages, lambda path: path.write_bytes(b"Dear Anna,\n" * 500)])
def test_a_damaged_file_says_how_to_restore_it(sound: Path, tmp_path: Path, damage: Callable[[Path], object]) -> None:
    """Cut off, emptied, or replaced by a letter."""
    path = copy_of(sound, tmp_path)
    for end in ("-wal", "-shm"):
        os.unlink(f"{path}{end}")
    damage(path)
    said = use(path)
    assert "repair --from BACKUP" in said
    assert "repair --anew" in said


@pytest.mark.parametrize("damage", [os.unlink, lambda path: os.truncate(path, 20_000)])
def test_a_ledger_whose_wal_was_lost_is_an_older_ledger(
    sound: Path, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    """It is sound, and lacks what was written last: the results files then show that it is older."""
    path = copy_of(sound, tmp_path)
    damage(Path(f"{path}-wal"))
    with closing(Ledger(path)) as ledger:
        assert 198 <= ledger.last_seq() < 396


def test_a_folder_is_no_ledger(tmp_path: Path) -> None:
    """Refused with its path."""
    (tmp_path / "folder").mkdir()
    assert "unable to open" in use(tmp_path / "folder")


def test_wrong_use_keeps_its_own_error(sound: Path, tmp_path: Path) -> None:
    """Only the file's troubles are people's business."""
    import sqlite3

    with closing(open_database(copy_of(sound, tmp_path), read_only=True)) as db:
        with pytest.raises(SurroundingsError, match="readonly"):
            db.execute("DELETE FROM meta")
        with pytest.raises(sqlite3.ProgrammingError):
            db.execute("SELECT ?", ())
