"""watcher.ledger: the truth about every picture, kept through anything but the loss of its file."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC
from pathlib import Path

import pytest
from fakes import BLANK, SEVEN, claim, id_of

from watcher.errors import SurroundingsError
from watcher.ledger import Ledger
from watcher.places import Places
from watcher.recognition.verdict import Verdict
from watcher.records import Identity, Record
from watcher.schema import SCHEMA_VERSION

PLACES = Places(Path("/nowhere"), UTC)


def recorded(ledger: Ledger, *numbers: int, verdict: Verdict = SEVEN) -> list[Record]:
    claims = [claim(number, b"%d.png" % number) for number in numbers]
    ledger.intend(claims)
    return ledger.record([(c, verdict) for c in claims], "net", "2026-03-01T12:00:01.000Z", PLACES)


def test_a_claim_comes_back_as_it_was(ledger: Ledger) -> None:
    """Name as bytes, identity beyond 32 bits, attempt and origin survive; the oldest id comes first."""
    first = claim(1, b"\xff\n.png", identity=Identity(2**40, 2**50, 2**41, -5), attempt=2)
    second = claim(2, requeued_from=id_of(1))
    ledger.intend([second, first])
    ledger.set_state([first.id], "intent")
    assert [first, second] == ledger.in_work()


def test_a_record_comes_back_as_it_was(ledger: Ledger) -> None:
    """Every field of the verdict, with its scores, and of an unreadable one."""
    odd = SEVEN._replace(scores=(1 / 3,) * 10, confidence=0.1 + 0.2, detail="größe")
    made = recorded(ledger, 1, verdict=odd) + recorded(ledger, 2, verdict=BLANK)
    assert made == ledger.to_archive() == list(ledger.records_after(0))
    assert made[1:] == list(ledger.records_after(1))
    assert [1, 2] == [one.seq for one in made]


def test_the_state_goes_from_intent_to_archived(ledger: Ledger) -> None:
    """Each step takes the picture from one list to the next."""
    made = recorded(ledger, 1)
    assert ([], made, None) == (ledger.in_work(), ledger.to_archive(), ledger.find(id_of(1)))
    ledger.finish([id_of(1)], [("csv", 1, 2, 3, 1)])
    assert ([], made[0]) == (ledger.to_archive(), ledger.find(id_of(1)))
    assert (1, 2, 3, 1) == ledger.sheet("csv")
    assert (0, 0, 0, 0) == ledger.sheet("jsonl")


def test_a_batch_is_stored_whole_or_not_at_all(ledger: Ledger) -> None:
    """Where one of a batch cannot be stored, none is, and the next batch has no gap in its numbers."""
    ledger.intend([claim(1), claim(2)])
    bad = SEVEN._replace(confidence="\ud800")  # type: ignore[arg-type]  # no text that SQLite takes
    with pytest.raises(UnicodeEncodeError):
        ledger.record([(claim(1), SEVEN), (claim(2), bad)], "net", "now", PLACES)
    assert ([], {}) == (ledger.to_archive(), ledger.tally())
    assert [1] == [made.seq for made in ledger.record([(claim(2), SEVEN)], "net", "now", PLACES)]


def test_an_id_is_announced_once(ledger: Ledger) -> None:
    """The same id again is refused, and takes the rest of its batch with it."""
    ledger.intend([claim(1)])
    with pytest.raises(sqlite3.IntegrityError):
        ledger.intend([claim(2), claim(1)])
    assert not ledger.knows(id_of(2))


def test_sums_are_kept(ledger: Ledger) -> None:
    """tally counts results for ever; states counts what is unfinished."""
    recorded(ledger, 1, 2)
    recorded(ledger, 3, verdict=BLANK)
    ledger.finish([id_of(1)], [])
    ledger.intend([claim(4), claim(5)])
    ledger.set_state([id_of(5)], "missing")
    assert {("ok", ""): 2, ("unreadable", "blank"): 1} == ledger.tally()
    assert {"intent": 1, "missing": 1, "recorded": 2} == ledger.states()


def test_a_requeued_picture_is_no_finished_one(ledger: Ledger) -> None:
    """Announcing the new id takes the old one out of the archive's list, in the same transaction."""
    recorded(ledger, 1)
    ledger.finish([id_of(1)], [])
    ledger.intend([claim(2, requeued_from=id_of(1))])
    assert None is ledger.find(id_of(1))
    assert 1 == ledger.place_of(id_of(1)).seq


