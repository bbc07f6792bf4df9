"""`python -m bench.scaling`: does a picture cost the same whatever waits, whatever lies in the ledger and the archive?

Each drain is timed whole, from READY to the end of `run --once`. What a drain of a single picture costs is taken off,
for it is paid once: what is left is divided by the pictures. Of large inboxes the first 10,000 pictures differ, the
others are copies of their bytes under names of their own. An archived file is made empty: it is the names that count.
All files were just written, so that they come from memory: of a disk at rest reading is slower, for the floor as well.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from bench.command import out_option, spelled
from bench.cost import Cost
from bench.daemon import Drain, drain
from bench.folders import drawn, fill, workplace
from bench.history import crowd, older_rows
from bench.pictures import KINDS
from bench.processes import Peak
from bench.results import Figure, Results
from bench.table import short
from watcher.bars import each
from watcher.config import Config

_SIZES = (1_000, 10_000, 100_000, 1_000_000)
_SINGLES = 5  # drains of one picture
_ROUNDS_FOR = 30_000  # pictures: fewer are drained several times, so that all figures are about as sure
_MOST_ROUNDS = 9


@dataclass(frozen=True)
class Case:
    """count: pictures that wait. prepare: puts into the root, after a first drain, what a daemon has behind it.

    workers: 0 is the default.
    """

    name: str
    count: int
    prepare: Callable[[Path], None] = lambda _: None
    workers: int = 0


@dataclass(frozen=True)
class Measured:
    """A value a drain. clock, processors: µs a picture. memory: MiB at most. ready: seconds from start to READY."""

    clock: tuple[float, ...]
    processors: tuple[float, ...]
    memory: tuple[float, ...]
    ready: tuple[float, ...]

    def figures(self, name: str) -> list[Figure]:
        """By the name of the case."""
        units = {"clock": "µs/picture", "processors": "µs/picture", "memory": "MiB", "ready": "s"}
        return [Figure(f"{name}: {what}", unit, getattr(self, what)) for what, unit in units.items()]

    def row(self, name: str) -> str:
        """The line below HEADER."""
        spread = f"{short(min(self.clock)):>7}–{short(max(self.clock)):<7}"
        clock, *others = (
            f"{figure.median:>10,.{digits}f}" for figure, digits in zip(self.figures(name), (0, 0, 0, 2), strict=True)
        )
        return f"{name:<54}{clock}  {spread}{''.join(others)}{len(self.clock):>6}"


HEADER = f"{'a picture':<54}{'µs':>10}  {'lowest–highest':^15}{'CPU µs':>10}{'MiB':>10}{'READY, s':>10}{'of':>6}"


@click.command()
@click.option("--largest", default=100_000, show_default=True, help="Files waiting at most; from 1,000 on, ten times.")
@click.option("--pictures", default=10_000, show_default=True, help="Files waiting in all other cases.")
@click.option("--rows", default=1_000_000, show_default=True, help="In the older ledger; 0: without this case.")
@click.option("--archived", default=100_000, show_default=True, help="Files in the day's folder; 0: without this case.")
@click.option("--workers", multiple=True, type=int, default=(1, 2), show_default=True, help="Repeatable.")
@click.option("--kind", type=click.Choice(list(KINDS)), default="mnist", show_default=True)
@out_option
def main(
    largest: int, pictures: int, rows: int, archived: int, workers: tuple[int, ...], kind: str, out: Path | None
) -> None:
    """Time and memory of drains, with more and more files waiting and lying about."""
    results = Results(spelled())
    click.echo(f"{results.heading()}\n\n{HEADER}")
    cases = [Case(f"{size:,} waiting", size) for size in _SIZES if size <= largest]
    if rows:
        name = f"{pictures:,} waiting, {rows:,} rows in the ledger"
        cases.append(Case(name, pictures, lambda root: older_rows(ledger_of(root), rows)))
    if archived:
        name = f"{pictures:,} waiting, {archived:,} files in the day's folder"
        cases.append(Case(name, pictures, lambda root: crowd(root / "outbox", archived)))
    cases += [Case(f"{pictures:,} waiting, workers: {number}", pictures, workers=number) for number in workers]
    some = drawn(KINDS[kind].draw, min(KINDS[kind].distinct, max(case.count for case in cases)))
    for case in cases:
        found = measure(case, some)
        results.figures += found.figures(case.name)
        click.echo(found.row(case.name))
    if out is not None:
        results.save(out)


def ledger_of(root: Path) -> Path:
    """Where the ledger is of a daemon that runs on this root."""
    return Config(inbox=root / "inbox", outbox=root / "outbox").ledger_path


def measure(case: Case, pictures: Sequence[bytes]) -> Measured:
    """Drain a case, as often as its size allows."""
    with workplace() as root:
        _drained(root, pictures, 1, "first-", case.workers)
        case.prepare(root)
        singles = [_drained(root, pictures, 1, f"single-{n}-", case.workers)[0].cost for n in range(_SINGLES)]
        turns = each(range(rounds(case.count)), "rounds", case.name)
        found = [_drained(root, pictures, case.count, f"{n}-", case.workers) for n in turns]
    costs = [one.cost.beyond(_middle(singles)).each(case.count - 1) for one, _ in found]
    clock, processors = zip(*costs, strict=True)
    return Measured(clock, processors, tuple(mib for _, mib in found), tuple(one.ready for one, _ in found))


def rounds(count: int) -> int:
    """How often so many pictures are drained."""
    return max(1, min(_MOST_ROUNDS, _ROUNDS_FOR // count))


def _drained(root: Path, pictures: Sequence[bytes], count: int, prefix: str, workers: int) -> tuple[Drain, float]:
    fill(root / "inbox", pictures, count, prefix)
    peak = Peak()
    return drain(root / "inbox", workers=workers, watch=peak.of), peak.mib


def _middle(costs: Sequence[Cost]) -> Cost:
    return sorted(costs, key=lambda cost: cost.seconds)[len(costs) // 2]


if __name__ == "__main__":
    main()
