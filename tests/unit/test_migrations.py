"""watcher.migrations: a ledger of version 3 is copied, then brought to this version at once, or left alone."""

import sqlite3
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import pytest
from fakes import BLANK, SEVEN, claim, id_of, record

from watcher import migrations
from watcher.backup import checked, copy_ledger, tried
from watcher.corrections.labels import Said
from watcher.errors import SurroundingsError
from watcher.ledger import Ledger
from watcher.schema import ANNOUNCE, RECORD, SCHEMA_VERSION, claim_values, record_values

# As version 3 wrote it.
VERSION_3 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE claims (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,             -- of those without a record
    file BLOB NOT NULL,              -- path in the inbox, as bytes
    dev INTEGER NOT NULL, ino INTEGER NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    arrived_at TEXT NOT NULL,
    requeued_from TEXT
) WITHOUT ROWID;
CREATE TABLE records (
    id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    file BLOB NOT NULL,
    dev INTEGER NOT NULL, ino INTEGER NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    arrived_at TEXT NOT NULL,
    requeued_from TEXT,
    seq INTEGER PRIMARY KEY,         -- place in the results files
    status TEXT NOT NULL, reason TEXT,
    prediction TEXT, confidence REAL, second_prediction TEXT, second_confidence REAL,
    scores TEXT NOT NULL, width INTEGER, height INTEGER, sha256 TEXT NOT NULL, detail TEXT NOT NULL,
    model TEXT NOT NULL, processed_at TEXT NOT NULL,
    archived_to BLOB NOT NULL UNIQUE -- reserved place below the outbox, as bytes
);
CREATE INDEX missing ON records (state) WHERE state = 'missing';
-- both, for people who ask
CREATE VIEW pictures AS
    SELECT id, coalesce((SELECT 'recorded' FROM claims WHERE claims.id = records.id), state) AS state,
    file, dev, ino, size, mtime_ns, attempt, arrived_at, requeued_from, seq, status, reason, prediction, confidence,
    second_prediction, second_confidence, scores, width, height, sha256, detail, model, processed_at, archived_to
    FROM records
    UNION ALL SELECT claims.*, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM claims WHERE NOT EXISTS (SELECT 1 FROM records WHERE records.id = claims.id);
