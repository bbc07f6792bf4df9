"""`python -m bench`: a backlog of small pictures through the daemon, beside the bare floor and the tutorials' loop.

All of it in one run on one machine, in turn, so that ratios hold though machines are noisy. Every round uses
pictures of its own; the best of a few rounds would flatter, so the median is shown with the spread.
"""

import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click

from bench.pictures import draw_pictures
from bench.rivals import bare_floor, daemon, tutorial_loop

TUTORIAL_SHARE = 50  # the loop is so slow that it gets a fiftieth of the pictures


@click.command()
@click.option("--pictures", default=10_000, show_default=True, help="Pictures in each round.")
@click.option("--rounds", default=3, show_default=True)
def main(pictures: int, rounds: int) -> None:
    """Time a backlog: inbox to durable row and archive."""
    few = max(50, pictures // TUTORIAL_SHARE)
    rivals: list[tuple[str, int, Callable[[Path], float]]] = [
        ("bare floor: read, decode, one rename; all cores", pictures, bare_floor),
        ("digit-watcher run --once, from READY", pictures, daemon),
        ("tutorial loop: imread, model.predict, one by one", few, tutorial_loop),
    ]
    rates: dict[str, list[float]] = {name: [] for name, _, _ in rivals}
    for _ in range(rounds):
        for name, count, rival in rivals:
            with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
                inbox = Path(folder) / "inbox"
                draw_pictures(inbox, count)
                seconds = rival(inbox)
                rates[name].append(count / seconds)
    _print_table(rates)


def _print_table(rates: dict[str, list[float]]) -> None:
    ours = statistics.median(rates["digit-watcher run --once, from READY"])
    click.echo(f"{time.strftime('%Y-%m-%d')}, Python {platform.python_version()}, {platform.machine()}")
    click.echo(f"{'':52} {'pictures/s':>10}  {'lowest–highest':>16}  {'ours is':>9}")
    for name, found in rates.items():
        median = statistics.median(found)
        click.echo(f"{name:52} {median:10,.0f}  {min(found):7,.0f}–{max(found):<8,.0f}  {ours / median:8.2f}×")


if __name__ == "__main__":
    main()
