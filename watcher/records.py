"""What goes from hand to hand in the daemon: a file found, a claim on it, a record of its result."""

import os
from dataclasses import dataclass

from watcher.recognition.verdict import Verdict


def signed64(number: int) -> int:
    """The number modulo 2⁶⁴, from -2⁶³: different ones that fit into 64 bits stay different."""
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


@dataclass(frozen=True, slots=True)
class Identity:
    """Which file, and in which condition: device, inode, size in bytes, modification time in ns."""

    dev: int
    ino: int
    size: int
    mtime_ns: int

    def __post_init__(self) -> None:
        # SQLite's integers are signed; inodes of network shares, and times behind 2262, are larger.
        for name in ("dev", "ino", "mtime_ns"):
            object.__setattr__(self, name, signed64(getattr(self, name)))

    @classmethod
    def of(cls, stat: os.stat_result) -> "Identity":
        """The identity that a stat call shows."""
        return cls(stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)

    def same_file(self, other: "Identity") -> bool:
        """Say whether both are one file, whatever was written into it meanwhile."""
        return (self.dev, self.ino) == (other.dev, other.ino)


@dataclass(frozen=True, slots=True)
class Found:
    """A ready file. file: its path in the inbox, as bytes: names need not be text."""

    file: bytes
    identity: Identity


@dataclass(frozen=True, slots=True)
class Claim:
    """One arrival that is ours. arrived_at: RFC 3339, UTC. attempt: how often reading it was begun, from 1."""

    id: str
    file: bytes
    identity: Identity
    arrived_at: str
    attempt: int = 1
    requeued_from: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A claim with its result. archived_to: its reserved place below the outbox, as bytes."""

    claim: Claim
    verdict: Verdict
    seq: int
    model: str
    processed_at: str
    archived_to: bytes
