"""`python -m bench.fairness`: how long does a fresh picture wait that is dropped while a folder full is being read?

Every two seconds one is renamed into place. Only those count that were dropped while others were still waiting.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import click

from bench.command import out_option, spelled
from bench.cost import Cost, Meter
from bench.daemon import running
from bench.dropping import Dropping, write_beside
from bench.folders import drawn, fill, workplace
from bench.new_rows import NewRows
from bench.pictures import KINDS
from bench.processes import Peak
from bench.results import Figure, Results
from bench.table import Table

_FRESH = "fresh-"
_POLL = 0.02  # seconds between two looks at results.csv: one that looks more often takes part of a core


@dataclass(frozen=True)
class Measured:
    """cost: of the backlog. delays: ms from a drop to its row. memory: MiB at most."""

    cost: Cost
    delays: tuple[float, ...]
    memory: float


@click.command()
@click.option("--backlog", default=100_000, show_default=True, help="Files waiting at the start.")
@click.option("--every", default=2.0, show_default=True, help="Seconds between two fresh pictures.")
@click.option("--kind", type=click.Choice(list(KINDS)), default="mnist", show_default=True)
@out_option
def main(backlog: int, every: float, kind: str, out: Path | None) -> None:
    """Drop pictures one by one while a backlog is being read."""
    results = Results(spelled())
    table = Table(results)
    found = measure(drawn(KINDS[kind].draw, min(KINDS[kind].distinct, backlog)), backlog, every)
    clock, processors = found.cost.each(backlog)
    table.add(
        Figure(f"fresh picture behind {backlog:,}: drop to row", "ms", found.delays),
        Figure(f"backlog of {backlog:,} beside it", "pictures/s", (1e6 / clock,), "more"),
        Figure(f"backlog of {backlog:,} beside it: processors", "µs/picture", (processors,)),
        Figure(f"backlog of {backlog:,} beside it: memory, at most", "MiB", (found.memory,)),
    )
    if out is not None:
        results.save(out)


def measure(pictures: list[bytes], backlog: int, every: float) -> Measured:
    """Start a daemon on a full inbox, and drop fresh pictures until nothing of it waits."""
    seen: dict[str, float] = {}
    with workplace() as root:
        fill(root / "inbox", pictures, backlog, "old-")
        new, peak = NewRows(root / "outbox" / "results.csv"), Peak()
        with running(root) as (process, _), peak.of(process.pid):
            started, meter = time.perf_counter(), Meter(children_only=True)
            with Dropping(root / "inbox", pictures, _FRESH, every, write_beside) as dropping:
                new.follow(seen, lambda: len(seen) - _fresh(dropping, seen) >= backlog, _POLL)
                cost = meter.read()
            ended = max(at for name, at in seen.items() if not name.startswith(_FRESH))
            new.follow(seen, lambda: _fresh(dropping, seen) == len(dropping.at), _POLL)
    during = {name: at for name, at in dropping.at.items() if at < ended}
    delays = tuple(1000 * (seen[name] - at) for name, at in during.items())
    return Measured(Cost(ended - started, cost.processor_seconds), delays, peak.mib)


def _fresh(dropping: Dropping, seen: dict[str, float]) -> int:
    return sum(name in seen for name in list(dropping.at))


if __name__ == "__main__":
    main()
