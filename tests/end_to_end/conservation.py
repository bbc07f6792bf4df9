"""Conservation, seen from outside: every dropped picture is one record, one row, one line and one copy; no more.

Read from the files alone, with nothing of the daemon's own code but the way back from a readable name.
"""

import csv
import hashlib
import json
import os
import re
import sqlite3
import stat
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from watcher.rows import parse_name

Version = tuple[int, int, int]  # inode, size in bytes, modification time in ns: which file, in which condition
_SET_ASIDE = re.compile(r"results-(\d{4}-\d\d-\d\d)(?:-(\d+))?\.(csv|jsonl)")
_OF_THE_OUTBOX = {"results.csv", "results.jsonl", "status.json", ".identity"}
_OF_CORRECTIONS = {"corrections.csv", "results-corrected.csv"}
_OF_THE_WORK_FOLDER = {"lock", "identity", "quarantine"}
_REASON = b".reason.txt"
_RECORDS = (
    "SELECT id, state, seq, sha256, archived_to, status, requeued_from, ino, size, mtime_ns FROM pictures ORDER BY seq"
)


@dataclass
class Account:
    """What was found. lost, doubled: sha256, once for each; damaged: places; wrong: sentences on all of it."""

    rows: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def same(self, expected: Any, actual: Any, what: str) -> None:
        """Both are equal, or that is wrong."""
        if expected != actual:
            self.wrong.append(f"{what}: {_difference(expected, actual)}")


def _difference(expected: Any, actual: Any) -> str:
    if isinstance(expected, int):
        return f"{expected} expected, {actual} found"
    if isinstance(expected, list):
        at = next((n for n, (a, b) in enumerate(zip(expected, actual, strict=False)) if a != b), len(expected))
        return (
            f"{len(expected)} and {len(actual)}, other from number {at}: {expected[at : at + 2]} {actual[at : at + 2]}"
        )
    missing, more = expected - actual, actual - expected
    return f"not there: {sorted(missing)[:5]} ({len(missing)}), too many: {sorted(more)[:5]} ({len(more)})"


