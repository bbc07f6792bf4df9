"""What people say of pictures: corrections, one after the other, never changed; and what of them holds now."""

import sqlite3
from typing import NamedTuple

from watcher.recognition.verdict import DIGITS, Reason, Status
from watcher.records import Record

NOT_A_DIGIT = "not_a_digit"
LABELS = (*DIGITS, NOT_A_DIGIT)
TAKEN_BACK = ""  # as a label: what the reader said holds again
LONGEST_NAME = 100  # characters, of whoever says something

# A picture that is read again keeps what people said of it: that becomes a correction of the new record, with its id.
TABLES = """
CREATE TABLE corrections (
    seq INTEGER PRIMARY KEY,         -- place in corrections.csv
    id TEXT NOT NULL UNIQUE,
    picture TEXT NOT NULL,           -- id of its record
    file BLOB NOT NULL,
    was TEXT NOT NULL,               -- what held before: a label, or what the reader had read; '' for nothing
    label TEXT NOT NULL,             -- 0 to 9, not_a_digit; '': taken back
    made_by TEXT NOT NULL,
    made_at TEXT NOT NULL
);
CREATE INDEX corrections_of ON corrections (picture, seq);
-- under which id a picture was read again
CREATE INDEX read_again ON records (requeued_from) WHERE requeued_from IS NOT NULL;
-- what people say of a picture now; of others the reader's word holds
CREATE TABLE labels (picture TEXT PRIMARY KEY, label TEXT NOT NULL, correction INTEGER NOT NULL) WITHOUT ROWID;
-- records that wait for a person's word: in review, and their pictures at hand
CREATE TABLE open_reviews (seq INTEGER PRIMARY KEY);
CREATE TRIGGER opened AFTER INSERT ON records WHEN new.status = 'review' AND new.state = 'archived' BEGIN
    INSERT INTO open_reviews SELECT new.seq WHERE NOT EXISTS (SELECT 1 FROM labels WHERE picture = new.id);
END;
CREATE TRIGGER reopened AFTER UPDATE OF state ON records WHEN new.status = 'review' AND new.state <> old.state BEGIN
    DELETE FROM open_reviews WHERE seq = new.seq;
    INSERT INTO open_reviews SELECT new.seq WHERE new.state = 'archived'
        AND NOT EXISTS (SELECT 1 FROM labels WHERE picture = new.id);
END;
CREATE TRIGGER left AFTER DELETE ON records BEGIN
    DELETE FROM labels WHERE picture = old.id;
    DELETE FROM open_reviews WHERE seq = old.seq;
END;
CREATE TRIGGER carried AFTER INSERT ON records WHEN new.requeued_from IS NOT NULL BEGIN
    INSERT INTO corrections
        SELECT (SELECT max(seq) + 1 FROM corrections), new.id, new.id, new.file, coalesce(new.prediction, ''), label,
            made_by, made_at
        FROM corrections WHERE seq = (SELECT correction FROM labels WHERE picture = new.requeued_from);
END;
CREATE TRIGGER said AFTER INSERT ON corrections BEGIN
    DELETE FROM labels WHERE picture = new.picture;
    INSERT INTO labels SELECT new.picture, new.label, new.seq WHERE new.label <> '';
END;
CREATE TRIGGER labelled AFTER INSERT ON labels BEGIN
    DELETE FROM open_reviews WHERE seq = (SELECT seq FROM records WHERE id = new.picture);
END;
CREATE TRIGGER unlabelled AFTER DELETE ON labels BEGIN
    INSERT OR IGNORE INTO open_reviews
        SELECT seq FROM records WHERE id = old.picture AND status = 'review' AND state = 'archived';
END;
"""


class Correction(NamedTuple):
    """One person's word on one picture. picture: the id of its record; file: its path in the inbox.

    was: what held before, a label or what the reader had read, "" where that was nothing. label: what holds from then
    on, one of LABELS or TAKEN_BACK. by: a person's name; at: RFC 3339, UTC.
    """

    seq: int
    id: str
    picture: str
    file: bytes
    was: str
    label: str
    by: str
    at: str


class Said(NamedTuple):
    """A correction that is not in the ledger yet. id: its own."""

    id: str
    picture: str
    label: str
    by: str
    at: str


def correction_of(row: sqlite3.Row) -> Correction:
    """The correction in a row of `corrections`."""
    return Correction(
        row["seq"], row["id"], row["picture"], bytes(row["file"]), row["was"], row["label"], row["made_by"],
        row["made_at"],
    )  # fmt: skip


def corrected(record: Record, label: str) -> Record:
    """The record as it would be, had the reader said what a person says: who is sure has no confidence in numbers."""
    v = record.verdict
    if label == NOT_A_DIGIT:
        said = v._replace(status=Status.UNREADABLE, reason=Reason.NOT_A_DIGIT, prediction=None)
    else:
        said = v._replace(status=Status.OK, reason=None, prediction=label)
    if said.prediction is None or said.prediction != v.prediction:
        said = said._replace(confidence=None, second_prediction=None, second_confidence=None, scores=())
    return record._replace(verdict=said)
