"""`python -m bench.scale`: how many daemons and cores 1,000 to 100,000 pictures a second need; a simulation.

Nothing is measured here: what was measured, and what is assumed of machines that are not here, stands in
`bench.sizing`. The tables are those of docs/scale.md.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import product
from pathlib import Path

import click
import numpy as np

from bench import sizing
from bench.command import out_option, spelled
from bench.results import Figure, Results
from bench.shard import simulated
from bench.sizing import KINDS, LARGE, LOCAL, SMALL, WIDE, Kind, Site, Storage, laid_out

RATES = (1_000, 10_000, 100_000)  # pictures a second
CASES = {"small PNG": (SMALL, LOCAL), "photograph": (LARGE, LOCAL), "photograph, 100 Gb/s": (LARGE, WIDE)}
_DAY = 86_400  # seconds
_WARM_UP, _STEADY = 5, 25  # seconds
_BURST, _AFTER = 60, 3600  # seconds
_TIMES = 10  # as many pictures in a burst
_COARSE = 0.05  # seconds, where minutes are told
_UNITS = ((1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


@click.command()
@out_option
def main(out: Path | None) -> None:
    """Print the tables of docs/scale.md."""
    results = Results(spelled())
    click.echo("\n\n".join(tables()))
    if out is not None:
        results.figures += figures()
        results.save(out)


def tables() -> Sequence[str]:
    """In the order of the page."""
    return ends(), sites(), waits(), days()


def ends() -> str:
    """At which rate each part of one daemon comes to its end, by itself, with as many cores as it can feed."""
    slow = Storage(sync=sizing.SLOW_SYNC_SECONDS)
    away = Storage(look=sizing.ANSWER_SECONDS, rename=sizing.CHANGE_SECONDS)
    distant = f"{1e3 * away.look:.2f} ms a look, {1e3 * away.rename:.1f} ms a rename"
    loops = {
        f"the loop, all on the disk here ({1e3 * sizing.SYNC_SECONDS:.1f} ms a sync)": LOCAL,
        f"the loop, on a disk with {1e3 * slow.sync:.0f} ms a sync": slow,
        f"the loop, inbox and archive over a network ({distant})": away,
    }
    parts = {
        "its network, 10 Gb/s": "network",
        f"file calls of its executors, {sizing.CALLS:,} a second": "file calls",
        f"tasks of its Spark driver, {sizing.TASKS:,} a second": "tasks",
    }
    rows = [(said, *(_rounded(_end_of_loop(kind, storage)) for kind in KINDS)) for said, storage in loops.items()]
    rows += [(said, *(_rounded(_end(kind, part)) for kind in KINDS)) for said, part in parts.items()]
    rows.append(("a folder of ext4, if all of a day goes into one", *(_rounded(sizing.FOLDER / _DAY) for _ in KINDS)))
    return _table(("of one daemon", *(f"{kind.title}s a second" for kind in KINDS)), rows)


def sites() -> str:
    """What each rate takes, which share of each part it uses, and which part ends first as the rate grows."""
    rows = []
    for (title, (kind, storage)), rate in product(CASES.items(), RATES):
        site = laid_out(kind, rate, storage)
        loads, (part, most) = site.loads(kind, rate), site.breaks_first(kind, rate)
        shares = (f"{loads[name]:.0%}" for name in ("the loop", "cores that read", "network"))
        cores = f"{site.cores:,}{'' if site.spark else ', local'}"
        bytes_ = f"{_size(rate * kind.bytes)}/s"
        rows.append((title, f"{rate:,}", f"{site.daemons}", cores, bytes_, *shares, f"{part}: {_rounded(most)}"))
    heads = ("", "a second", "daemons", "cores that read", "bytes", "loop", "cores", "network", "breaks first, at")
    return _table(heads, rows)


def waits() -> str:
    """How long a picture waits for its row, and what ten times as many for a minute leave."""
    rows = []
    for (title, (kind, storage)), rate in product(CASES.items(), RATES):
        (middle, late), (waiting, minutes) = steady(kind, rate, storage), after_a_burst(kind, rate, storage)
        backlog = f"{_rounded(waiting)} ({_size(waiting * kind.bytes)})"
        rows.append((title, f"{rate:,}", f"{middle:.2f}", f"{late:.2f}", backlog, f"{minutes:.1f}"))
    heads = ("", "a second", "wait, s", "p99, s", "waiting after a minute of ten times as many", "gone after, min")
    return _table(heads, rows)


def days() -> str:
    """What a day leaves."""
    rows = []
    for rate in RATES:
        each = (sizing.LEDGER_BYTES, sizing.RESULTS_BYTES, sizing.WRITTEN_BYTES, *(kind.on_disk for kind in KINDS))
        rows.append((f"{rate:,}", f"{rate * _DAY / 1e6:,.0f} M", *(_size(rate * _DAY * size) for size in each)))
    archives = (f"archive, {kind.title}s" for kind in KINDS)
    return _table(("a second", "pictures", "ledger", "results files", "written to disks for both", *archives), rows)


def figures() -> list[Figure]:
    """What the simulation found, for another run to be compared with."""
    found = []
    for (title, (kind, storage)), rate in product(CASES.items(), RATES):
        name = f"{title}, {rate:,} a second"
        found += [
            Figure(f"{name}: wait, p99", "s", (steady(kind, rate, storage)[1],)),
            Figure(f"{name}: waiting after a burst", "pictures", (after_a_burst(kind, rate, storage)[0],)),
        ]
    return found


@cache
def steady(kind: Kind, rate: float, storage: Storage) -> tuple[float, float]:
    """Seconds that the middle picture waits for its row, and all but the hundredth part at most."""
    found = simulated(kind, laid_out(kind, rate, storage), [(_WARM_UP + _STEADY, rate)]).waits(_WARM_UP, _STEADY)
    return float(np.quantile(found, 0.5)), float(np.quantile(found, 0.99))


@cache
def after_a_burst(kind: Kind, rate: float, storage: Storage) -> tuple[float, float]:
    """Pictures that wait at its end, and the minutes until all of them have been taken."""
    site, over = laid_out(kind, rate, storage), _WARM_UP + _BURST
    rates = [(_WARM_UP, rate), (_BURST, _TIMES * rate), (_AFTER, rate)]
    course = simulated(kind, site, rates, calm_after=over, step=_COARSE)
    return float(course.inside(over - 1, over)[-1]) * site.daemons, (course.ends[-1] - over) / 60


def _end_of_loop(kind: Kind, storage: Storage) -> float:
    return 1 / Site(1, 1, storage).loads(kind, 1.0)["the loop"]


def _end(kind: Kind, part: str) -> float:
    """Of an executor's part, with as many executors as the rate asks for: both are sought together."""
    rate = 1.0
    for _ in range(50):
        cores = max(sizing.LOCAL_CORES + 1, round(rate * kind.seconds / sizing.FULL))
        rate /= Site(1, cores).loads(kind, rate)[part]
    return rate


def _rounded(value: float) -> str:
    """To two figures: more of them would say more than is known."""
    return f"{float(f'{value:.2g}'):,.0f}"


def _size(number: float) -> str:
    divisor, unit = next((by, unit) for by, unit in _UNITS if number >= by)
    return f"{float(f'{number / divisor:.2g}'):g} {unit}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, ["---"] * len(heads), *rows))


if __name__ == "__main__":
    main()
