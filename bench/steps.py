"""`python -m bench.steps`: what a picture costs at each step of the daemon's own way, beside the readers' work.

A real daemon reads a backlog in a process of its own, and its steps are timed where they are called, a batch at a
time. By the clock a step takes longer than by its processor: it waits for the disk, and for a core that a reader has.
Figures of a step have those in it that stand below, moved in.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from bench.apart import apart
from bench.command import out_option, spelled
from bench.cost import Cost, Meter, total
from bench.folders import drawn, fill, workplace
from bench.pictures import KINDS
from bench.results import Figure, Results
from bench.stopwatch import Spent, Step, StepPath, Stopwatch
from bench.table import short
from watcher.bars import each
from watcher.config import Config
from watcher.opening import open_daemon

STEPS = (
    Step("look what is ready", "watcher.inbox:Inbox.ready"),
    Step("claim", "watcher.service:claim_batch"),
    Step("announce in the ledger", "watcher.ledger:Ledger.intend"),
    Step("hand over", "watcher.workers:LocalEngine.hand_over"),
    Step("collect answers", "watcher.workers:LocalEngine.collect"),
    Step("check them", "watcher.workers:read_answers"),
    Step("record", "watcher.recording:Recorder.record"),
    Step("pictures onto the disk", "watcher.recording:sync_filesystem"),
    Step("results into the ledger", "watcher.ledger:Ledger.record"),
    Step("places", "watcher.places:Places.reserve"),
    Step("rows", "watcher.results:Results.append"),
    Step("onto the disk", "watcher.sheet_file:SheetFile.sync"),
    Step("archive", "watcher.archive:Archive.put"),
    Step("folders onto the disk", "watcher.archive:sync_folders"),
    Step("finish in the ledger", "watcher.ledger:Ledger.finish"),
    Step("status.json", "watcher.reporting.status:Board.publish"),
    Step("wait for readers", "watcher.wake:Wake.wait"),
)


@dataclass(frozen=True)
class Watched:
    """steps, beside: by their paths, in the loop's thread and in others. own: of the loop's thread, to the end.

    others: processor seconds of all else.
    """

    steps: dict[StepPath, Spent]
    beside: dict[StepPath, Spent]
    own: Cost
    others: float


@dataclass(frozen=True)
class Line:
    """path: as in a Stopwatch. costs: a value a round. calls: in all rounds; 0: not counted."""

    path: StepPath
    costs: list[Cost]
    calls: int = 0


@click.command()
@click.option("--pictures", default=20_000, show_default=True, help="Files waiting.")
@click.option("--rounds", default=3, show_default=True)
@click.option("--kind", type=click.Choice(list(KINDS)), default="mnist", show_default=True)
@out_option
def main(pictures: int, rounds: int, kind: str, out: Path | None) -> None:
    """Time the steps of a daemon that reads a backlog."""
    results = Results(spelled())
    click.echo(f"{results.heading()}\n\n{HEADER}")
    some = drawn(KINDS[kind].draw, min(KINDS[kind].distinct, pictures))
    found = [_watched(some, pictures) for _ in each(range(rounds), "rounds")]
    for line in lines(found):
        clock, processors = figures(line, pictures)
        results.figures += [clock, processors]
        click.echo(row(line, clock, processors, pictures))
    if out is not None:
        results.save(out)


HEADER = f"{'a picture':<46}{'µs':>8}  {'lowest–highest':^15}{'CPU µs':>9}{'pictures a call':>17}"


def figures(line: Line, pictures: int) -> tuple[Figure, Figure]:
    """µs a picture by the clock and of processors."""
    clock, processors = zip(*(cost.each(pictures) for cost in line.costs), strict=True)
    name = " › ".join(line.path)
    return Figure(f"{name}: clock", "µs/picture", clock), Figure(f"{name}: processors", "µs/picture", processors)


def row(line: Line, clock: Figure, processors: Figure, pictures: int) -> str:
    """What stands below HEADER."""
    spread = f"{short(min(clock.values)):>7}–{short(max(clock.values)):<7}"
    name = "  " * (len(line.path) - 1) + line.path[-1]
    batch = f"{len(line.costs) * pictures / line.calls:>17,.0f}" if line.calls else ""
    return f"{name:<46}{short(clock.median):>8}  {spread}{short(processors.median):>9}{batch}"


def lines(rounds: Sequence[Watched]) -> list[Line]:
    """Each step, in the order of STEPS; what no step had; all; steps of other threads; the readers."""
    steps = _lines([one.steps for one in rounds])
    tops = [line.costs for line in steps if len(line.path) == 1]
    rest = [one.own.beyond(total(top)) for one, top in zip(rounds, zip(*tops, strict=True), strict=True)]
    return [
        *steps,
        Line(("anything else",), rest),
        Line(("all of the loop's thread",), [one.own for one in rounds]),
        *_lines([one.beside for one in rounds], "another thread"),
        Line(("readers and other threads",), [Cost(one.own.seconds, one.others) for one in rounds]),
    ]


def _lines(rounds: Sequence[dict[StepPath, Spent]], *above: str) -> list[Line]:
    order = {step.name: number for number, step in enumerate(STEPS)}
    found = []
    for path in sorted({path for one in rounds for path in one}, key=lambda path: [order[name] for name in path]):
        spent = [one.get(path, Spent()) for one in rounds]
        costs = [Cost(one.seconds, one.processor_seconds) for one in spent]
        found.append(Line((*above, *path), costs, sum(one.calls for one in spent)))
    return found


def drained(root: Path) -> Watched:
    """Read the inbox below a root with a daemon in this process, watched."""
    watch = Stopwatch()
    config = Config(inbox=root / "inbox", outbox=root / "outbox")
    with watch.over(STEPS), open_daemon(config) as opened:
        watch.clear()  # what the start took
        meter, used = Meter(), time.thread_time()
        opened.run(once=True)
        own, everybody = time.thread_time() - used, meter.read()
    return Watched(watch.spent, watch.beside, Cost(everybody.seconds, own), everybody.processor_seconds - own)


def _watched(pictures: Sequence[bytes], count: int) -> Watched:
    with workplace() as root:
        fill(root / "inbox", pictures, count)
        return apart(drained, root)


if __name__ == "__main__":
    main()