-- folders below the outbox that are in use
CREATE TABLE folders (path BLOB PRIMARY KEY) WITHOUT ROWID;
-- the N of the next name~N
CREATE TABLE numbers (path BLOB PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE sheets (name TEXT PRIMARY KEY, dev INTEGER, ino INTEGER, offset INTEGER, seq INTEGER) WITHOUT ROWID;
CREATE TABLE tally (status TEXT, reason TEXT, n INTEGER NOT NULL, PRIMARY KEY (status, reason)) WITHOUT ROWID;
"""
RECORDS = [
    record(1), record(2, b"8.png"), record(3, b"9.png", BLANK, archived_to=b"rejected/2026-03-01/9.png"),
    record(4, b"5.png"), record(5, b"6.png"),
]  # fmt: skip
STATES = {2: "missing", 4: "requeued"}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A ledger as version 3 left it: five records, the last one still to be archived, and a claim in work."""
    path = tmp_path / "ledger.sqlite3"
    with closing(sqlite3.connect(path)) as db:
        db.executescript("PRAGMA journal_mode = WAL;" + VERSION_3 + "PRAGMA user_version = 3;")
        db.executemany(RECORD, map(record_values, RECORDS))
        db.executemany("UPDATE records SET state = ? WHERE seq = ?", [(state, seq) for seq, state in STATES.items()])
        db.executemany(ANNOUNCE, [claim_values(RECORDS[4].claim), claim_values(claim(6))])
        db.executemany("INSERT INTO tally VALUES (?, ?, ?)", [("ok", "", 4), ("unreadable", "blank", 1)])
        db.execute("INSERT INTO meta VALUES ('inbox_identity', 'x')")
        db.execute("INSERT INTO sheets VALUES ('csv', 1, 2, 300, 5)")
        db.commit()
    return path


def shape(path: Path) -> set[tuple[str, str]]:
    """What tables, indices, triggers and views a ledger has, and how they were made."""
    with closing(sqlite3.connect(path)) as db:
        return set(db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def test_a_ledger_of_version_3_goes_on_as_it_was(old: Path) -> None:
    """Records, claims, sums, marks: all is there; what is new has been counted."""
    with closing(Ledger(old)) as ledger:
        assert RECORDS == list(ledger.records_after(0))
        assert {"archived": 3, "missing": 1, "requeued": 1} == ledger.results()
        assert {"intent": 1, "missing": 1, "recorded": 1} == ledger.states()
        assert [(2, 6), (1, 3)] == [ledger.stock("archive"), ledger.stock("rejected")]
        assert ("x", (1, 2, 300, 5), [id_of(6)]) == (
            ledger.meta("inbox_identity"), ledger.sheet("csv"), [one.id for one in ledger.in_work()],
        )  # fmt: skip
        ledger.intend([claim(7, requeued_from=id_of(1))])
        assert (1, 3) == ledger.stock("archive")


def test_afterwards_it_is_as_one_that_was_made_anew(old: Path, tmp_path: Path) -> None:
    """The same tables, made by the same words."""
    Ledger(old).close()
    Ledger(tmp_path / "new").close()
    assert shape(tmp_path / "new") == shape(old)
    assert 2 * [SCHEMA_VERSION] == [version(old), version(tmp_path / "new")]


def test_a_copy_stays_and_nothing_is_put_over_another(old: Path, tmp_path: Path) -> None:
    """It is whole, of version 3, closed to others; a file that has its name already is left alone."""
    (tmp_path / "ledger-v3.sqlite3").write_bytes(b"somebody's")
    Ledger(old).close()
    kept = tmp_path / "ledger-v3-2.sqlite3"
    assert (3, 5, 0o600) == (version(kept), checked(kept), kept.stat().st_mode & 0o777)
    assert b"somebody's" == (tmp_path / "ledger-v3.sqlite3").read_bytes()
    assert {"ledger.sqlite3", "ledger-v3.sqlite3", kept.name} == {path.name for path in tmp_path.iterdir()}


def test_cut_short_it_is_begun_again_with_the_same_copy(old: Path, tmp_path: Path) -> None:
    """Not a copy for each start that was killed; but where the old version ran in between, it is another ledger."""
    with patch.dict(migrations._STEPS, {3: migrations._STEPS[3] + "SELECT * FROM nowhere;\n"}):
        for _ in range(2):
            with pytest.raises(SurroundingsError, match="nowhere"):
                Ledger(old)
    assert (3, VERSION_3.count("CREATE TABLE") + 2) == (version(old), len(shape(old)))
    assert ["ledger-v3.sqlite3"] == [path.name for path in tmp_path.glob("*v3*")]
    with closing(sqlite3.connect(old)) as db, db:
        db.execute("DELETE FROM claims WHERE id = ?", (id_of(6),))
    Ledger(old).close()
    assert ["ledger-v3-2.sqlite3", "ledger-v3.sqlite3"] == sorted(path.name for path in tmp_path.glob("*v3*"))


def test_half_a_copy_is_none(old: Path, tmp_path: Path) -> None:
    """What a kill left of one is made anew, and has another name until it is whole."""
    (tmp_path / ".ledger-v3.new").write_bytes(b"SQLite format 3\0 half")
    Ledger(old).close()
    assert 5 == checked(tmp_path / "ledger-v3.sqlite3")
    assert not (tmp_path / ".ledger-v3.new").exists()


def test_without_room_for_a_copy_nothing_is_changed(old: Path) -> None:
    """Said with how much is needed."""
    with (
        patch.object(migrations, "rename_new", side_effect=OSError(28, "No space left on device")),
        pytest.raises(SurroundingsError, match="cannot keep a copy") as refused,
    ):
        Ledger(old)
    assert "Make room for" in refused.value.hint
    assert 3 == version(old)
    assert [] == [*old.parent.glob("*v3*")]


def test_who_only_reads_does_not_change_it(old: Path) -> None:
    """It is said who will."""
    with pytest.raises(
        SurroundingsError, match=f"has version 3, this program's is version {SCHEMA_VERSION}"
    ) as refused:
        Ledger(old, read_only=True)
    assert "The daemon brings it up to date when it starts" in refused.value.hint
    assert 3 == version(old)


def test_an_old_one_is_backed_up_as_it_is(old: Path, tmp_path: Path) -> None:
    """Before an upgrade, by the new program: a copy of the same version."""
    copy_ledger(old, tmp_path / "copy")
    assert (3, 5) == (version(tmp_path / "copy"), checked(tmp_path / "copy"))


def test_an_upgrade_is_tried_on_a_copy(old: Path, tmp_path: Path) -> None:
    """It says that it works, leaves nothing behind, and the ledger as it was; and has nothing to say of a new one."""
    assert f"version 3 → {SCHEMA_VERSION}: tried on a copy, works" == tried(old)
    assert {"ledger.sqlite3"} == {path.name.removesuffix("-wal").removesuffix("-shm") for path in tmp_path.iterdir()}
    assert 3 == version(old)
    Ledger(old).close()
    assert "" == tried(old)


def test_an_upgrade_that_would_fail_is_told(old: Path) -> None:
    """Before it is begun."""
    with closing(sqlite3.connect(old)) as db:
        db.execute("CREATE TABLE stock (in_the_way)")
    with pytest.raises(SurroundingsError, match=f"from version 3 to {SCHEMA_VERSION}: table stock already exists"):
        tried(old)


def test_reviews_of_before_wait_for_a_persons_word(old: Path) -> None:
    """Version 4 knew of no corrections; those whose pictures are elsewhere wait for nobody."""
    with closing(sqlite3.connect(old)) as db, db:
        db.execute("UPDATE records SET status = 'review' WHERE seq IN (1, 2)")
    with closing(Ledger(old)) as ledger:
        assert (1, 0) == ledger.review_counts()
        ledger.correct([Said(id_of(9), id_of(1), "4", "Ann", "now")])
        assert (0, 1) == ledger.review_counts()


def test_versions_before_that_are_refused(tmp_path: Path) -> None:
    """With what to do."""
    with closing(sqlite3.connect(tmp_path / "older")) as db:
        db.execute("PRAGMA user_version = 2")
    with pytest.raises(SurroundingsError, match="has version 2") as refused:
        Ledger(tmp_path / "older")
    assert "that wrote it" in refused.value.hint


def test_records_are_counted_by_folder_and_by_what_became_of_them(ledger: Ledger) -> None:
    """What is taken in, requeued, missing or there again: the sum is that of all results."""
    ledger.take_in([(one, STATES.get(one.seq, "archived")) for one in RECORDS])
    assert {"archived": 3, "missing": 1, "requeued": 1} == ledger.results()
    ledger.set_state([id_of(2)], "recorded")
    assert {"archived": 4, "requeued": 1} == ledger.results()
    assert sum(ledger.tally().values()) == sum(ledger.results().values())
    assert SEVEN == ledger.place_of(id_of(2)).verdict
