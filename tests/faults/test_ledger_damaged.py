"""Fault 24: the ledger is damaged, deleted, from another version or another program."""

import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for
from tests.faults.mounts import small_disk


def scramble(path: Path) -> None:
    """Noise from the first byte."""
    path.write_bytes(b"\xa5" * path.stat().st_size)


def scramble_pages(path: Path) -> None:
    """The head is whole, the tables are not."""
    data = bytearray(path.read_bytes())
    data[100:] = b"\xa5" * (len(data) - 100)
    path.write_bytes(data)


def from_the_future(path: Path) -> None:
    """A schema that we do not know."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")


def from_another_program(path: Path) -> None:
    """Sound SQLite, but no ledger."""
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE songs (title TEXT)")
        db.commit()


@pytest.mark.parametrize("damage", [scramble, scramble_pages, from_the_future, from_another_program])
def test_it_is_refused_and_left_as_it_is(place: Place, damage: Callable[[Path], None]) -> None:
    """Exit code 4 with its path and what to do; no new one is begun, no picture taken, no row written."""
    place.drop("1.png", png(1))
    place.once()
    ledger = place.outbox / ".state" / "ledger.sqlite3"
    damage(ledger)
    before = ledger.read_bytes(), (place.outbox / "results.csv").read_bytes()
    place.drop("2.png", png(2))
    done = place.command("run", "--once")
    assert done.returncode == 4, done.stderr
    assert str(ledger) in done.stderr
    assert "backup" in done.stderr
    assert "Traceback" not in done.stderr
    assert before == (ledger.read_bytes(), (place.outbox / "results.csv").read_bytes())
    assert (place.inbox / "2.png").exists()


@pytest.mark.parametrize("gone", [Path.unlink, lambda path: path.write_bytes(b"")])
def test_without_its_ledger_nothing_is_silently_begun_anew(place: Place, gone: Callable[[Path], object]) -> None:
    """results.csv has rows that an empty ledger does not know: exit code 4, and the rows stay as they are."""
    place.drop("1.png", png(1))
    place.once()
    gone(place.outbox / ".state" / "ledger.sqlite3")
    before = (place.outbox / "results.csv").read_bytes()
    place.drop("2.png", png(2))
    done = place.command("run", "--once")
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr
    assert before == (place.outbox / "results.csv").read_bytes()
    assert (place.inbox / "2.png").exists()


def damage_index(path: Path, columns: str) -> None:
    """Noise in the root page of the records' index on a column."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        names = [row[1] for row in db.execute("PRAGMA index_list(records)")]
        name = next(n for n in names if [row[2] for row in db.execute(f"PRAGMA index_info({n})")] == [columns])
        page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]
        size = db.execute("PRAGMA page_size").fetchone()[0]
    with open(path, "r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)


def test_a_damaged_page_met_in_the_middle_of_the_work_rejects_nothing(place: Place) -> None:
    """It pauses with the file's path and what to do; with a backup in its place, the picture is read."""
    dropped = [place.drop("1.png", png(1))]
    place.once()
    assert place.command("backup", "backup.sqlite3").returncode == 0
    damage_index(place.state / "ledger.sqlite3", "archived_to")
    running = place.start()
    dropped.append(place.drop("2.png", png(2)))
    wait_for(lambda: place.status().get("state") == "paused", "paused")
    said = place.status()
    assert str(place.state / "ledger.sqlite3") in said["trouble"]
    assert "malformed" in said["trouble"]
    assert "repair --from" in said["hint"]
    assert len(place.rows()) == 1
    assert "malformed" in place.command("check").stdout
    running.stop()
    assert "Traceback" not in running.log()
    repaired = place.command("repair", "--from", "backup.sqlite3")
    assert repaired.returncode == 0, repaired.stderr
    place.once()
    place.assert_conserved(dropped)
    assert place.row("2.png") is not None  # the backup did not know its name, what is left of the ledger did


def test_on_a_read_only_disk_it_can_still_be_read(place: Place) -> None:
    """A disk that fails is mounted read-only by the kernel, and that is when a backup is wanted."""
    place.state = place.root / "state"
    with small_disk(place.state, "1M"):
        place.configure(state=place.state)
        place.drop("1.png", png(1))
        place.once()
        for path in place.state.glob("ledger.sqlite3-*"):
            path.unlink()
        subprocess.run(["mount", "-o", "remount,ro", str(place.state)], check=True)
        for command in (("backup", "b.sqlite3"), ("export", "--out", "e.csv"), ("check",)):
            done = place.command(*command)
            assert "Traceback" not in done.stderr
            assert done.returncode == (4 if command == ("check",) else 0), done.stderr
        assert (place.root / "e.csv").read_bytes() == (place.outbox / "results.csv").read_bytes()
        refused = place.command("run", "--once")
        assert refused.returncode == 4
        assert "Traceback" not in refused.stderr
        subprocess.run(["mount", "-o", "remount,rw", str(place.state)], check=True)
        place.once()


def test_moved_away_under_the_running_daemon_nothing_more_is_taken(place: Place) -> None:
    """It pauses rather than write into a file that nobody can find, and goes on when the file is back."""
    place.start()
    dropped = [place.drop("1.png", png(1))]
    place.wait_for_row("1.png")
    wait_for(lambda: place.unfinished() == 0, "1.png archived")
    ledger = place.state / "ledger.sqlite3"
    ledger.rename(place.state / "away.sqlite3")
    dropped.append(place.drop("2.png", png(2)))
    wait_for(lambda: place.status().get("state") == "paused", "paused")
    assert str(ledger) in place.status()["trouble"]
    assert (place.inbox / "2.png").exists()
    (place.state / "away.sqlite3").rename(ledger)
    place.wait_for_row("2.png")
    place.assert_conserved(dropped)


def test_requeue_says_when_it_is_not_there(place: Place) -> None:
    """Exit code 4 with its path; the wish is not kept for a ledger that nobody knows."""
    place.drop("1.png", png(1))
    place.once()
    state = place.outbox / ".state"
    (state / "ledger.sqlite3").rename(state / "away.sqlite3")
    done = place.command("requeue", "1.png")
    assert done.returncode == 4
    assert str(state / "ledger.sqlite3") in done.stderr
    (state / "away.sqlite3").rename(state / "ledger.sqlite3")
    assert place.command("requeue", "1.png").returncode == 0
