"""watcher.corrections: what people say of pictures is added, never changed; what holds follows."""

import random
from pathlib import Path

import pytest
from fakes import BLANK, SEVEN, claim, id_of

from watcher.corrections.labels import NOT_A_DIGIT, TAKEN_BACK, Correction, Said, corrected
from watcher.ledger import Ledger
from watcher.places import Places
from watcher.recognition.verdict import Reason, Status, Verdict
from watcher.records import Record

DOUBTFUL = SEVEN._replace(status=Status.REVIEW, reason=Reason.LOW_CONFIDENCE, confidence=0.5)


def said(number: int, picture: int, label: str, by: str = "Ann") -> Said:
    return Said(id_of(1000 + number), id_of(picture), label, by, f"2026-03-01T12:00:0{number % 10}.000Z")


def add(ledger: Ledger, tmp_path: Path, *verdicts: Verdict) -> list[Record]:
    """Pictures 1, 2, …: recorded, and at their places."""
    from datetime import UTC

    claims = [claim(number) for number in range(1, len(verdicts) + 1)]
    ledger.intend(claims)
    made = ledger.record(list(zip(claims, verdicts, strict=True)), "net", "now", Places(tmp_path, UTC))
    ledger.finish([one.claim.id for one in made], [])
    return made


def open_reviews(ledger: Ledger) -> list[int]:
    return [row[0] for row in ledger._db.execute("SELECT seq FROM open_reviews ORDER BY seq")]


def test_each_word_is_a_record_of_its_own(ledger: Ledger, tmp_path: Path) -> None:
    """Who, when, from, to; the record of the result stays as it is."""
    made = add(ledger, tmp_path, DOUBTFUL)
    assert [] == ledger.correct([said(1, 1, "1"), said(2, 1, NOT_A_DIGIT, "Bob"), said(3, 1, TAKEN_BACK)])
    assert [(1, "7", "1", "Ann"), (2, "1", NOT_A_DIGIT, "Bob"), (3, NOT_A_DIGIT, "", "Ann")] == [
        (one.seq, one.was, one.label, one.by) for one in ledger.corrections_of(id_of(1))
    ]
    assert made[0] == ledger.place_of(id_of(1))
    assert ledger.label_of(id_of(1)) is None


def test_what_held_before_a_word_on_the_readers_own_is_nothing_where_it_read_nothing(
    ledger: Ledger, tmp_path: Path
) -> None:
    """`was` is empty."""
    add(ledger, tmp_path, BLANK)
    ledger.correct([said(1, 1, "4")])
    assert [("", "4")] == [(one.was, one.label) for one in ledger.corrections_after(0)]


def test_the_same_word_twice_is_one(ledger: Ledger, tmp_path: Path) -> None:
    """A wish that a kill left on the list is served again."""
    add(ledger, tmp_path, SEVEN, SEVEN)
    ledger.correct([said(1, 1, "1")])
    assert [] == ledger.correct([said(1, 1, "1"), said(2, 2, "2")])
    assert [id_of(1001), id_of(1002)] == [one.id for one in ledger.corrections_after(0)]
    assert 2 == ledger.last_correction()


def test_a_word_on_a_picture_that_is_not_here_is_given_back(ledger: Ledger, tmp_path: Path) -> None:
    """The others count."""
    add(ledger, tmp_path, SEVEN)
    stray = said(1, 99, "1")
    assert [stray] == ledger.correct([stray, said(2, 1, "2")])
    assert "2" == ledger.label_of(id_of(1))


def test_a_picture_that_is_read_again_keeps_what_people_said(ledger: Ledger, tmp_path: Path) -> None:
    """The new record has a correction of its own, by the same person at the same time; the old one keeps its own."""
    from datetime import UTC

    add(ledger, tmp_path, DOUBTFUL)
    ledger.correct([said(1, 1, "1"), said(2, 1, "2", "Bob")])
    again = claim(5)._replace(requeued_from=id_of(1))
    ledger.intend([again])
    ledger.record([(again, DOUBTFUL)], "new", "later", Places(tmp_path, UTC))
    (carried,) = ledger.corrections_of(id_of(5))
    assert (3, id_of(5), "7", "2", "Bob") == (carried.seq, carried.id, carried.was, carried.label, carried.by)
    assert "2" == ledger.label_of(id_of(1))
    assert [] == open_reviews(ledger)


