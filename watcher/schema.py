"""The ledger's tables, and its rows as claims and records and back."""

import sqlite3
from collections.abc import Iterator
from typing import Any

from pydantic_core import from_json, to_json

from watcher.corrections.labels import TABLES as LABELS
from watcher.recognition.verdict import Reason, Status, Verdict
from watcher.records import Claim, Identity, Record

SCHEMA_VERSION = 5
# What is unfinished is little and changes all the time; what is finished is much and only grows at its end. So a row
# that stays is written once, and a claim that has a record is one whose file is not yet at its place.
_TABLES = """
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
_KIND = "CASE {}status WHEN 'unreadable' THEN 'rejected' ELSE 'archive' END"  # the folder that the picture goes to
COUNT = (
    "INSERT INTO stock VALUES ({}, {}, {}, {})"
    " ON CONFLICT DO UPDATE SET n = n + excluded.n, bytes = bytes + excluded.bytes"
)
# Whoever adds records counts them; what becomes of them later, these triggers count, and let retention know.
STOCK = f"""
CREATE INDEX expiring ON records (state) WHERE state = 'expiring';
-- records by folder and state, and the bytes of their pictures
CREATE TABLE stock (kind TEXT, state TEXT, n INTEGER NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (kind, state))
    WITHOUT ROWID;
-- up to where retention has done its work; newest: the greatest id on the way
CREATE TABLE frontiers (walk TEXT PRIMARY KEY, seq INTEGER NOT NULL, newest TEXT NOT NULL) WITHOUT ROWID;
CREATE TRIGGER moved AFTER UPDATE OF state ON records WHEN old.state <> new.state BEGIN
    {COUNT.format(_KIND.format("old."), "old.state", "-1", "-old.size")};
    {COUNT.format(_KIND.format("new."), "new.state", "1", "new.size")};
    UPDATE frontiers SET seq = new.seq - 1 WHERE seq >= new.seq AND walk = CASE new.state
        WHEN 'expired' THEN 'ledger' WHEN 'requeued' THEN 'ledger' WHEN 'archived' THEN {_KIND.format("new.")} END;
END;
CREATE TRIGGER purged AFTER DELETE ON records BEGIN
    {COUNT.format(_KIND.format("old."), "old.state", "-1", "-old.size")};
    {COUNT.format(_KIND.format("old."), "'purged'", "1", "old.size")};
END;
"""  # noqa: S608  all of it is ours
SCHEMA = _TABLES + STOCK + LABELS
KIND = _KIND.format("")


ANNOUNCE = "INSERT INTO claims VALUES (?, 'intent', ?, ?, ?, ?, ?, ?, ?, ?)"
# `archived` from the beginning: that its file is not there yet, its claim says.
RECORD = (
    "INSERT INTO records VALUES (?, 'archived', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
# A record whose picture is on its way to its place again has a claim again.
CLAIM_AGAIN = """INSERT OR REPLACE INTO claims
    SELECT id, 'intent', file, dev, ino, size, mtime_ns, attempt, arrived_at, requeued_from FROM records
    WHERE id = ?"""

# Where the picture of one result went into a later one: same name, same bytes. old, its place, new, in sequence.
READ_AGAIN = """SELECT old.id AS old, old.archived_to AS place, new.id AS new
    FROM records AS new JOIN records AS old ON old.sha256 = new.sha256 AND old.file = new.file AND old.seq < new.seq
    WHERE new.seq > ? AND new.requeued_from IS NULL AND new.state = 'archived' AND old.state IN ('archived', 'missing')
    AND old.id NOT IN (SELECT id FROM claims) ORDER BY new.seq, old.seq DESC"""


def statements(script: str) -> Iterator[str]:
    """The statements of a script, each for a call of its own: so all can be in one transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def claim_values(claim: Claim) -> tuple[Any, ...]:
    """What ANNOUNCE asks for."""
    return (claim.id, claim.file, *claim.identity, claim.attempt, claim.arrived_at, claim.requeued_from)


def record_values(record: Record) -> tuple[Any, ...]:
    """What RECORD asks for."""
    c, v = record.claim, record.verdict
    return (
        c.id, c.file, *c.identity, c.attempt, c.arrived_at, c.requeued_from,
        record.seq, v.status.value, v.reason.value if v.reason else None, v.prediction, v.confidence,
        v.second_prediction, v.second_confidence, to_json(v.scores).decode(), v.width, v.height, v.sha256, v.detail,
        record.model, record.processed_at, record.archived_to,
    )  # fmt: skip


def claim_of(row: sqlite3.Row) -> Claim:
    """The claim in a row of `claims` or `records`."""
    identity = Identity(row["dev"], row["ino"], row["size"], row["mtime_ns"])
    return Claim(row["id"], bytes(row["file"]), identity, row["arrived_at"], row["attempt"], row["requeued_from"])


def record_of(row: sqlite3.Row) -> Record:
    """The record in a row of `records`."""
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
