"""A folder full of pictures: inbox to durable row and archive, against the bare floor and what people write themselves.

All in one run on one machine, in turn, so that ratios hold though machines are noisy. Every round has pictures of its
own; the best of a few rounds would flatter, so the median is shown with the spread.
"""

import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from tqdm import tqdm

from bench.daemon import backlog
from bench.peers.batch_script import batch_script
from bench.peers.floor import bare_floor
from bench.peers.tutorial import tutorial_loop
from bench.results import Figure

OURS = "digit-watcher run --once, from READY"
_TUTORIAL_SHARE = 50  # the loop is so slow that it gets a fiftieth of the pictures


@dataclass(frozen=True)
class Rival:
    """name. read: seconds for a folder. share: of the pictures, one in so many is enough to tell."""

    name: str
    read: Callable[[Path], float]
    share: int = 1


RIVALS = (
    Rival("bare floor: read, decode, one rename; all cores", bare_floor),
    Rival(OURS, backlog),
    Rival("watchdog and tf.function in batches, one process", batch_script),
    Rival("tutorial loop: imread, model.predict, one by one", tutorial_loop, _TUTORIAL_SHARE),
)


def race(kind: str, draw: Callable[[Path, int], None], count: int, rounds: int) -> list[Figure]:
    """Pictures a second of each rival, a value a round. draw: writes so many pictures of the kind into a new folder."""
    rates: dict[str, list[float]] = {rival.name: [] for rival in RIVALS}
    turns = [rival for _ in range(rounds) for rival in RIVALS]
    for rival in tqdm(turns, desc=kind, leave=False, disable=None):
        some = max(50, count // rival.share)
        with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
            inbox = Path(folder) / "inbox"
            draw(inbox, some)
            rates[rival.name].append(some / _apart(rival.read, inbox))
    return [Figure(f"{kind}: {name}", "pictures/s", tuple(found), "more") for name, found in rates.items()]


def _apart(read: Callable[[Path], float], inbox: Path) -> float:
    """In a process of its own: TensorFlow's threads and memory should be in nobody's way."""
    with ProcessPoolExecutor(1, get_context("spawn"), _without_stderr) as pool:
        return pool.submit(read, inbox).result()


def _without_stderr() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def table(kind: str, figures: list[Figure]) -> str:
    """A line a rival: the median, the spread, and how many times as fast ours is."""
    ours = next(one.median for one in figures if one.name.endswith(OURS))
    lines = [f"{kind:52} {'pictures/s':>10}  {'lowest–highest':>16}  {'ours is':>9}"]
    for one in figures:
        name = one.name.removeprefix(f"{kind}: ")
        spread = f"{min(one.values):7,.0f}–{max(one.values):<8,.0f}"
        lines.append(f"{name:52} {one.median:10,.0f}  {spread}  {ours / one.median:8.2f}×")
    return "\n".join(lines)