def test_what_was_taken_back_is_not_carried(ledger: Ledger, tmp_path: Path) -> None:
    """The new reading waits for a person's word."""
    from datetime import UTC

    add(ledger, tmp_path, DOUBTFUL)
    ledger.correct([said(1, 1, "1"), said(2, 1, TAKEN_BACK)])
    again = claim(5)._replace(requeued_from=id_of(1))
    ledger.intend([again])
    ledger.record([(again, DOUBTFUL)], "new", "later", Places(tmp_path, UTC))
    assert ([], [2]) == (ledger.corrections_of(id_of(5)), open_reviews(ledger))


def test_corrections_of_another_ledger_are_taken_in_once(ledger: Ledger, tmp_path: Path) -> None:
    """Behind those that are here, without a gap; what is of a picture that is gone is kept too."""
    add(ledger, tmp_path, DOUBTFUL)
    ledger.correct([said(1, 1, "1")])
    others = [Correction(0, id_of(2000 + n), id_of(n), b"7.png", "7", "3", "Bob", "then") for n in (1, 1, 8)]
    ledger.take_in_corrections([others[0], others[0], others[2]])
    ledger.take_in_corrections(others)
    assert [(1, "1"), (2, "3"), (3, "3")] == [(one.seq, one.label) for one in ledger.corrections_after(0)]
    assert "3" == ledger.label_of(id_of(1))


@pytest.mark.parametrize("seed", range(20))
def test_the_open_reviews_are_those_that_are_at_hand_and_unsaid(ledger: Ledger, tmp_path: Path, seed: int) -> None:
    """Whatever happens to records, in any order: the list is what a look at all of them would give."""
    drawn = random.Random(seed)
    add(ledger, tmp_path, *drawn.choices([DOUBTFUL, SEVEN, BLANK], k=12))
    for step in range(40):
        picture = drawn.randint(1, 12)
        if drawn.random() < 0.6:
            ledger.correct([said(step, picture, drawn.choice(["1", "2", NOT_A_DIGIT, TAKEN_BACK]))])
        elif drawn.random() < 0.9:
            ledger.set_state([id_of(picture)], drawn.choice(["missing", "archived", "recorded", "archived"]))
        else:
            ledger._db.execute("DELETE FROM records WHERE id = ?", (id_of(picture),))
    found = ledger._db.execute(
        "SELECT seq FROM records WHERE status = 'review' AND state = 'archived'"
        " AND id NOT IN (SELECT picture FROM labels) ORDER BY seq"
    )
    assert [row[0] for row in found] == open_reviews(ledger)
    last = {one.picture: one.label for one in ledger.corrections_after(0)}
    here = {row[0] for row in ledger._db.execute("SELECT id FROM records")}
    assert {id_: label for id_, label in last.items() if label and id_ in here} == {
        row[0]: row[1] for row in ledger._db.execute("SELECT picture, label FROM labels")
    }
    assert (len(open_reviews(ledger)), len(here & {i for i, label in last.items() if label})) == ledger.review_counts()


@pytest.mark.parametrize(
    ("label", "status", "reason", "prediction", "confidence"),
    [
        ("3", Status.OK, None, "3", None),
        ("7", Status.OK, None, "7", 0.5),
        (NOT_A_DIGIT, Status.UNREADABLE, Reason.NOT_A_DIGIT, None, None),
    ],
)
def test_a_record_as_people_say_it(
    ledger: Ledger, tmp_path: Path, label: str, status: Status, reason: Reason | None, prediction: str | None,
    confidence: float | None,
) -> None:  # fmt: skip
    """What was confirmed keeps its numbers; of what a person read, no confidence is claimed."""
    (record,) = add(ledger, tmp_path, DOUBTFUL)
    v = corrected(record, label).verdict
    assert (status, reason, prediction, confidence) == (v.status, v.reason, v.prediction, v.confidence)
    assert record.claim == corrected(record, label).claim
