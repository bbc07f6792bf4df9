"""The seam between the loop and whatever reads pictures: jobs in, outcomes out, by id."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from watcher.recognition.verdict import Verdict
from watcher.records import Claim, Identity


class Trouble(StrEnum):
    """Why there is no verdict."""

    CRASHED = "crashed"  # the reader died over this picture, alone
    TIMED_OUT = "took too long"  # the same, as it used up its time
    OUT_OF_MEMORY = "ran out of memory"  # the same, as it used up its memory
    UNREAD = "unread"  # the bytes could not be read: the file is gone, or the disk fails


class Loss(StrEnum):
    """What a reader was lost to; the same words count it."""

    CRASHED = "crashed"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    JOB = "job"  # a cluster's job died, with whoever read for it


class Outcome(NamedTuple):
    """What came of one job: a verdict and the file's identity after reading, or a trouble.

    message: for people. errno: of the system call that failed, for UNREAD.
    """

    id: str
    verdict: Verdict | None = None
    identity: Identity | None = None
    trouble: Trouble | None = None
    message: str = ""
    errno: int = 0


class Engine(Protocol):
    """Reads claimed pictures. Every claim submitted comes back in exactly one outcome, in any order.

    model_name: by which model, once it is ready. misread: the built-in specimens that it misreads, as digits. on_lost:
    told of each reader that has to be replaced.
    """

    model_name: str
    misread: str
    on_lost: Callable[[Loss], None]

    def await_ready(self, seconds: float) -> None:
        """Wait, so long at most, until pictures can be read.

        Raises ModelError where the model cannot be loaded, SurroundingsError where something else is in the way.
        """
        ...

    def is_ready(self) -> bool:
        """The same without a wait."""
        ...

    @property
    def slots(self) -> int:
        """How many pictures are read at the same time, at most."""
        ...

    @property
    def executors(self) -> int:
        """How many there are that read: processes here, or a cluster's executors; 0 where it has none for now."""
        ...

    @property
    def room(self) -> int:
        """How many more pictures may be handed over now."""
        ...

    def submit(self, claims: Sequence[Claim]) -> None:
        """Hand over claimed pictures. Those that were tried before are kept from doing harm to others."""
        ...

    def collect(self) -> list[Outcome]:
        """What has come back since the last call; never waits.

        Raises ModelError or SurroundingsError where pictures cannot be read any more, or not for now.
        """
        ...

    def waitables(self) -> list[Any]:
        """Objects with fileno() that become readable when `collect` has something to do; none once it is closed."""
        ...

    @property
    def rest(self) -> float:
        """Seconds for which the loop may stay away without anybody having to wait for it."""
        ...

    def patience(self, now: float) -> float:
        """Seconds until `collect` must be called even if nothing becomes readable."""
        ...

    def close(self) -> None:
        """Stop; what is in its hands is given up."""
        ...
