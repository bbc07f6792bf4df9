"""Which pictures are asked for together, and how the one is found over which jobs die.

A job that died is asked again whole, as most that die lost an executor to something else. Where it dies again its
pictures are asked in shares, then one by one. All these are asked with nothing else on the cluster: whoever dies with
them would be suspected in their place. A picture is accused only if a job of it alone died.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import isqrt

from watcher.records import Claim

JOBS = 2  # at the same time: while the last tasks of one end, the other's run


class Level(IntEnum):
    """How closely a picture is suspected, by the deaths of jobs that it was in."""

    FRESH = 0
    AGAIN = 1  # its job died
    SHARE = 2  # and once more
    ALONE = 3  # and that of its share
    GUILTY = 4  # and the session with it, while it was asked alone: the next one, being there, is the proof


@dataclass(frozen=True, slots=True)
class Job:
    """Pictures that are asked for together; those that came back are taken out."""

    number: int
    level: Level
    claims: dict[str, Claim]


class Asking:
    """All pictures that are in the engine's hands, and how far each is."""

    def __init__(self, suspicion: dict[str, Level]) -> None:
        """suspicion: what is known from sessions before, which this goes on with."""
        self._suspicion = suspicion
        self._fresh, self._suspects = deque[Claim](), deque[tuple[Level, list[Claim]]]()
        self._jobs: dict[int, Job] = {}
        self._convicted = list[Claim]()
        self._count = 0

    def __len__(self) -> int:
        waiting = len(self._fresh) + sum(len(claims) for _, claims in self._suspects)
        return waiting + sum(len(job.claims) for job in self._jobs.values())

    @property
    def running(self) -> bool:
        """Whether a job is on its way."""
        return bool(self._jobs)

    @property
    def may_begin(self) -> bool:
        """Whether there is a job for `jobs` to give."""
        if any(job.level for job in self._jobs.values()) or len(self._jobs) >= JOBS:
            return False
        return not self._jobs if self._suspects else bool(self._fresh)

    def add(self, claims: Iterable[Claim]) -> None:
        """These are to be read."""
        suspects: dict[Level, list[Claim]] = {Level.ALONE: [], Level.SHARE: [], Level.AGAIN: []}
        for claim in claims:
            level = self._suspicion.get(claim.id, Level.FRESH)
            if level in suspects:
                suspects[level].append(claim)
            elif level is Level.FRESH:
                self._fresh.append(claim)
            else:
                self._suspicion[claim.id] = Level.ALONE
                self._convicted.append(claim)
        for level, some in suspects.items():
            self._suspect(some, level)

    def convicted(self) -> list[Claim]:
        """Those of which nothing more is to be asked, of all that were added: the session before ended over them."""
        convicted, self._convicted = self._convicted, []
        return convicted

    def jobs(self, most: int) -> Iterator[Job]:
        """The jobs that may begin now, of so many pictures at most."""
        while job := self._next(most):
            self._jobs[job.number] = job
            yield job

    def answered(self, id_: str) -> Claim | None:
        """A verdict has come; None where it is not asked for (any more): the first one counted."""
        self._suspicion.pop(id_, None)
        return self._taken(id_)

    def put_back(self, ids: Iterable[str]) -> None:
        """These could not be read, through no fault of theirs."""
        self.add(claim for id_ in ids if (claim := self._taken(id_)))

    def ended(self, number: int) -> None:
        """A job ended well; what it did not speak of is asked again."""
        if job := self._jobs.pop(number, None):
            self.add(job.claims.values())

    def died(self, number: int) -> Claim | None:
        """A job died; gives the picture that is to be accused, where it was alone: it is the caller's from then on."""
        job = self._jobs.pop(number, None)
        if job is None or not job.claims:
            return None
        claims = list(job.claims.values())
        level = Level(min(job.level + 1, Level.ALONE))
        for claim in claims:
            self._suspicion[claim.id] = level
        if job.level is Level.ALONE:
            return claims[0]
        self._suspect(claims, level)
        return None

    def lost(self) -> None:
        """The session ended, and perhaps over one of these: executors may be its own process."""
        for number in list(self._jobs):
            if accused := self.died(number):
                self._suspicion[accused.id] = Level.GUILTY

    def _next(self, most: int) -> Job | None:
        if not self.may_begin:
            return None
        if not self._suspects:
            return self._job(Level.FRESH, [self._fresh.popleft() for _ in range(min(most, len(self._fresh)))])
        level, claims = self._suspects.popleft()
        if claims[most:]:  # of a session that had more slots, or of the daemon's last run
            self._suspects.appendleft((level, claims[most:]))
        return self._job(level, claims[:most])

    def _suspect(self, claims: Sequence[Claim], level: Level) -> None:
        size = {Level.AGAIN: len(claims), Level.SHARE: isqrt(max(0, len(claims) - 1)) + 1}.get(level, 1)
        self._suspects.extend((level, list(claims[at : at + size])) for at in range(0, len(claims), size or 1))

    def _job(self, level: Level, claims: Sequence[Claim]) -> Job:
        self._count += 1
        return Job(self._count, level, {claim.id: claim for claim in claims})

    def _taken(self, id_: str) -> Claim | None:
        for job in self._jobs.values():
            if claim := job.claims.pop(id_, None):
                return claim
        return None
