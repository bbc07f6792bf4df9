"""What the daemon takes of a machine: time to start, memory, and processors while it has nothing to do."""

import time
from collections.abc import Sequence
from pathlib import Path

from bench.daemon import drain, running
from bench.dropping import write
from bench.folders import fill, workplace
from bench.new_rows import NewRows
from bench.processes import Peak, memory, processor_seconds
from bench.results import Figure

_SETTLED = 2.0  # seconds from READY, until memory is looked at
_LISTED = 15.0  # seconds in which an inbox full of files has been seen
_POLL = 0.0005  # seconds between two looks at results.csv


def starts(root: Path, pictures: Sequence[bytes], count: int) -> list[Figure]:
    """Seconds from the process's start to READY, and to the row of a picture that waits; so many starts of each.

    The first start of all is not counted: it finds nothing in the disk's cache.
    """
    ready, rows, idle = list[float](), list[float](), list[float]()
    for _ in range(count + 1):
        with running(root) as (process, seconds):
            ready.append(seconds)
            time.sleep(_SETTLED)
            idle.append(memory(process.pid))
    for number in range(count):
        name = f"waits-{number}.png"
        write(root / "inbox", name, pictures[number % len(pictures)])
        seen: dict[str, float] = {}
        new = NewRows(root / "outbox" / "results.csv")
        started = time.perf_counter()
        with running(root):
            new.follow(seen, lambda name=name, seen=seen: name in seen, _POLL)  # type: ignore[misc]
        rows.append(seen[name] - started)
    return [
        Figure("start to READY", "s", tuple(ready[1:])),
        Figure("start to the row of a picture that waits", "s", tuple(rows)),
        Figure("memory, idle", "MiB", tuple(idle[1:])),
    ]


def full_load(pictures: Sequence[bytes], count: int, rounds: int) -> Figure:
    """MiB at most while a backlog of so many pictures is read."""
    found = []
    for _ in range(rounds):
        with workplace() as root:
            fill(root / "inbox", pictures, count)
            peak = Peak()
            drain(root / "inbox", watch=peak.of)
            found.append(peak.mib)
    return Figure(f"memory, at most, {count:,} files waiting", "MiB", tuple(found))


def idle_processor(pid: int, seconds: float) -> float:
    """Percent of one core, over so many seconds."""
    before = processor_seconds(pid)
    time.sleep(seconds)
    return 100 * (processor_seconds(pid) - before) / seconds


def ignored(inbox: Path, count: int) -> None:
    """So many files whose names are passed over: half are still being copied, half are of no kind that is read."""
    for number in range(count):
        (inbox / f"{number}.{'part' if number % 2 else 'xlsx'}").touch()
    time.sleep(_LISTED)
