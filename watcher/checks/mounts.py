"""What is mounted where, as the kernel says it: proc_pid_mountinfo(5)."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

REMOTE = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "virtiofs", "ceph", "fuse.ceph", "glusterfs",
     "fuse.glusterfs", "afs", "fuse.s3fs", "fuse.rclone", "davfs", "fuse.davfs", "vboxsf", "fuse.vmhgfs-fuse"}
)  # fmt: skip
VOLATILE = frozenset({"tmpfs", "ramfs", "overlay"})


class Mount(NamedTuple):
    """place: where. kind: the file system's type, as in mount(8)."""

    place: bytes
    kind: str
    options: frozenset[str]


@dataclass(frozen=True)
class Mounts:
    """All of them, in the order in which they were made: of two at one place the last one counts."""

    all: tuple[Mount, ...] = ()

    @classmethod
    def of_this_process(cls) -> Self:
        """As they are now; none where the system does not say it so."""
        try:
            return cls.read(Path("/proc/self/mountinfo").read_bytes())
        except OSError:
            return cls()

    @classmethod
    def read(cls, text: bytes) -> Self:
        """What such a file says."""
        return cls(tuple(_mount(line) for line in text.splitlines() if b" - " in line))

    def of(self, path: Path) -> Mount:
        """The one that a folder is on. Its kind is "" where that is not known."""
        real = os.path.realpath(os.fsencode(path))
        best = Mount(b"", "", frozenset())
        for mount in self.all:
            if (real == mount.place or real.startswith(mount.place.rstrip(b"/") + b"/")) and (
                len(mount.place) >= len(best.place)
            ):
                best = mount
        return best

    def below(self, folder: Path) -> Iterator[bytes]:
        """Where something is mounted beneath a folder, as paths in it."""
        top = os.path.realpath(os.fsencode(folder)).rstrip(b"/") + b"/"
        yield from sorted({mount.place[len(top) :] for mount in self.all if mount.place.startswith(top)})


def _mount(line: bytes) -> Mount:
    before, _, after = line.partition(b" - ")
    fields = before.split(b" ")
    place = re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m[1], 8)]), fields[4])
    kind, _, superblock = after.split(b" ", 2)
    options = (fields[5] + b"," + superblock).decode(errors="replace").split(",")
    return Mount(place, kind.decode(), frozenset(options))
