"""Reserved places: where each picture will lie below the outbox, decided once, in the ledger's transaction."""

import os
import re
import sqlite3
from collections.abc import Container, Sequence
from datetime import datetime, tzinfo
from itertools import groupby
from pathlib import Path

from watcher.recognition.verdict import Status
from watcher.records import Claim

_ASKED_AT_ONCE = 500  # places; SQLite takes 32,766 values in one statement
LONGEST_NAME = 255 - len(".reason.txt")  # bytes; a rejected picture has its reason beside it


class Places:
    """Gives every picture a path of its own: archive/ or rejected/, the day of arrival, the path in the inbox."""

    def __init__(self, outbox: Path, zone: tzinfo) -> None:
        self._outbox = os.fsencode(outbox)
        self._zone = zone

    def reserve(self, db: sqlite3.Connection, wanted: Sequence[tuple[Claim, Status]]) -> list[bytes]:
        """A path relative to the outbox for each, that no record has or had; call it within a transaction of `db`.

        The second 7.png of a day becomes 7~2.png; a folder whose name a file has, becomes name~2.
        """
        places: dict[bytes, None] = {}  # in their order
        for (rejected, arrived_at, within), group in groupby(wanted, _destination):
            folder = self._folder_of(db, rejected, arrived_at, within, places)
            names = [claim.file.rpartition(b"/")[2] for claim, _ in group]
            firsts = [folder + b"/" + shortened(name) for name in names]
            taken = self._taken(db, firsts)
            for name, first in zip(names, firsts, strict=True):
                free = first
                while free in taken or free in places:
                    free = folder + b"/" + numbered(name, _next_number(db, first))
                    taken |= self._taken(db, [free])
                places[free] = None
        return list(places)

    def _folder_of(
        self, db: sqlite3.Connection, rejected: bool, arrived_at: str, within: bytes, reserved: Container[bytes]
    ) -> bytes:
        day = datetime.fromisoformat(arrived_at).astimezone(self._zone).date().isoformat()
        place = f"{'rejected' if rejected else 'archive'}/{day}".encode()
        for folder in within.split(b"/") if within else ():
            place = self._folder(db, place + b"/" + shortened(folder), reserved)
        return place

    def _folder(self, db: sqlite3.Connection, path: bytes, reserved: Container[bytes]) -> bytes:
        parent, _, name = path.rpartition(b"/")
        free, number = path, 1
        while db.execute("SELECT 1 FROM folders WHERE path = ?", (free,)).fetchone() is None:
            if free not in reserved and not _is_file(db, free) and not _is_foreign_file(self._outbox + b"/" + free):
                db.execute("INSERT INTO folders VALUES (?)", (free,))
                break
            number += 1  # counted anew each time, so that all files of a folder come to lie in one
            free = parent + b"/" + numbered(name, number)
        return free

    def _taken(self, db: sqlite3.Connection, places: Sequence[bytes]) -> set[bytes]:
        """Which of these a record, a folder of ours or somebody's file has."""
        taken = {place for place in places if os.access(self._outbox + b"/" + place, os.F_OK, follow_symlinks=False)}
        for begin in range(0, len(places), _ASKED_AT_ONCE):
            some = places[begin : begin + _ASKED_AT_ONCE]
            marks = ",".join("?" * len(some))
            asked = f"SELECT archived_to FROM records WHERE archived_to IN ({marks})"  # noqa: S608  question marks
            taken.update(row[0] for row in db.execute(asked, some))
            asked = f"SELECT path FROM folders WHERE path IN ({marks})"  # noqa: S608
            taken.update(row[0] for row in db.execute(asked, some))
        return taken


def _destination(wanted: tuple[Claim, Status]) -> tuple[bool, str, bytes]:
    """Those that have this in common go to one folder: whether rejected, time of arrival, folder in the inbox."""
    claim, status = wanted
    return status is Status.UNREADABLE, claim.arrived_at, claim.file.rpartition(b"/")[0]


def remember(db: sqlite3.Connection, claim: Claim, place: bytes) -> None:
    """Keep in mind what was reserved by another ledger, as `reserve` would have; within a transaction of `db`."""
    kind, day, *folders, name = place.split(b"/")
    path = kind + b"/" + day
    for folder in folders:
        path += b"/" + folder
        db.execute("INSERT OR IGNORE INTO folders VALUES (?)", (path,))
    first = shortened(claim.file.rpartition(b"/")[2])
    number = re.search(rb"~(\d{1,9})$", _split(name)[0])
    if number and name != first:
        db.execute(
            "INSERT INTO numbers VALUES (?, ?) ON CONFLICT DO UPDATE SET next = max(next, excluded.next)",
            (path + b"/" + first, int(number[1]) + 1),
        )


def numbered(name: bytes, number: int) -> bytes:
    """7.png, 2 → 7~2.png, shortened where the file system would refuse the length."""
    stem, suffix = _split(name)
    tail = f"~{number}".encode() + suffix
    return _cut(stem, LONGEST_NAME - len(tail)) + tail


def shortened(name: bytes) -> bytes:
    """The name, cut in its stem between two characters where it is longer than LONGEST_NAME bytes."""
    if len(name) <= LONGEST_NAME:
        return name
    stem, suffix = _split(name)
    return _cut(stem, LONGEST_NAME - len(suffix)) + suffix


def _split(name: bytes) -> tuple[bytes, bytes]:
    """Stem and suffix; what is very long behind the last point is no suffix."""
    stem, dot, suffix = name.rpartition(b".")
    return (stem, dot + suffix) if stem and len(suffix) <= 16 else (name, b"")


def _cut(name: bytes, length: int) -> bytes:
    if len(name) <= length:
        return name
    # A UTF-8 character has up to three bytes of this form behind its first; more are no UTF-8 at all.
    back = next((n for n in range(4) if name[length - n] & 0xC0 != 0x80), 0)
    return name[: length - back]


def _is_file(db: sqlite3.Connection, path: bytes) -> bool:
    return db.execute("SELECT 1 FROM records WHERE archived_to = ?", (path,)).fetchone() is not None


def _is_foreign_file(path: bytes) -> bool:
    return os.path.lexists(path) and not os.path.isdir(path)


def _next_number(db: sqlite3.Connection, path: bytes) -> int:
    row = db.execute(
        "INSERT INTO numbers VALUES (?, 3) ON CONFLICT DO UPDATE SET next = next + 1 RETURNING next - 1", (path,)
    ).fetchone()
    return int(row[0])
