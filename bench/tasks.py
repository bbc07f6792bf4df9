"""`python -m bench.tasks`: what Spark takes for a job and for a task, however little they do.

All in one process on this machine, with the settings of the engine: a job of one task that does nothing, in Python as
the engine's tasks are; what each further task takes of a core; and how many tasks that never leave the JVM a driver
deals out in a second, which is what one driver may have cores for.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from bench.command import out_option, spelled
from bench.results import Figure, Results
from bench.table import Table
from watcher.bars import each
from watcher.cores import cores
from watcher.spark.properties import defaults, environment, log_settings, musts, submit_arguments

_WARM_UP = 2  # rounds, in which the JVM compiles and workers start
_IN_PYTHON, _IN_JVM = 100, 2000  # tasks of a job


@click.command()
@click.option("--rounds", default=9, show_default=True)
@out_option
def main(rounds: int, out: Path | None) -> None:
    """Time jobs that do nothing."""
    results = Results(spelled())
    table = Table(results)
    with TemporaryDirectory(prefix="digit-watcher-") as scratch:
        context = _context(Path(scratch))
        table.add(*figures(*(_seconds(job, rounds) for job in _jobs(context)), slots=cores()))
        context.stop()
    if out is not None:
        results.save(out)


def figures(one: tuple[float, ...], many: tuple[float, ...], jvm: tuple[float, ...], slots: int) -> list[Figure]:
    """one, many, jvm: seconds of a job of a single task, of many in Python, of many in the JVM; a value a round."""
    further = [(all_of_them - single) * slots / (_IN_PYTHON - 1) for single, all_of_them in zip(one, many, strict=True)]
    return [
        Figure("a job of one task", "ms", tuple(1e3 * seconds for seconds in one)),
        Figure("each further task, of a core", "ms", tuple(1e3 * seconds for seconds in further)),
        Figure("tasks dealt out by one driver", "a second", tuple(_IN_JVM / seconds for seconds in jvm), "more"),
    ]


def _context(scratch: Path) -> Any:
    from pyspark import SparkConf, SparkContext

    master = f"local[{cores()}]"
    (scratch / "log4j2.properties").write_text(log_settings(scratch / "spark.log"), encoding="ascii")
    os.environ.update(environment(master, scratch, sys.executable))
    os.environ["PYSPARK_SUBMIT_ARGS"] = submit_arguments(musts(master, scratch), None)
    SparkContext._ensure_initialized()
    conf = SparkConf()
    for key, value in defaults(master, scratch).items():
        conf.set(key, value)
    return SparkContext(conf=conf, appName="bench.tasks")


def _jobs(context: Any) -> Iterator[Callable[[], object]]:
    for tasks in (1, _IN_PYTHON):
        yield lambda tasks=tasks: context.parallelize(range(tasks), tasks).mapPartitions(_nothing).collect()
    numbers = context._jvm.java.util.ArrayList()
    yield lambda: context._jsc.parallelize(numbers, _IN_JVM).count()


def _nothing(_: Iterator[int]) -> Iterator[int]:
    return iter(())


def _seconds(job: Callable[[], object], rounds: int) -> tuple[float, ...]:
    found = []
    for _ in each(range(_WARM_UP + rounds), "rounds"):
        began = time.perf_counter()
        job()
        found.append(time.perf_counter() - began)
    return tuple(found[_WARM_UP:])


if __name__ == "__main__":
    main()
