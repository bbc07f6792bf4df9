"""watcher.places: places that another ledger reserved are as taken as our own."""

from datetime import UTC
from pathlib import Path

from fakes import claim, record

from watcher.ledger import Ledger
from watcher.places import Places
from watcher.recognition.verdict import Status
from watcher.records import Claim, Record

PLACES = Places(Path("/nowhere"), UTC)


def reserve(ledger: Ledger, made: Claim) -> str:
    """Without writing: what the next picture would get."""
    with ledger._transaction() as db:
        (place,) = PLACES.reserve(db, [(made, Status.OK)])
        return place.decode("utf-8", "surrogateescape")


def copied(number: int, file: bytes, place: bytes) -> tuple[Record, str]:
    return record(number, file, archived_to=place), "archived"


def test_numbers_go_on_behind_the_highest(ledger: Ledger) -> None:
    """7~5.png was given: the next one is 7~6.png, not 7~2.png, whatever order the rows come in."""
    day = b"archive/2026-03-01/"
    ledger.take_in([copied(1, b"7.png", day + b"7.png"), copied(2, b"7.png", day + b"7~5.png")])
    ledger.take_in([copied(3, b"7.png", day + b"7~3.png")])
    assert "archive/2026-03-01/7~6.png" == reserve(ledger, claim(9, b"7.png"))


def test_a_name_with_a_tilde_of_its_own_is_no_number(ledger: Ledger) -> None:
    """b~3.png was called so in the inbox."""
    ledger.take_in([copied(1, b"b~3.png", b"archive/2026-03-01/b~3.png")])
    assert [] == ledger._db.execute("SELECT * FROM numbers").fetchall()
    assert "archive/2026-03-01/b~3~2.png" == reserve(ledger, claim(9, b"b~3.png"))


def test_folders_are_known(ledger: Ledger) -> None:
    """A file of that name, which arrives later, does not stand in their way."""
    ledger.take_in([copied(1, b"a/b.png/7.png", b"archive/2026-03-01/a/b.png/7.png")])
    assert "archive/2026-03-01/a/b~2.png" == reserve(ledger, claim(9, b"a/b.png"))
    assert "archive/2026-03-01/a/b.png/8.png" == reserve(ledger, claim(10, b"a/b.png/8.png"))


def test_what_was_taken_in_is_counted_and_comes_last(ledger: Ledger) -> None:
    """Behind the records that are here, in their own order; a claim of the same id becomes the record."""
    ledger.intend([claim(1), claim(2, b"8.png")])
    made = ledger.record([(claim(1), record().verdict)], "net", "now", PLACES)
    ledger.take_in([copied(2, b"8.png", b"archive/2026-03-01/8.png"), copied(3, b"9.png", b"archive/2026-03-01/9.png")])
    assert [made[0].claim.id, record(2).claim.id, record(3).claim.id] == [r.claim.id for r in ledger.records_after(0)]
    assert ([], {("ok", ""): 3}) == (ledger.in_work(), ledger.tally())
