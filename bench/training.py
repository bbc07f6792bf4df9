"""`python -m bench.training`: seconds an epoch of training takes, and the share of it that goes into the pictures.

The whole step, gathering its batch and distorting it are timed in turn, each by itself; what a step does besides is
the network. With UniPen's strokes an epoch has fresh pictures too, which another process makes meanwhile: how long
that takes on one core is timed on a part of them.
"""

from pathlib import Path

import click

from bench.command import out_option, spelled
from bench.results import Figure, Results
from bench.table import Table
from train.runtime import need_tensorflow


@click.command()
@click.option("--data", default="mnist", show_default=True, help="`mnist`, or the folder of the idx files.")
@click.option("--unipen", "strokes", type=click.Path(exists=True, file_okay=False), help="Fresh pictures, too.")
@click.option("--part", default=1.0, show_default=True, help="Of an epoch, timed in --rounds pieces.")
@click.option("--rounds", default=5, show_default=True)
@out_option
def main(data: str, strokes: str | None, part: float, rounds: int, out: Path | None) -> None:
    """Time digitnet's training."""
    results = Results(spelled())
    table = Table(results)
    need_tensorflow()
    from bench.epoch import Epoch

    epoch = Epoch(data, strokes)
    times = epoch.times(max(1, round(part * epoch.steps / rounds)), rounds)
    table.add(*times.figures(epoch.steps))
    if epoch.world:
        name = f"{epoch.recipe.fresh:,} fresh pictures, in a process beside"
        table.add(Figure(name, "s", epoch.making(rounds)))
    if out is not None:
        results.save(out)


if __name__ == "__main__":
    main()