class Conservation:
    """One look at inbox, outbox and state of a daemon that has nothing to do."""

    def __init__(self, inbox: Path, outbox: Path, state: Path) -> None:
        self._inbox, self._outbox, self._state = inbox, outbox, state
        self.account = Account()
        with closing(sqlite3.connect(state / "ledger.sqlite3")) as db:
            db.row_factory = sqlite3.Row
            self.account.same(["ok"], [row[0] for row in db.execute("PRAGMA integrity_check")], "ledger's integrity")
            records = db.execute(_RECORDS).fetchall()
            self._said = db.execute("SELECT * FROM corrections ORDER BY seq").fetchall()
        self._read = [record for record in records if record["seq"] is not None]
        self._unread = [record for record in records if record["seq"] is None]
        self._expired = Counter(record["sha256"] for record in self._read if record["state"] == "expired")
        self._archived = {bytes(r["archived_to"]): r for r in self._read if r["state"] == "archived"}

    def check(
        self, dropped: Counter[str], came_back: Collection[Version], quarantined: int, ignored: Collection[str]
    ) -> Account:
        """All of it. dropped: sha256 of what was put into the inbox and stayed there until it was taken.

        came_back: versions that the writer got back, for another one that took their place before they were
        taken. quarantined: how many are in quarantine. ignored: names at the top of the outbox that are others'.
        """
        self._check_states(came_back, quarantined)
        self._check_sheets()
        self._check_corrections()
        self._check_copies(dropped)
        self._check_nothing_elsewhere(dropped, quarantined, set(ignored))
        self.account.rows = len(self._read)
        return self.account

    def _check_states(self, came_back: Collection[Version], quarantined: int) -> None:
        same = self.account.same
        same([*range(1, len(self._read) + 1)], [record["seq"] for record in self._read], "sequence numbers")
        same(
            set(),
            {record["state"] for record in self._read} - {"archived", "requeued", "expired"},
            "states of what was read",
        )
        missing = [(r["ino"], r["size"], r["mtime_ns"]) for r in self._unread if r["state"] == "missing"]
        same([], [version for version in missing if version not in came_back], "missing files")
        states = Counter(record["state"] for record in self._unread)
        same(quarantined, states.pop("quarantined", 0), "records in quarantine")
        same(set(), set(states) - {"missing", "cancelled"}, "states of what was not read")
        again = Counter(record["requeued_from"] for record in self._read if record["requeued_from"])
        same(Counter(r["id"] for r in self._read if r["state"] == "requeued"), again, "what was read again")

    def _check_sheets(self) -> None:
        expected = [(r["id"], r["sha256"], r["status"], bytes(r["archived_to"])) for r in self._read]
        for name, rows in (("results.csv", self._csv()), ("results.jsonl", self._jsonl())):
            found = [(r["id"], r["sha256"], r["status"], parse_name(r["archived_to"])) for r in rows]
            self.account.same(expected, found, name)

    def _check_corrections(self) -> None:
        """What people said stands in the file as in the ledger, and the corrected rows are what came of it."""
        same = self.account.same
        same([*range(1, len(self._said) + 1)], [one["seq"] for one in self._said], "sequence numbers of corrections")
        columns = ("id", "picture", "was", "label", "made_by", "made_at")
        wanted = [tuple(one[name] for name in columns) for one in self._said]
        found = table(self._outbox / "corrections.csv")
        same(wanted, [(r["correction"], r["id"], r["from"], r["to"], r["by"], r["at"]) for r in found], "corrections")
        labels = {one["picture"]: one["label"] for one in self._said}
        corrected = [(r["id"], labels.get(r["id"]) or r["prediction"] or "not_a_digit") for r in self._csv()]
        rows = table(self._outbox / "results-corrected.csv")
        if self._said:
            same(corrected, [(row["id"], row["prediction"] or "not_a_digit") for row in rows], "corrected rows")

    def _csv(self) -> Iterator[dict[str, Any]]:
        for path in self._files("csv"):
            with open(path, newline="", encoding="utf-8") as file:
                yield from csv.DictReader(file)

    def _jsonl(self) -> Iterator[dict[str, Any]]:
        for path in self._files("jsonl"):
            with open(path, encoding="utf-8", newline="\n") as file:
                yield from map(json.loads, file)

    def _files(self, suffix: str) -> list[Path]:
        """Those that were set aside, in their order, and the one that grows."""
        found = [match for path in self._outbox.iterdir() if (match := _SET_ASIDE.fullmatch(path.name))]
        aside = sorted((match[1], int(match[2] or 1), match[0]) for match in found if match[3] == suffix)
        return [*(self._outbox / name for *_, name in aside), self._outbox / f"results.{suffix}"]

    def _check_copies(self, dropped: Counter[str]) -> None:
        account = self.account
        kept, reasons = dict[bytes, str](), set[bytes]()
        for folder in ("archive", "rejected"):
            for path in _files_below(os.fsencode(self._outbox / folder)):
                place = os.path.relpath(path, os.fsencode(self._outbox))
                if place.endswith(_REASON):
                    reasons.add(place)
                else:
                    kept[place] = _sha256(path)
        account.same(set(self._archived), set(kept), "files in archive and rejected")
        account.damaged = [
            os.fsdecode(place) for place, record in self._archived.items() if kept.get(place, "") != record["sha256"]
        ]
        account.same([], account.damaged, "files that are not what was read")
        rejected = {place + _REASON for place in self._archived if place.startswith(b"rejected/")}
        account.same(rejected, reasons, "reason files")
        dropped = dropped - self._expired
        copies = Counter(kept.values())
        account.lost, account.doubled = [*(dropped - copies).elements()], [*(copies - dropped).elements()]
        account.same(dropped, copies, "pictures dropped and kept")
        records = Counter(record["sha256"] for record in self._archived.values())
        account.same(dropped, records, "pictures dropped and in the ledger")

    def _check_nothing_elsewhere(self, dropped: Counter[str], quarantined: int, ignored: set[str]) -> None:
        same = self.account.same
        work = self._inbox / ".work"
        same(set(), {*os.listdir(work)} - _OF_THE_WORK_FOLDER, "what lies in the work folder")
        same(quarantined, len(os.listdir(work / "quarantine")), "what lies in quarantine")
        left = [path for path in _files_below(os.fsencode(self._inbox)) if b"/.work/" not in path and _is_file(path)]
        same([], [path for path in left if _sha256(path) in dropped], "pictures left in the inbox")
        top = {entry.name for entry in os.scandir(self._outbox) if entry.is_file(follow_symlinks=False)}
        known = (
            _OF_THE_OUTBOX
            | (_OF_CORRECTIONS if self._said else set())
            | {path.name for suffix in ("csv", "jsonl") for path in self._files(suffix)}
        )
        same(set(), top - known - ignored - {".gitkeep"}, "what lies in the outbox")
        same([], [name for name in os.listdir(self._state / "requests") if not name.startswith(".")], "open wishes")


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file; none where there is no such file."""
    if not path.exists():
        return []
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _files_below(folder: bytes) -> Iterator[bytes]:
    for top, _, names in os.walk(folder):
        yield from (top + b"/" + name for name in names)


def _is_file(path: bytes) -> bool:
    return stat.S_ISREG(os.lstat(path).st_mode)


def _sha256(path: bytes) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
