"""The ledger's tables, and its rows as claims and records and back."""

import sqlite3
from typing import Any

from pydantic_core import from_json, to_json

from watcher.recognition.verdict import Reason, Status, Verdict
from watcher.records import Claim, Identity, Record

SCHEMA_VERSION = 1
SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE pictures (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    file BLOB NOT NULL,              -- path in the inbox, as bytes
    dev INTEGER NOT NULL, ino INTEGER NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    arrived_at TEXT NOT NULL,
    requeued_from TEXT,
    seq INTEGER UNIQUE,              -- place in the results files
    status TEXT, reason TEXT, prediction TEXT, confidence REAL, second_prediction TEXT, second_confidence REAL,
    scores TEXT, width INTEGER, height INTEGER, sha256 TEXT, detail TEXT,
    model TEXT, processed_at TEXT,
    archived_to BLOB UNIQUE          -- reserved place below the outbox, as bytes
) WITHOUT ROWID;
CREATE INDEX unfinished ON pictures (state) WHERE state IN ('intent', 'recorded', 'missing', 'quarantined');
-- folders below the outbox that are in use
CREATE TABLE folders (path BLOB PRIMARY KEY) WITHOUT ROWID;
-- the N of the next name~N
CREATE TABLE numbers (path BLOB PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE sheets (name TEXT PRIMARY KEY, dev INTEGER, ino INTEGER, offset INTEGER, seq INTEGER) WITHOUT ROWID;
CREATE TABLE tally (status TEXT, reason TEXT, n INTEGER NOT NULL, PRIMARY KEY (status, reason)) WITHOUT ROWID;
"""

RECORD = """UPDATE pictures SET state = 'recorded', seq = ?, status = ?, reason = ?, prediction = ?, confidence = ?,
    second_prediction = ?, second_confidence = ?, scores = ?, width = ?, height = ?, sha256 = ?, detail = ?,
    model = ?, processed_at = ?, archived_to = ? WHERE id = ?"""

TAKE_IN = """INSERT INTO pictures (id, state, file, dev, ino, size, mtime_ns, attempt, arrived_at)
    VALUES (?, 'intent', ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
    file = excluded.file, dev = excluded.dev, ino = excluded.ino, size = excluded.size, mtime_ns = excluded.mtime_ns"""

# Where the picture of one result went into a later one: same name, same bytes. old, its place, new, in sequence.
READ_AGAIN = """SELECT old.id AS old, old.archived_to AS place, new.id AS new
    FROM pictures AS new JOIN pictures AS old ON old.sha256 = new.sha256 AND old.file = new.file AND old.seq < new.seq
    WHERE new.seq > ? AND new.requeued_from IS NULL AND new.state IN ('recorded', 'archived')
    AND old.state IN ('archived', 'missing') ORDER BY new.seq, old.seq DESC"""


def result_values(record: Record) -> tuple[Any, ...]:
    """What RECORD asks for."""
    v = record.verdict
    return (
        record.seq, v.status.value, v.reason.value if v.reason else None, v.prediction, v.confidence,
        v.second_prediction, v.second_confidence, to_json(v.scores).decode(), v.width, v.height, v.sha256, v.detail,
        record.model, record.processed_at, record.archived_to, record.claim.id,
    )  # fmt: skip


def claim_of(row: sqlite3.Row) -> Claim:
    """The claim in a row of `pictures`."""
    identity = Identity(row["dev"], row["ino"], row["size"], row["mtime_ns"])
    return Claim(row["id"], bytes(row["file"]), identity, row["arrived_at"], row["attempt"], row["requeued_from"])


def record_of(row: sqlite3.Row) -> Record:
    """The record in a row of `pictures` that has a result."""
    verdict = Verdict(
        status=Status(row["status"]),
        sha256=row["sha256"],
        reason=Reason(row["reason"]) if row["reason"] else None,
        prediction=row["prediction"],
        confidence=row["confidence"],
        second_prediction=row["second_prediction"],
        second_confidence=row["second_confidence"],
        scores=tuple(from_json(row["scores"])),
        width=row["width"],
        height=row["height"],
        detail=row["detail"],
    )
    return Record(claim_of(row), verdict, row["seq"], row["model"], row["processed_at"], bytes(row["archived_to"]))
