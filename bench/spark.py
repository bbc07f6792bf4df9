"""`python -m bench.spark`: a backlog read on this machine, and on a Spark cluster of one and of two workers.

The cluster stands on this machine too, a core a worker: what it costs to go through Spark is what a core reads less
there. How many cores of a cluster are worth as much as this machine follows from that.
"""

import time
from contextlib import ExitStack
from pathlib import Path

import click

from bench.command import out_option, spelled
from bench.daemon import drain, running
from bench.dropping import write_beside
from bench.folders import drawn, fill, workplace
from bench.new_rows import NewRows
from bench.pictures import KINDS, Kind, draw_mnist_like
from bench.results import Figure, Results
from bench.table import Table
from tests.spark.cluster import LOOPBACK, Cluster, why_missing, write_properties
from watcher.bars import each
from watcher.errors import SurroundingsError

READ_BY = ("here, 1 process", "here, 2 processes", "Spark, 1 worker", "Spark, 2 workers")
_SOME = click.IntRange(min=20)  # fewer are read before there is a time to divide by
_POLL = 0.002  # seconds between two looks at results.csv
_IDLE_SECONDS = 75.0  # Spark ends a Python worker that has had nothing to do for a minute


@click.command()
@click.option("--small", type=_SOME, default=20_000, show_default=True, help="Small PNG files, in each round.")
@click.option("--large", type=_SOME, default=200, show_default=True, help="12-megapixel photographs, in each round.")
@click.option("--rounds", default=3, show_default=True)
@click.option("--single", default=20, show_default=True, help="Pictures dropped one by one, two seconds apart.")
@click.option("--cold", default=3, show_default=True, help="Pictures dropped after more than a minute each.")
@out_option
def main(small: int, large: int, rounds: int, single: int, cold: int, out: Path | None) -> None:
    """Time each engine on the same pictures, in turn."""
    if missing := why_missing():
        raise SurroundingsError(f"no cluster can be started here: {missing}")
    results = Results(spelled())
    table = Table(results)
    with Cluster(workers=2, memory="2g") as cluster:
        cluster.start()
        for kind, count in ((KINDS["mnist"], small), (KINDS["photographs"], large)):
            figures = race(cluster, kind, count, rounds)
            table.add(*figures.values())
            for line in crossover(figures):
                click.echo(line)
        table.add(*singles(cluster, single, cold))
    if out is not None:
        results.save(out)


def race(cluster: Cluster, kind: Kind, count: int, rounds: int) -> dict[str, Figure]:
    """Pictures a second from READY to the last durable row and archived picture, by who read them."""
    pictures = drawn(kind.draw, min(kind.distinct, count))
    rates: dict[str, list[float]] = {name: [] for name in READ_BY}
    for name in each([name for _ in range(rounds) for name in READ_BY], "turns", kind.title):
        with workplace() as root:
            fill(root / "inbox", pictures, count)
            workers = 1 if "1 process" in name else 0
            drained = drain(root / "inbox", workers=workers, settings=settings(cluster, root, name))
            rates[name].append(count / drained.reading)  # without the end of Spark's session, which takes seconds
    return {name: Figure(f"{kind.title}: {name}", "pictures/s", tuple(found), "more") for name, found in rates.items()}


def settings(cluster: Cluster, root: Path, name: str = READ_BY[-1]) -> str:
    """What config.yaml says of the engine. root: where the properties go."""
    if name.startswith("here"):
        return ""
    properties = root / "spark.conf"
    cores = "1" if name == "Spark, 1 worker" else "2"
    said = {"spark.driver.host": LOOPBACK, "spark.driver.bindAddress": LOOPBACK, "spark.cores.max": cores}
    write_properties(properties, said)
    return f"engine: spark\nspark:\n  master: {cluster.master}\n  properties: {properties}\n"


def crossover(figures: dict[str, Figure]) -> list[str]:
    """How many of a cluster's cores are worth as much as this machine, by what one of them reads."""
    here = max(figures[name].median for name in READ_BY[:2])
    alone = figures["Spark, 1 worker"].median
    return [
        f"  a core through Spark reads {alone / figures[READ_BY[0]].median:.0%} of what one reads here;"
        f" more than {here / alone:.1f} of them read more than this machine"
    ]


def singles(cluster: Cluster, count: int, cold: int) -> list[Figure]:
    """Milliseconds from a drop into an idle inbox to the row; warm, and after Python workers have ended."""
    picture = drawn(draw_mnist_like, 1)[0]
    with ExitStack() as stack:
        root = stack.enter_context(workplace())
        (root / "inbox").mkdir()
        stack.enter_context(running(root, settings=settings(cluster, root)))
        delay(root, picture, "first.png")
        warm, late = [], []
        for number in range(count):
            time.sleep(2.0)
            warm.append(delay(root, picture, f"warm-{number}.png"))
        for number in each(range(cold), "pictures", "after an idle minute"):
            time.sleep(_IDLE_SECONDS)
            late.append(delay(root, picture, f"cold-{number}.png"))
    figures = [Figure("Spark, one picture, idle cluster: drop to row", "ms", tuple(warm))]
    return figures + ([Figure("the same, after an idle minute", "ms", tuple(late))] if late else [])


def delay(root: Path, picture: bytes, name: str) -> float:
    """Milliseconds from its drop to its row."""
    new, seen = NewRows(root / "outbox" / "results.csv"), dict[str, float]()
    started = time.perf_counter()
    write_beside(root / "inbox", name, picture)
    new.follow(seen, lambda: name in seen, _POLL)
    return 1000 * (seen[name] - started)


if __name__ == "__main__":
    main()
