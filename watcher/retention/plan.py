"""What retention would delete now: by which rule, how many, how large and of when."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import NamedTuple

from watcher.aging import LEDGER
from watcher.ledger import Ledger
from watcher.retention.rules import FOLDERS, Rules
from watcher.retention.walk import Walk


@dataclass(slots=True)
class Sum:
    """Pictures, files or records that would go. size: in bytes; first, last: the ids that arrived so."""

    count: int = 0
    size: int = 0
    first: str = ""
    last: str = ""

    def add(self, id_: str, bytes_: int) -> None:
        """One more."""
        self.count += 1
        self.size += bytes_
        self.first, self.last = min(self.first or id_, id_), max(self.last, id_)


class Stock(NamedTuple):
    """What a folder holds. size: in bytes."""

    where: str
    pictures: int
    size: int


class Due(NamedTuple):
    """What has had its time. where: a folder of pictures, `results` or `ledger`; by: days or bytes; limit: so many."""

    where: str
    by: str
    limit: int
    gone: Sum


def plan(ledger: Ledger, outbox: bytes, rules: Rules, now: datetime) -> Iterator[Stock | Due]:
    """Each folder's stock and what of it is due by each rule; then results files and records."""
    for folder in FOLDERS:
        yield Stock(folder, *ledger.stock(folder))
        yield from due_pictures(ledger, folder, rules, now)
    if (days := rules.days["results"]) is not None:
        files = Sum()
        for name in rules.old_results(outbox, now):
            files.count += 1
            files.size += os.lstat(outbox + b"/" + name).st_size
        yield Due("results", "days", days, files)
    limits = rules.limits(LEDGER, now)
    if limits is not None:
        until, records = _due(ledger, LEDGER, limits), Sum()
        for _, id_, over in takewhile(lambda row: row[0] <= until, ledger.to_purge(ledger.frontier(LEDGER)[0])):
            if over and id_ < limits[0]:
                records.add(id_, 0)
        yield Due(LEDGER, "days", rules.days[LEDGER] or 0, records)


def due_pictures(ledger: Ledger, folder: str, rules: Rules, now: datetime) -> Iterator[Due]:
    """Those of a folder that are too old, then those that are too many."""
    reached, kept = ledger.frontier(folder)[0], ledger.stock(folder)[1]
    limits, most = rules.limits(folder, now), rules.most_bytes[folder]
    if limits is not None:
        due = _due(ledger, folder, limits)
        old = Sum(*ledger.sum_of(folder, reached, due))
        reached, kept = max(reached, due), kept - old.size
        yield Due(folder, "days", rules.days[folder] or 0, old)
    if most is not None:
        many = Sum()
        for picture in ledger.kept(folder, reached, ledger.last_seq()):
            if kept - many.size <= most:
                break
            many.add(picture.id, picture.identity.size)
        yield Due(folder, "bytes", most, many)


def _due(ledger: Ledger, name: str, limits: tuple[str, str]) -> int:
    walk = Walk(ledger, name)
    while walk.look(*limits):
        pass
    return walk.due
