"""A folder full of pictures: inbox to durable row and archive, against the bare floor and what people write themselves.

All in one run on one machine, in turn, so that ratios hold though machines are noisy; beside the rate stands the time
of processors, which others on the machine move less. The best of a few rounds would flatter, so the median is shown
with the spread.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.apart import apart
from bench.cost import Cost
from bench.daemon import backlog
from bench.folders import drawn, fill, workplace
from bench.peers.batch_script import batch_script
from bench.peers.floor import bare_floor
from bench.peers.tutorial import tutorial_loop
from bench.pictures import Kind
from bench.results import Figure
from watcher.bars import each

OURS = "digit-watcher run --once, from READY"
_TUTORIAL_MOST = 200  # the loop is so slow, and as slow with more


@dataclass(frozen=True)
class Rival:
    """name. read: what a folder costs. most: so many pictures are enough to tell; None: all."""

    name: str
    read: Callable[[Path], Cost]
    most: int | None = None


RIVALS = (
    Rival("bare floor: read, decode, one rename; all cores", bare_floor),
    Rival(OURS, backlog),
    Rival("watchdog and tf.function in batches, one process", batch_script),
    Rival("tutorial loop: imread, model.predict, one by one", tutorial_loop, _TUTORIAL_MOST),
)


@dataclass(frozen=True)
class Raced:
    """What one rival did, a value a round. rate: pictures/s. processor: µs of processors a picture."""

    name: str
    rate: Figure
    processor: Figure


def race(kind: Kind, count: int, rounds: int) -> list[Raced]:
    """Every rival over `count` pictures of a kind, in turn, the same pictures in each round."""
    pictures = drawn(kind.draw, min(kind.distinct, count))
    costs: dict[str, list[tuple[int, Cost]]] = {rival.name: [] for rival in RIVALS}
    turns = [rival for _ in range(rounds) for rival in RIVALS]
    for rival in each(turns, "turns", kind.title):
        some = min(count, rival.most or count)
        with workplace() as folder:
            fill(folder / "inbox", pictures, some)
            costs[rival.name].append((some, apart(rival.read, folder / "inbox")))
    return [_raced(kind.title, name, found) for name, found in costs.items()]


def _raced(title: str, name: str, costs: list[tuple[int, Cost]]) -> Raced:
    rates = tuple(count / cost.seconds for count, cost in costs)
    processor = tuple(cost.each(count)[1] for count, cost in costs)
    return Raced(
        name,
        Figure(f"{title}: {name}", "pictures/s", rates, "more"),
        Figure(f"{title}: {name}, processors", "µs/picture", processor),
    )


def table(title: str, raced: list[Raced]) -> str:
    """A line a rival: the median rate and its spread, processor time a picture, and how many times as fast ours is."""
    ours = next(one.rate.median for one in raced if one.name == OURS)
    lines = [f"{title:52} {'pictures/s':>10}  {'lowest–highest':>16}  {'CPU µs each':>11}  {'ours is':>9}"]
    for one in raced:
        spread = f"{min(one.rate.values):7,.0f}–{max(one.rate.values):<8,.0f}"
        rate, processor = f"{one.rate.median:10,.0f}", f"{one.processor.median:11,.0f}"
        lines.append(f"{one.name:52} {rate}  {spread}  {processor}  {ours / one.rate.median:8.2f}×")
    return "\n".join(lines)
