"""`python -m bench.ceiling`: how many pictures one daemon can take, record and archive when reading costs nothing.

However many readers there are, on this machine or on a cluster, one loop feeds them: claims, ledger, results files and
archive are its work. Here a real daemon has a real folder, and an engine that answers at once. What reading costs is
measured in the same run, on one core: by both, so many cores are fed by one daemon, and pull so much from the storage
on which the pictures lie.

A turn of the loop costs something however few pictures it has: told from drains with small batches. Beside each other
daemons have inboxes, ledgers and results files of their own on one disk.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import click
import cv2

from bench.apart import apart
from bench.command import out_option, spelled
from bench.driven import NAMES, Driven, drive
from bench.folders import drawn, fill, workplace
from bench.pictures import KINDS
from bench.results import Figure, Results
from bench.stages import microseconds
from bench.table import Table
from watcher.bars import each
from watcher.models import SHIPPED
from watcher.recognition.model import load_model
from watcher.recognition.recogniser import Recogniser

_MEMORY = Path("/dev/shm")  # a tmpfs, where there is one: no disk is waited for
PLACES = {"disk": Path()} | ({"tmpfs": _MEMORY} if _MEMORY.is_dir() else {})
_LARGE, _SMALL = 1000, 100  # pictures a batch
_STEP = "µs a picture"
_READ = {"mnist": 300, "photographs": 10}  # kinds, with how many of them are read


@dataclass(frozen=True)
class Read:
    """seconds, bytes: that a picture takes on one core, and has; one a round."""

    title: str
    seconds: tuple[float, ...]
    bytes: float


@click.command()
@click.option("--pictures", default=30_000, show_default=True, help="Files waiting.")
@click.option("--rounds", default=5, show_default=True)
@click.option("--daemons", default=2, show_default=True, help="Beside each other; 1: without this case.")
@out_option
def main(pictures: int, rounds: int, daemons: int, out: Path | None) -> None:
    """Time a daemon that has nothing to wait for."""
    results = Results(spelled())
    table = Table(results)
    some = drawn(KINDS["mnist"].draw, min(KINDS["mnist"].distinct, pictures))
    rates = {place: _on(place, above, some, pictures, rounds, daemons, table) for place, above in PLACES.items()}
    for name, count in _READ.items():
        table.add(*fed(rates["disk"], reading(name, count, rounds)))
    if out is not None:
        results.save(out)


def _on(
    place: str, above: Path, some: Sequence[bytes], pictures: int, rounds: int, daemons: int, table: Table
) -> Figure:
    """Measure and show all of one place; gives the rate of a single daemon."""
    large, small, together = list[Driven](), list[Driven](), list[list[Driven]]()
    for _ in each(range(rounds), "rounds", place):
        large += drains(above, some, pictures, _LARGE, 1)
        small += drains(above, some, pictures, _SMALL, 1)
        if daemons > 1:
            together.append(drains(above, some, pictures, _LARGE, daemons))
    rate = pictures_a_second(place, pictures, large)
    table.add(rate)
    table.add(*steps(place, pictures, large), note=alone)
    table.add(*turns(place, pictures, large, small), *left(place, pictures, large))
    if together:
        table.add(beside(place, pictures, together))
    return rate


def drains(above: Path, some: Sequence[bytes], pictures: int, batch: int, daemons: int) -> list[Driven]:
    """What so many daemons spend, each with so many pictures, at the same time."""
    with workplace(above) as root:
        roots = [root / str(number) for number in range(daemons)]
        for one in roots:
            one.mkdir()
            fill(one / "inbox", some, pictures)
        with ThreadPoolExecutor(daemons) as pool:
            return list(pool.map(lambda one: apart(drive, one, batch), roots))


def pictures_a_second(place: str, pictures: int, rounds: Sequence[Driven]) -> Figure:
    """Of the whole loop."""
    return Figure(f"{place}: pictures", "a second", tuple(pictures / one.whole.seconds for one in rounds), "more")


def steps(place: str, pictures: int, rounds: Sequence[Driven]) -> Iterator[Figure]:
    """What each step takes of the loop's thread; and all of them, by the clock and of the processor."""
    for name in NAMES:
        if name in rounds[0].steps:
            yield Figure(f"{place}: {name}", _STEP, tuple(one.steps[name].each(pictures)[0] for one in rounds))
    yield Figure(f"{place}: all of the loop", _STEP, tuple(one.whole.each(pictures)[0] for one in rounds))
    yield Figure(f"{place}: all of it, processor", _STEP, tuple(one.whole.each(pictures)[1] for one in rounds))


def alone(step: Figure) -> str:
    """How many pictures a second there would be, if this step were all."""
    return f"{1e6 / step.median:>10,.0f} a second"


def turns(place: str, pictures: int, large: Sequence[Driven], small: Sequence[Driven]) -> Iterator[Figure]:
    """What a turn takes however few pictures it has, and what a picture takes in however large a turn."""
    fixed = [
        (few.whole.seconds - many.whole.seconds) / (few.turns - many.turns)
        for few, many in zip(small, large, strict=True)
    ]
    beyond = [(many.whole.seconds - many.turns * turn) / pictures for many, turn in zip(large, fixed, strict=True)]
    yield Figure(f"{place}: a turn by itself", "ms", tuple(1e3 * turn for turn in fixed))
    yield Figure(f"{place}: a picture beyond its turn", _STEP, tuple(1e6 * one for one in beyond))


def left(place: str, pictures: int, rounds: Sequence[Driven]) -> Iterator[Figure]:
    """What is left behind: bytes given to the disk, and bytes of each file that stays."""
    if any(one.written for one in rounds):
        yield Figure(f"{place}: given to the disk", "bytes a picture", tuple(one.written / pictures for one in rounds))
    for name in rounds[0].kept:
        yield Figure(f"{place}: {name}", "bytes a picture", tuple(one.kept[name] / pictures for one in rounds))


def beside(place: str, pictures: int, together: Sequence[Sequence[Driven]]) -> Figure:
    """All daemons together, by the slowest of them."""
    rates = tuple(len(some) * pictures / max(one.whole.seconds for one in some) for some in together)
    return Figure(f"{place}: {len(together[0])} daemons beside each other, pictures", "a second", rates, "more")


def reading(name: str, count: int, rounds: int) -> Read:
    """What a kind costs on one core, as a reader has its pictures."""
    cv2.setNumThreads(1)
    files = drawn(KINDS[name].draw, count)
    read = Recogniser(load_model(SHIPPED)).read_all
    seconds = tuple(microseconds(read, files) / 1e6 for _ in each(range(rounds), "rounds", KINDS[name].title))
    return Read(KINDS[name].title, seconds, sum(map(len, files)) / count)


def fed(loop: Figure, read: Read) -> list[Figure]:
    """loop: pictures a second. Cores that one daemon feeds, and what these pull."""
    cores = tuple(rate * seconds for rate, seconds in zip(loop.values, read.seconds, strict=True))
    return [
        Figure(f"{read.title}: read", "ms a picture", tuple(1e3 * one for one in read.seconds)),
        Figure(f"{read.title}: a file", "kB", (read.bytes / 1e3,)),
        Figure(f"{read.title}: cores that one daemon feeds", "cores", cores, "more"),
        Figure(f"{read.title}: a core pulls", "MB/s", tuple(read.bytes / one / 1e6 for one in read.seconds), "more"),
        Figure(f"{read.title}: all of them pull", "MB/s", tuple(read.bytes * one / 1e6 for one in loop.values), "more"),
    ]


if __name__ == "__main__":
    main()
