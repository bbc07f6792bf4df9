"""Where every picture is: the ledger's own sum, taken at one moment, and what the disk says to it at rest."""

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from watcher.files import QUARANTINE, WORK
from watcher.questions import Questions
from watcher.records import signed64

SHEETS = {"results.csv": "csv", "results.jsonl": "jsonl"}  # and how the ledger calls them
OF_THE_WORK_FOLDER = frozenset({"lock", "identity", os.fsdecode(QUARANTINE)})
# What becomes of a result's picture; `purged`: of the record too.
AFTER = ("archived", "requeued", "missing", "expiring", "expired", "purged")


def ledger_facts(ledger: Questions) -> dict[str, Any]:
    """What the ledger counts, all at one moment: results by status and reason, unfinished ones, and the account.

    review: how many wait for a person's word, and of how many people have given it, of whatever status.

    In the account, `taken` is what came in: it is the sum of all places but `results` and `rows`, which say how many
    results there are, and how many of them stand in each results file. wrong: what does not add up, as sentences.
    """
    with ledger.at_one_moment():
        tally, unfinished, places = ledger.tally(), ledger.states(), ledger.results()
        numbered, (waiting, answered) = ledger.last_seq(), ledger.review_counts()
        rows = {name: ledger.sheet(key)[3] for name, key in SHEETS.items()}
    by_status, by_reason = dict[str, int](), dict[str, int]()
    for (status, reason), n in tally.items():
        by_status[status] = by_status.get(status, 0) + n
        if reason:
            by_reason[reason] = by_reason.get(reason, 0) + n
    results, on_the_way = sum(by_status.values()), unfinished.get("recorded", 0)
    account = {
        "in_work": unfinished.get("intent", 0),
        "to_archive": on_the_way,
        **{state: places.get(state, 0) for state in AFTER},
        "quarantined": unfinished.get("quarantined", 0),
    }
    account["archived"] -= on_the_way
    account["missing"] = unfinished.get("missing", 0)  # also of those that were never read
    never_read = account["in_work"] + account["quarantined"] + account["missing"] - places.get("missing", 0)
    wrong = [
        *_differs("results are counted", results, sum(places.values()), "have a picture that is somewhere"),
        *_differs("results are counted", results, max(numbered, *rows.values()), "have a number"),
    ]
    return {
        "results": results,
        "by_status": by_status,
        "by_reason": by_reason,
        "review": {"open": waiting, "answered": answered},
        "unfinished": unfinished,
        "account": {"taken": results + never_read, **account, "results": results, "rows": rows, "wrong": wrong},
    }


def _differs(what: str, one: int, other: int, is_what: str) -> list[str]:
    return [] if one == other else [f"{one:,} {what}, and {other:,} {is_what}"]


def against_the_disk(account: dict[str, Any], inbox: bytes) -> list[str]:
    """What differs between the ledger and the disk while nothing moves: rows, and files in the work folder.

    Raises OSError where the surroundings fail.
    """
    behind = [f"{name} has {n:,} rows of {account['results']:,} results" for name, n in account["rows"].items()
              if n != account["results"]]  # fmt: skip
    return [*behind, *_work(account, inbox)]


def touched_sheets(ledger: Questions, outbox: bytes) -> Iterator[str]:
    """Which results files are not as they were left: people may do that, and the next row mends it.

    Raises OSError where the surroundings fail.
    """
    for name, key in SHEETS.items():
        device, inode, size, rows = ledger.sheet(key)
        if not rows:
            continue
        found = None
        with suppress(FileNotFoundError):
            found = os.lstat(outbox + b"/" + os.fsencode(name))
        if found is None:
            yield f"{name} is not there; it begins anew with the next result"
        elif (signed64(found.st_dev), signed64(found.st_ino)) != (device, inode):
            yield f"{name} is another file than the one that was written; it is looked through before the next row"
        elif found.st_size != size:
            yield f"{name} has {found.st_size:,} bytes, and {size:,} were written; it is mended before the next row"


def _work(account: dict[str, Any], inbox: bytes) -> Iterator[str]:
    with os.scandir(inbox + b"/" + WORK) as entries:
        found = sum(os.fsdecode(entry.name) not in OF_THE_WORK_FOLDER for entry in entries)
    expected = account["in_work"] + account["to_archive"]
    yield from _differs("pictures are in work", expected, found, "files lie in the work folder")
