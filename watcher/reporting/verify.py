"""`status --verify`: every record against every file in archive/ and rejected/, by name and size."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from watcher.files import PARTIAL
from watcher.questions import Questions
from watcher.reporting.account import ledger_facts
from watcher.reporting.sheet_lines import rows_in
from watcher.rows import readable_name

REASON = b".reason.txt"
FOLDERS = (b"archive", b"rejected")
MOST_LOOKED_AT_AGAIN = 10_000
MOST_NAMED = 10


@dataclass
class Findings:
    """What was found. records: by state. files: pictures, without reasons. size: in bytes. rows: by results file.

    absent, changed, unknown: places below the outbox of pictures that are not there, that have another size than the
    one that was read, and of files that no record has. came: results that were added meanwhile. wrong: what does not
    add up in the ledger itself.
    """

    records: Counter[str] = field(default_factory=Counter)
    files: int = 0
    size: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    absent: list[bytes] = field(default_factory=list)
    changed: list[bytes] = field(default_factory=list)
    unknown: list[bytes] = field(default_factory=list)
    results: int = 0
    came: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def well(self) -> bool:
        """Whether nothing is lost: files that somebody else put there are no loss."""
        return not (self.absent or self.changed or self.wrong)


def verify(ledger_path: Path, outbox: bytes, on_progress: Callable[[int, int], object] = lambda *_: None) -> Findings:
    """Look at all of it, beside a running daemon too; what moved meanwhile is looked at a second time.

    on_progress is told how many records were looked at so far, and of how many. Raises SurroundingsError where the
    ledger cannot be read, OSError where a folder cannot.
    """
    found = Findings()
    with closing(Questions(ledger_path)) as ledger:
        before = ledger_facts(ledger)
        total = before["results"] - before["account"]["purged"]
        _compare(found, ledger, outbox, lambda done: on_progress(done, total))
        _look_again(found, ledger, outbox)
        found.rows = {name: rows_in(outbox, name) for name in ("results.csv", "results.jsonl")}
        after = ledger_facts(ledger)
    found.results, found.came = after["results"], after["results"] - before["results"]
    found.wrong = list(after["account"]["wrong"])
    counted = found.records.total() + after["account"]["purged"]
    if before["account"] == after["account"] and counted != after["results"]:
        found.wrong.append(f"{after['results']:,} results are counted, and {counted:,} records are there or forgotten")
    return found


def _compare(found: Findings, ledger: Questions, outbox: bytes, on_progress: Callable[[int], object]) -> None:
    """Both in the order of places, so that neither is ever held as a whole."""
    files, records = _files(outbox), _records(ledger, on_progress)
    file, record = next(files, None), next(records, None)
    while file or record:
        if record is None or (file and file[0] < record[0]):
            assert file is not None  # noqa: S101  for the type checker
            found.unknown.append(file[0])
            file = next(files, None)
            continue
        place, state, size = record
        found.records[state] += 1
        is_there = file is not None and file[0] == place
        if file is not None and is_there:
            found.files, found.size = found.files + 1, found.size + file[1]
            if state not in ("archived", "expiring"):
                found.unknown.append(place)
            elif file[1] != size:
                found.changed.append(place)
            file = next(files, None)
        elif state == "archived":
            found.absent.append(place)
        record = next(records, None)


def _records(ledger: Questions, on_progress: Callable[[int], object]) -> Iterator[tuple[bytes, str, int]]:
    """Place, state and size of each, in many short reads: one long one would keep the ledger's WAL growing."""
    last, done = b"", 0
    while some := ledger.places_after(last):
        yield from some
        last = some[-1][0]
        done += len(some)
        on_progress(done)


def _files(outbox: bytes) -> Iterator[tuple[bytes, int]]:
    """Place and size of each picture below archive/ and rejected/, in the order of their places as bytes."""
    for folder in FOLDERS:
        if os.path.isdir(outbox + b"/" + folder):
            yield from _below(outbox, folder)


def _below(outbox: bytes, folder: bytes) -> Iterator[tuple[bytes, int]]:
    with os.scandir(outbox + b"/" + folder) as entries:
        # With its slash: so a folder stands where the paths in it do.
        names = sorted(os.fsencode(one.name) + b"/" * one.is_dir(follow_symlinks=False) for one in entries)
    for name in names:
        place = folder + b"/" + name.rstrip(b"/")
        if name.endswith(b"/"):
            yield from _below(outbox, place)
        elif not (name.endswith(REASON) or name.startswith(PARTIAL)):
            size = _size(outbox + b"/" + place)
            if size is not None:
                yield place, size


def _size(path: bytes) -> int | None:
    try:
        return os.lstat(path).st_size
    except (FileNotFoundError, NotADirectoryError):
        return None


def _look_again(found: Findings, ledger: Questions, outbox: bytes) -> None:
    """What a daemon did between the look at the record and the look at the file is no finding."""

    def is_off(place: bytes) -> bool:
        state, size = ledger.kept_at(place)
        present = _size(outbox + b"/" + place)
        return state == "archived" and present != size

    def is_unknown(place: bytes) -> bool:
        return ledger.kept_at(place)[0] not in ("archived", "expiring") and _size(outbox + b"/" + place) is not None

    for places, still in ((found.absent, is_off), (found.changed, is_off), (found.unknown, is_unknown)):
        first = places[:MOST_LOOKED_AT_AGAIN]
        places[: len(first)] = [place for place in first if still(place)]


def named(places: list[bytes]) -> list[str]:
    """The first of them, for people."""
    more = [f"… and {len(places) - MOST_NAMED:,} more"] if len(places) > MOST_NAMED else []
    return [readable_name(place) for place in places[:MOST_NAMED]] + more
