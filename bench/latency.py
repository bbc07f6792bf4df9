"""`python -m bench.latency`: from a picture's close or rename to its row in results.csv; start, memory, idle CPU."""

from collections.abc import Sequence
from pathlib import Path

import click

from bench.command import out_option, spelled
from bench.daemon import running
from bench.dropping import Dropping, Put, write, write_beside
from bench.folders import drawn, workplace
from bench.footprint import full_load, idle_processor, ignored, starts
from bench.new_rows import NewRows
from bench.pictures import draw_pictures
from bench.processes import memory
from bench.results import Figure, Results
from bench.table import Table

GAPS = (0.002, 0.05, 0.3, 1.0)  # seconds between two drops
STEADY = 500  # pictures a second
_DISTINCT = 2000
_POLL = 0.0005  # seconds between two looks at results.csv


@click.command()
@click.option("--pictures", default=500, show_default=True, help="For each gap of less than a second between drops.")
@click.option("--slow", default=50, show_default=True, help="Pictures for the gap of a second.")
@click.option("--steady", default=4.0, show_default=True, help=f"Seconds of {STEADY} pictures a second.")
@click.option("--starts", "start_count", default=5, show_default=True)
@click.option("--backlog", default=20_000, show_default=True, help="Files waiting, for memory at full load.")
@click.option("--idle", default=60.0, show_default=True, help="Seconds over which idle CPU is measured.")
@click.option("--ignored", "ignored_count", default=100_000, show_default=True, help="Ignored files, for idle CPU.")
@out_option
def main(
    pictures: int, slow: int, steady: float, start_count: int, backlog: int, idle: float, ignored_count: int,
    out: Path | None,
) -> None:  # fmt: skip
    """Measure a daemon as it starts, waits and is given pictures one by one."""
    results = Results(spelled())
    table = Table(results)
    some = drawn(draw_pictures, max(1, min(_DISTINCT, max(pictures, backlog))))
    with workplace() as root:
        table.add(*starts(root, some, start_count))
    table.add(full_load(some, backlog, 1))
    with workplace() as root, running(root) as (process, _):
        for how, put in (("closed", write), ("renamed", write_beside)):
            for gap in GAPS:
                count, name = (pictures if gap < 1 else slow), f"{how}, {gap * 1000:.0f} ms apart"
                table.add(Figure(name, "ms", delays(root, some, count, gap, put)))
        often = max(1, round(steady * STEADY))
        table.add(Figure(f"{STEADY} a second, closed", "ms", delays(root, some, often, 1 / STEADY, write)))
        table.add(Figure("memory, afterwards", "MiB", (memory(process.pid),)))
        table.add(Figure("idle CPU, empty inbox", "%", (idle_processor(process.pid, idle),)))
        ignored(root / "inbox", ignored_count)
        table.add(Figure(f"idle CPU, {ignored_count:,} ignored files", "%", (idle_processor(process.pid, idle),)))
    if out is not None:
        results.save(out)


def delays(root: Path, pictures: Sequence[bytes], count: int, gap: float, put: Put) -> tuple[float, ...]:
    """Milliseconds from each drop to its row."""
    new, seen = NewRows(root / "outbox" / "results.csv"), dict[str, float]()
    with Dropping(root / "inbox", pictures, f"{put.__name__}-{gap}-", gap, put, count) as dropping:
        new.follow(seen, lambda: len(seen) >= count, _POLL)
    return dropping.delays(seen)


if __name__ == "__main__":
    main()
