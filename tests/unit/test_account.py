"""watcher.reporting.account: the ledger's own sum, and what the disk says to it at rest."""

import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from fakes import BLANK, PNG, Desk, claim

from watcher.ledger import Ledger
from watcher.questions import Questions
from watcher.reporting.account import against_the_disk, ledger_facts, touched_sheets

PLACES = (
    "in_work", "to_archive", "archived", "requeued", "missing", "expiring", "expired", "purged", "quarantined",
)  # fmt: skip


@pytest.fixture
def read(desk: Desk) -> Desk:
    """Three pictures were read; one of them is blank."""
    for name, verdict in (("1.png", desk.verdict), ("2.png", desk.verdict), ("3.png", BLANK)):
        desk.verdict = verdict
        desk.drop(name, PNG)
        desk.turns(2)
    return desk


def account(ledger: Questions) -> dict[str, Any]:
    found: dict[str, Any] = ledger_facts(ledger)["account"]
    assert found["taken"] == sum(found[place] for place in PLACES)
    return found


def places(ledger: Questions) -> dict[str, int]:
    """Where pictures are, but for zeros."""
    found = account(ledger)
    return {place: found[place] for place in PLACES if found[place]}


def test_what_came_in_is_somewhere(read: Desk) -> None:
    """By status and reason, by place, and by rows: all have the same sum."""
    facts = ledger_facts(read.ledger)
    assert (3, {"ok": 2, "unreadable": 1}, {"blank": 1}) == (facts["results"], facts["by_status"], facts["by_reason"])
    found = account(read.ledger)
    assert (3, 3, {"results.csv": 3, "results.jsonl": 3}) == (found["taken"], found["archived"], found["rows"])
    assert [] == found["wrong"]


def test_each_state_is_a_place(read: Desk) -> None:
    """In work, on the way, read again, lost, expired: whatever becomes of a picture, the sum stays."""
    ledger, ids = read.ledger, read.ids()
    ledger.intend([claim(1), claim(2), claim(3)])
    ledger.set_state([claim(2).id], "missing")
    ledger.set_state([claim(3).id], "quarantined")
    assert {"in_work": 1, "archived": 3, "missing": 1, "quarantined": 1} == places(ledger)
    ledger.set_state([ids[0]], "recorded")
    ledger.set_state([ids[1]], "missing")
    assert {"in_work": 1, "to_archive": 1, "archived": 1, "missing": 2, "quarantined": 1} == places(ledger)
    ledger.intend([claim(4)._replace(requeued_from=ids[2])])
    ledger.set_state([claim(1).id], "cancelled")  # it was gone before it was taken: it never came in
    assert {"in_work": 1, "to_archive": 1, "requeued": 1, "missing": 2, "quarantined": 1} == places(ledger)
    assert [] == account(ledger)["wrong"]


def test_the_sum_is_of_one_moment(read: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A result that comes between two questions is in none of the answers."""
    with_it = Questions.tally

    def and_one_comes(self: Questions) -> dict[tuple[str, str], int]:
        found = with_it(self)
        if not read.watched.waiting and len(read.ids()) == 3:
            read.drop("4.png", PNG)
            read.turns(3)
        return found

    other = Questions(read.ledger.path)
    monkeypatch.setattr(Questions, "tally", and_one_comes)
    assert ([], 3) == (account(other)["wrong"], account(other)["results"] - 1)
    other.close()


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        ("UPDATE tally SET n = n + 1 WHERE status = 'ok'", "4 results are counted, and 3 have"),
        ("UPDATE stock SET n = n - 1 WHERE kind = 'archive'", "3 results are counted, and 2 have a picture"),
        ("UPDATE sheets SET seq = 9", "3 results are counted, and 9 have a number"),
    ],
)
def test_what_does_not_add_up_is_said(read: Desk, damage: str, expected: str) -> None:
    """By two counts that are kept apart."""
    read.ledger._db.execute(damage)
    wrong = ledger_facts(read.ledger)["account"]["wrong"]
    assert any(sentence.startswith(expected) for sentence in wrong), wrong


def test_no_question_goes_through_all_records(ledger: Ledger) -> None:
    """The board asks once a second, also where there are ten million of them."""
    asked: list[str] = []
    ledger._db.set_trace_callback(asked.append)
    ledger_facts(ledger)
    ledger.oldest_in_work()
    ledger.archived_near(7)
    ledger._db.set_trace_callback(None)
    plans = [
        (row["detail"], sql)
        for sql in asked if sql.startswith("SELECT")
        for row in ledger._db.execute(f"EXPLAIN QUERY PLAN {sql}")
    ]  # fmt: skip
    assert len(plans) > 5
    assert [] == [(plan, sql) for plan, sql in plans if plan.startswith("SCAN records")]


def test_at_rest_the_disk_agrees(read: Desk) -> None:
    """Rows in both files, nothing in work, and both files as they were left."""
    outbox = os.fsencode(read.outbox)
    assert [] == against_the_disk(account(read.ledger), os.fsencode(read.inbox))
    assert [] == list(touched_sheets(read.ledger, outbox))


def test_what_lies_in_work_is_counted(read: Desk) -> None:
    """One that nobody knows, and one that is not there any more."""
    (read.inbox / ".work" / "strange").touch()
    inbox = os.fsencode(read.inbox)
    assert ["0 pictures are in work, and 1 files lie in the work folder"] == against_the_disk(
        account(read.ledger), inbox
    )
    read.ledger.intend([claim(1), claim(2)])
    assert ["2 pictures are in work, and 1 files lie in the work folder"] == against_the_disk(
        account(read.ledger), inbox
    )


def test_rows_that_are_behind_are_said(read: Desk) -> None:
    """At rest every result has its row in both files."""
    read.ledger._db.execute("UPDATE sheets SET seq = 2 WHERE name = 'csv'")
    wrong = against_the_disk(account(read.ledger), os.fsencode(read.inbox))
    assert ["results.csv has 2 rows of 3 results"] == wrong


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (Path.unlink, "results.csv is not there; it begins anew with the next result"),
        (lambda path: path.write_bytes(path.read_bytes() + b"x"), "results.csv has "),
        (lambda path: path.rename(path.with_name("x")) and path.write_bytes(b""), "results.csv is another file"),
    ],
)
def test_a_results_file_that_somebody_touched_is_noticed(read: Desk, what: Any, expected: str) -> None:
    """People may do that; it is nothing lost."""
    what(read.outbox / "results.csv")
    found = list(touched_sheets(read.ledger, os.fsencode(read.outbox)))
    assert (1, True) == (len(found), found[0].startswith(expected))


def test_a_moment_ends_where_a_question_fails(read: Desk) -> None:
    """No transaction stays open, which would keep the WAL from being folded in."""
    with pytest.raises(sqlite3.OperationalError), read.ledger.at_one_moment():
        raise sqlite3.OperationalError
    assert not read.ledger._db.in_transaction