def test_pictures_are_found_by_name_and_by_place(ledger: Ledger) -> None:
    """By path in the inbox, or by place in the outbox, the newest last."""
    ledger.intend([claim(1, b"in/7.png"), claim(2, b"in/7.png")])
    made = ledger.record([(claim(n, b"in/7.png"), SEVEN) for n in (1, 2)], "net", "now", PLACES)
    ledger.finish([id_of(1), id_of(2)], [])
    assert made == ledger.find_by_file(b"in/7.png")
    assert made[1:] == ledger.find_by_file(b"archive/2026-03-01/in/7~2.png")
    assert [] == ledger.find_by_file(b"8.png")


def test_everything_is_there_after_opening_again(tmp_path: Path) -> None:
    """What a transaction has committed is found by the next process, and by a reader meanwhile."""
    first = Ledger(tmp_path / "ledger")
    made = recorded(first, 1)
    first.set_meta("identity", "x")
    reader = Ledger(tmp_path / "ledger", read_only=True)
    assert made == reader.to_archive()
    reader.close()
    first.close()
    with closing(Ledger(tmp_path / "ledger")) as again:
        assert (made, "x", None) == (again.to_archive(), again.meta("identity"), again.meta("other"))


def test_commits_wait_for_the_disk(ledger: Ledger) -> None:
    """WAL with synchronous FULL: a committed transaction survives a power cut."""
    pragmas = [ledger._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert ["wal", 2] == pragmas


def refused(path: Path, **how: bool) -> str:
    with pytest.raises(SurroundingsError) as error:
        Ledger(path, **how)
    assert str(path) in str(error.value)
    return f"{error.value} | {error.value.hint}"


def test_what_is_no_ledger_is_refused_and_left_alone(tmp_path: Path) -> None:
    """Damage, another program's database, and another version: each with what to do, none touched."""
    damaged = tmp_path / "damaged"
    damaged.write_bytes(b"SQLite format 3\0" + b"\xff" * 2000)
    assert "restore a backup" in refused(damaged)
    assert damaged.read_bytes().endswith(b"\xff")
    with closing(sqlite3.connect(tmp_path / "other")) as other:
        other.execute("CREATE TABLE songs (name)")
    assert "another program" in refused(tmp_path / "other")
    with closing(sqlite3.connect(tmp_path / "newer")) as newer:
        newer.execute("PRAGMA user_version = 99")
    assert f"has version 99, this program's is version {SCHEMA_VERSION}" in refused(tmp_path / "newer")
    assert "unable to open" in refused(tmp_path / "no" / "folder")
    assert "unable to open" in refused(tmp_path / "nothing", read_only=True)


def test_a_ledger_that_was_moved_away_is_noticed(tmp_path: Path) -> None:
    """Deleted, or replaced by a copy: the open file is not the one that the next start will find."""
    path = tmp_path / "ledger"
    with closing(Ledger(path)) as ledger:
        ledger.check_present()
        os.rename(path, tmp_path / "moved")
        with pytest.raises(SurroundingsError, match="was moved or deleted while it was in use"):
            ledger.check_present()
        path.write_bytes((tmp_path / "moved").read_bytes())
        with pytest.raises(SurroundingsError):
            ledger.check_present()


@pytest.mark.parametrize("name", ["a ledger?mode=ro#x", "100%25", "größe"])
def test_any_path_may_hold_a_ledger(tmp_path: Path, name: str) -> None:
    """Characters that mean something in a URI are just characters."""
    with closing(Ledger(tmp_path / name)) as ledger:
        ledger.set_meta("a", "b")
    assert name in [path.name for path in tmp_path.iterdir()]
