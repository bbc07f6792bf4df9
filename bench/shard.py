"""One daemon of a site, simulated turn by turn: pictures arrive, wait, are taken, read and recorded.

A turn of the loop records what came back before, takes what waits, and hands it over, as `watcher.service` does; what
is handed over is read in jobs, two at a time. Pictures are counted, not followed: each leaves in the order in which it
came, so that when the n-th came and when it left tell how long it waited. Method: discrete-event simulation with
batch service; arrivals are Poisson, drawn for each step of time.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench import sizing
from bench.sizing import BATCH, Kind, Site
from watcher import pace, workers
from watcher.spark import engine
from watcher.spark.asking import JOBS
from watcher.syncing import FEW

STEP = 0.005  # seconds, unless said otherwise
_SAMPLES = 20_000  # pictures of which waiting is told


@dataclass(frozen=True)
class Course:
    """What happened. ends: of turns, in seconds; recorded: pictures by then. arrived: by the end of each step."""

    ends: NDArray[np.float64]
    recorded: NDArray[np.int64]
    arrived: NDArray[np.int64]
    step: float

    def waits(self, since: float, until: float) -> NDArray[np.float64]:
        """Seconds from coming to being recorded, of pictures that came in this time and have been recorded."""
        first, last = (int(self.arrived[round(at / self.step) - 1]) for at in (since, until))
        numbers = np.unique(
            np.linspace(first + 1, min(last, int(self.recorded[-1])), _SAMPLES).round().astype(np.int64)
        )
        came = (np.searchsorted(self.arrived, numbers) + 1) * self.step
        return self.ends[np.searchsorted(self.recorded, numbers)] - came

    def inside(self, since: float, until: float) -> NDArray[np.int64]:
        """How many had come and were not recorded, amid the steps of this time."""
        at = np.arange(round(since / self.step), round(until / self.step))
        done = np.concatenate(([0], self.recorded))[np.searchsorted(self.ends, (at + 0.5) * self.step, side="right")]
        return self.arrived[at - 1] - done


def simulated(
    kind: Kind, site: Site, rates: Sequence[tuple[float, float]], calm_after: float = float("inf"), *,
    seed: int = 1, step: float = STEP,
) -> Course:  # fmt: skip
    """What one daemon of a site goes through, until the end or, after some seconds, until nothing waits to be taken.

    rates: (seconds, pictures a second of the whole site), one after the other. step: seconds, in which they are drawn.
    """
    random = np.random.default_rng(seed)
    means = np.repeat([rate / site.daemons * step for _, rate in rates], [round(time / step) for time, _ in rates])
    return _Shard(kind, site, np.cumsum(random.poisson(means)), step).run(calm_after)


class _Shard:
    def __init__(self, kind: Kind, site: Site, arrived: NDArray[np.int64], step: float) -> None:
        self._kind, self._site, self._arrived, self._step = kind, site, arrived, step
        self._most = _in_hand(site, kind)
        self._jobs_at_once = JOBS if site.spark else len(arrived)  # readers of one's own have no jobs
        self._now = self._pool_free = 0.0
        self._jobs = deque[tuple[float, int]]()  # when it ends, with so many pictures
        self._calm = True  # whether the last turn took all that waited
        self._taken = self._handed = self._back = self._recorded = 0
        self._log = list[tuple[float, int]]()

    def run(self, calm_after: float) -> Course:
        end = len(self._arrived) * self._step
        while self._now < end and (self._now < calm_after or not self._calm):
            if not self._turn():
                self._now = self._next_event(end)
        ends, recorded = zip(*self._log, strict=True)
        return Course(np.array(ends), np.array(recorded), self._arrived, self._step)

    def _turn(self) -> bool:
        record, came = self._back - self._recorded, self._ended()
        if came <= FEW:  # more are put on disk beside the loop, and recorded in its next turn
            record += came
        self._hand_over()
        waiting = self._waiting()
        take = min(waiting, BATCH, self._most - (self._taken - self._back))
        self._calm = take == waiting
        if not (record or take):
            return came > 0
        storage = self._site.storage
        seconds = storage.turn + storage.picture * (take * (1 - sizing.RECORDING) + record * sizing.RECORDING)
        self._now += seconds
        self._taken, self._recorded = self._taken + take, self._recorded + record
        self._log.append((self._now, self._recorded))
        self._hand_over()
        return True

    def _ended(self) -> int:
        """How many pictures have come back since the last call."""
        before = self._back
        while self._jobs and self._jobs[0][0] <= self._now:
            self._back += self._jobs.popleft()[1]
        return self._back - before

    def _waiting(self) -> int:
        steps = int(self._now / self._step + 1e-9)
        return (int(self._arrived[min(steps, len(self._arrived)) - 1]) if steps else 0) - self._taken

    def _hand_over(self) -> None:
        while len(self._jobs) < self._jobs_at_once and (fresh := self._taken - self._handed):
            pictures = min(fresh, BATCH * self._site.slots)
            self._handed += pictures
            tasks = self._site.tasks(self._kind, pictures)
            work = pictures * self._kind.seconds + tasks * sizing.TASK_SECONDS
            share = max(work / self._site.slots, pictures * self._kind.bytes / self._site.storage.network)
            alone = self._kind.seconds
            if self._site.spark:
                share = max(share, pictures * self._kind.calls / sizing.CALLS, tasks / sizing.TASKS)
                alone += sizing.JOB_SECONDS + sizing.TASK_SECONDS
            self._pool_free = max(self._pool_free, self._now) + share
            self._jobs.append((max(self._pool_free, self._now + alone), pictures))

    def _next_event(self, end: float) -> float:
        """The end of a job, or of a step in which pictures come, where there is room for them."""
        events = [end]
        if self._jobs:
            events.append(self._jobs[0][0])
        if self._taken - self._back < self._most:
            coming = int(np.searchsorted(self._arrived, self._taken + 1))
            events.append(max(self._now, (coming + 1) * self._step))
        return min(events)


def _in_hand(site: Site, kind: Kind) -> int:
    """How many pictures an engine takes ahead, once it knows how fast they are read."""
    rate = site.most(kind) / site.daemons
    if site.spark:
        return max(engine.LEAST_AHEAD * site.slots, min(2 * BATCH * site.slots, round(rate * engine.AHEAD_SECONDS)))
    return max(workers.LEAST_AHEAD * site.slots, min(2 * BATCH, round(rate * pace.AHEAD_SECONDS)))
