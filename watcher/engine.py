"""The seam between the loop and whatever reads pictures: jobs in, outcomes out, by id."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from watcher.recognition.verdict import Verdict
from watcher.records import Identity


class Trouble(StrEnum):
    """Why there is no verdict."""

    CRASHED = "crashed"  # the reader died over this picture, alone
    TIMED_OUT = "took too long"  # the same, as it used up its time
    OUT_OF_MEMORY = "ran out of memory"  # the same, as it used up its memory
    UNREAD = "unread"  # the bytes could not be read: the file is gone, or the disk fails


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
    """Reads claimed pictures. Every id submitted comes back in exactly one outcome, in any order."""

    model_name: str

    @property
    def room(self) -> int:
        """How many more pictures may be handed over now."""
        ...

    def submit(self, ids: Sequence[str]) -> None:
        """Hand over claimed pictures."""
        ...

    def collect(self) -> list[Outcome]:
        """What has come back since the last call; never waits."""
        ...

    def waitables(self) -> list[Any]:
        """Objects with fileno() that become readable when `collect` has something to do."""
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
