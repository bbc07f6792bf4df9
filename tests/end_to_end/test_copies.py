"""The commands that make copies for people: `export` and `backup`."""

import csv
import io
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.end_to_end.conservation import table
from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import run_program, wait_for
from tests.faults.mounts import small_disk
from watcher.config import defaults
from watcher.corrections.correcting import say


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Three pictures were read: one with a strange name, one unreadable; the daemon runs on. One for all tests."""
    place = Place(tmp_path_factory.mktemp("read") / "place")
    running = place.start()
    for name, data in (("=1+1,\n.png", png(1)), ("größe/7.png", png(7)), ("empty.png", b"")):
        place.drop(name, data)
    wait_for(lambda: len(place.rows()) == 3, "three rows")
    wait_for(lambda: place.unfinished() == 0, "an end of what is unfinished")
    yield place
    running.end()


@pytest.mark.parametrize(("form", "name"), [("csv", "results.csv"), ("jsonl", "results.jsonl")])
def test_export_writes_what_the_daemon_wrote(read: Place, form: str, name: str) -> None:
    """The same bytes, to a file and to standard output, under the running daemon; also rows that were deleted."""
    expected = (read.outbox / name).read_bytes()
    done = read.command("export", "--format", form, "--out", f"fresh.{form}")
    assert done.returncode == 0, done.stderr
    assert f"fresh.{form}: 3 rows" in done.stderr
    assert (read.root / f"fresh.{form}").read_bytes() == expected
    (read.outbox / name).write_bytes(expected[: len(expected) // 2])
    done = run_program("export", "--format", form, cwd=read.root)
    assert done.stdout.encode() == expected.replace(b"\r\n", b"\n")  # as Python reads text
    assert done.returncode == 0


def test_export_writes_what_people_set_right(read: Place) -> None:
    """As results-corrected.csv has it; without the option, as it was read."""
    ids = [id_ for id_, *_ in read.ledger()]
    say(defaults(inbox=read.inbox, outbox=read.outbox), [(ids[0], "4"), (ids[2], "5")], by="Ann")
    corrected = read.outbox / "results-corrected.csv"
    expected = wait_for(lambda: corrected.exists() and corrected.read_text(), "corrected rows")
    assert expected == read.command("export", "--corrected").stdout
    assert [("4", "ok"), ("5", "ok")] == [(row["prediction"], row["status"]) for row in table(corrected)[::2]]
    assert "4" not in {row["prediction"] for row in csv.DictReader(io.StringIO(read.command("export").stdout))}


def test_backup_is_one_sound_file_for_its_owner(read: Place) -> None:
    """It says what is in it; nothing lies beside it, and others cannot read it."""
    done = read.command("backup", "b.sqlite3")
    assert done.returncode == 0, done.stderr
    assert "b.sqlite3: 3 results" in done.stdout
    assert [path.name for path in read.root.glob("*b.sqlite3*")] == ["b.sqlite3"]
    assert stat.S_IMODE((read.root / "b.sqlite3").stat().st_mode) == 0o600
    with closing(sqlite3.connect(read.root / "b.sqlite3")) as db:
        assert db.execute("SELECT count(seq) FROM pictures").fetchone() == (3,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_targets_that_make_no_sense_are_refused(read: Place) -> None:
    """Exit code 2: what is there already, our own files, the folders for pictures, folders and devices."""
    (read.root / "there").write_bytes(b"mine")
    (read.root / "link").symlink_to("outbox/results.csv")
    ours = (read.outbox / "results.csv").read_bytes()
    before = sorted(os.listdir(read.inbox)), sorted(os.listdir(read.root))
    for number, (target, why) in enumerate(
        (
            ("there", "exists"),
            ("outbox/results.csv", "only the daemon writes"),
            ("link", "only the daemon writes"),
            ("outbox/.state/ledger.sqlite3", "only the daemon writes"),
            ("outbox/.state/ledger.sqlite3-wal", "only the daemon writes"),
            ("inbox/copy", "which is for pictures"),
            ("outbox/archive/copy", "which is for pictures"),
            ("outbox", "is a folder"),
            ("/dev/null", "is no regular file"),
        )
    ):
        command = ("backup",) if number % 2 else ("export", "--out")
        options = () if target == "there" else ("--overwrite",)
        done = read.command(*command, target, *options)
        assert (done.returncode, done.stdout) == (2, ""), (target, done.stderr)
        assert why in done.stderr
    assert (read.root / "there").read_bytes() == b"mine"
    assert (read.outbox / "results.csv").read_bytes() == ours
    assert before == (sorted(os.listdir(read.inbox)), sorted(os.listdir(read.root)))


@pytest.mark.parametrize("command", [("backup",), ("export", "--out")])
def test_overwriting_replaces_the_file_whole(read: Place, command: tuple[str, ...]) -> None:
    """Only with `--overwrite`."""
    (read.root / "old").write_bytes(b"old")
    done = read.command(*command, "old", "--overwrite")
    assert done.returncode == 0, done.stderr
    assert (read.root / "old").stat().st_size > 500


@pytest.mark.parametrize("command", [("backup",), ("export", "--out")])
def test_on_a_full_disk_nothing_is_left(read: Place, command: tuple[str, ...]) -> None:
    """Exit code 4 with the file's path, and no half of a copy."""
    with small_disk(read.root / "disk", "16k") as disk:
        (disk / "hog").write_bytes(bytes(16 << 10))
        done = read.command(*command, disk / "copy")
        assert done.returncode == 4, done.stderr
        assert "Traceback" not in done.stderr
        assert "repair" not in done.stderr  # the ledger is not to blame
        assert os.listdir(disk) == ["hog"]


@pytest.mark.parametrize("command", [("backup", "b"), ("export",), ("export", "--out", "e")])
def test_where_nothing_ran_there_is_nothing_to_copy(place: Place, command: tuple[str, ...]) -> None:
    """Exit code 4; nothing is made."""
    done = place.command(*command)
    assert (done.returncode, done.stdout) == (4, "")
    assert "there is no ledger at" in done.stderr
    assert sorted(os.listdir(place.root)) == ["config.yaml", "inbox"]
