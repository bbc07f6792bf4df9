"""What goes from hand to hand in the daemon: a file found, a claim on it, a record of its result."""

import os
from typing import NamedTuple

from watcher.recognition.verdict import Status, Verdict

_SIGNED = 1 << 63


def signed64(number: int) -> int:
    """The number modulo 2⁶⁴, from -2⁶³: different ones that fit into 64 bits stay different."""
    return (number + _SIGNED) % (1 << 64) - _SIGNED


class Identity(NamedTuple):
    """Which file, and in which condition: device, inode, size in bytes, modification time in ns.

    Make it with `of` or `of_numbers`: SQLite's integers are signed; inodes of network shares, and times behind 2262,
    are larger.
    """

    dev: int
    ino: int
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, stat: os.stat_result) -> "Identity":
        """The identity that a stat call shows."""
        return cls.of_numbers(stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)

    @classmethod
    def of_numbers(cls, dev: int, ino: int, size: int, mtime_ns: int) -> "Identity":
        """The identity that has these, once they are signed."""
        if dev < _SIGNED and ino < _SIGNED and -_SIGNED <= mtime_ns < _SIGNED:
            return cls(dev, ino, size, mtime_ns)
        return cls(signed64(dev), signed64(ino), size, signed64(mtime_ns))

    def same_file(self, other: "Identity") -> bool:
        """Say whether both are one file, whatever was written into it meanwhile."""
        return (self.dev, self.ino) == (other.dev, other.ino)


class Found(NamedTuple):
    """A ready file. file: its path in the inbox, as bytes: names need not be text."""

    file: bytes
    identity: Identity


class Claim(NamedTuple):
    """One arrival that is ours. arrived_at: RFC 3339, UTC. attempt: how often reading it was begun, from 1."""

    id: str
    file: bytes
    identity: Identity
    arrived_at: str
    attempt: int = 1
    requeued_from: str | None = None


class Record(NamedTuple):
    """A claim with its result. archived_to: its reserved place below the outbox, as bytes."""

    claim: Claim
    verdict: Verdict
    seq: int
    model: str
    processed_at: str
    archived_to: bytes

    @property
    def id(self) -> str:
        """Of the arrival."""
        return self.claim.id

    @property
    def kind(self) -> tuple[str, str]:
        """What it is counted under: status and reason, "" for none."""
        return self.verdict.status, self.verdict.reason or ""

    @property
    def folder(self) -> str:
        """The folder of the outbox that its picture goes to."""
        return "rejected" if self.verdict.status is Status.UNREADABLE else "archive"
