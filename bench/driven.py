"""What a daemon spends on pictures that cost nothing to read, step by step."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.cost import Cost, total
from bench.instant import instant_reading
from bench.stopwatch import Spent, Step, StepPath, Stopwatch
from watcher.config import Config
from watcher.opening import open_daemon
from watcher.settings import Reading

OTHER, MADE_UP = "anything else", "the bench's own answers"
# Several functions of one name are one step; each has only what is not in another one that it calls.
STEPS = (
    Step("look what is ready", "watcher.inbox:Inbox.ready"),
    Step("claim", "watcher.service:claim_batch"),
    Step("check answers", "bench.instant:Instant.collect"),
    Step("ledger", "watcher.ledger:Ledger.intend"),
    Step("ledger", "watcher.ledger:Ledger.record"),
    Step("ledger", "watcher.ledger:Ledger.finish"),
    Step("rows", "watcher.results:Results.append"),
    Step("archive", "watcher.archive:Archive.put"),
    Step("wait for the disk", "watcher.wake:Wake.wait"),
    Step(OTHER, "watcher.service:Service.turn"),
    Step(MADE_UP, "bench.instant:Instant.submit"),
)
NAMES = tuple(dict.fromkeys(step.name for step in STEPS))


@dataclass(frozen=True)
class Driven:
    """What the loop's thread spent on some pictures, without what the bench made up.

    steps: by name. whole: all of them. turns: of the loop. written: bytes that were given to the disk. kept: bytes of
    the ledger, and of each results file.
    """

    steps: dict[str, Cost]
    whole: Cost
    turns: int
    written: int
    kept: dict[str, int]


def drive(root: Path, batch: int) -> Driven:
    """Drain the inbox below a root, with batches of so many at most, by a daemon in this process."""
    config = Config(inbox=root / "inbox", outbox=root / "outbox", reading=Reading(batch_size=batch))
    watch = Stopwatch()
    with instant_reading(batch), watch.over(STEPS), open_daemon(config) as opened:
        watch.clear()  # what the start took
        written, began, used = _written(), time.perf_counter(), time.thread_time()
        opened.run(once=True)
        all_of_it = Cost(time.perf_counter() - began, time.thread_time() - used)
        written = _written() - written
    steps = by_name(watch.spent)
    whole = all_of_it.beyond(steps.pop(MADE_UP))
    del steps[OTHER]  # of a turn; there is some more between two of them
    steps[OTHER] = whole.beyond(total(steps.values()))
    kept = {path.name: path.stat().st_size for path in (config.ledger_path, *sorted(config.outbox.glob("results.*")))}
    return Driven(steps, whole, watch.spent[OTHER,].calls, written, kept)


def by_name(spent: Mapping[StepPath, Spent]) -> dict[str, Cost]:
    """What was spent in all steps of a name together, without what other steps had that were called in them."""
    own = dict.fromkeys(NAMES, Cost(0.0, 0.0))
    for path, one in spent.items():
        cost = Cost(one.seconds, one.processor_seconds)
        own[path[-1]] = total((own[path[-1]], cost))
        if len(path) > 1:
            own[path[-2]] = own[path[-2]].beyond(cost)
    return own


def _written() -> int:
    """Bytes that this process has given to the disk."""
    fields = dict(line.split(": ") for line in Path(f"/proc/{os.getpid()}/io").read_text(encoding="ascii").splitlines())
    return int(fields["write_bytes"])
