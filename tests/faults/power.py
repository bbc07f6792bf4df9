"""A model of what a power cut leaves of a folder: what was not synced may be lost, each change by itself.

Changes of names (create, rename, unlink, mkdir) are atomic and survive for certain once a folder that they touch
was fsynced after them, or the file system was synced; contents survive once the file was fsynced, or the file
system synced. Everything else may or may not: the model makes any of these states. The ledger survives as of its
last commit (SQLite in WAL mode with synchronous=FULL). After Pillai et al., "All File Systems Are Not Created
Equal", OSDI 2014.
"""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Entry = tuple[int, str]  # a folder by its inode, and a name in it
Survives = Callable[["Change"], bool]
Content = Callable[[bytes, bytes], bytes]


@dataclass(slots=True)
class Change:
    """One change of names. label: for people; before, after: which entry goes, which one comes."""

    label: str
    inode: int
    before: Entry | None
    after: Entry | None
    certain: bool = False


class Disk:
    """Watches one folder while the daemon's code works in it; can be asked at any moment what is safe."""

    def __init__(self, root: Path, separate: tuple[Path, ...] = ()) -> None:
        """separate: folders below root that count as file systems of their own, for renames and for syncs."""
        self.root, self.separate = root, separate
        self.changes: list[Change] = []
        self.steps: list[str] = []  # what was done, in order, for people and for tests of the order
        self.on_step: Callable[[], None] = lambda: None
        self.ledger = b""
        self._safe: dict[int, bytes] = {}
        self._open: dict[int, int] = {}
        self._folders: set[int] = set()
        self._base: dict[int, dict[str, int]] = {}
        self._look(root)

    def _look(self, folder: Path) -> int:
        inode = self.keep(folder)
        self._base[inode] = {}
        for entry in os.scandir(folder):
            below = self._look(Path(entry)) if entry.is_dir(follow_symlinks=False) else self.keep(entry.path)
            self._base[inode][entry.name] = below
        return inode

    def keep(self, path: Path | str) -> int:
        """Hold a file open, so that its inode number stays its own."""
        descriptor = os.open(path, os.O_RDONLY)
        found = os.fstat(descriptor)
        if found.st_ino in self._open:
            os.close(descriptor)
        else:
            self._open[found.st_ino] = descriptor
            if os.path.isdir(path):
                self._folders.add(found.st_ino)
        return found.st_ino

    def close(self) -> None:
        """Let go of all files."""
        for descriptor in self._open.values():
            os.close(descriptor)

    # -- what happens --------------------------------------------------------------------------------

    def arrived(self, path: Path, *, safe: bool) -> None:
        """Somebody else made a file or folder; safe: and synced it."""
        inode = self.keep(path)
        for change in self.changes:
            if change.inode == inode:  # a folder, whose making was seen
                change.certain = safe
                return
        if safe and not path.is_dir():
            self._safe[inode] = self._volatile(inode)
        entry = (os.stat(path.parent).st_ino, path.name)
        self.change(f"arrived {path.name}", inode, None, entry, certain=safe)

    def change(
        self, label: str, inode: int, before: Entry | None, after: Entry | None, *, certain: bool = False
    ) -> None:
        """Names changed; both None for what lies outside of the folder."""
        if not before and not after:
            return
        self.changes.append(Change(label, inode, before, after, certain))
        self.step(label)

    def step(self, label: str) -> None:
        """Something was done."""
        self.steps.append(label)
        self.on_step()

    def synced(self, descriptor: int) -> None:
        """One file or folder reached the disk."""
        if not Path(os.readlink(f"/proc/self/fd/{descriptor}")).is_relative_to(self.root):
            return
        inode = os.fstat(descriptor).st_ino
        for change in self.changes:
            if inode in ((change.before or (0, ""))[0], (change.after or (0, ""))[0]):
                change.certain = True
        if inode not in self._folders:
            self._safe[inode] = self._volatile(inode)
        self.step(f"fsync {self.name(descriptor)}")

    def synced_all(self, descriptor: int) -> None:
        """A whole file system reached the disk."""
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        if not path.is_relative_to(self.root):
            return
        top = self._file_system(path)
        for folder, _, names in os.walk(top):
            if self._file_system(Path(folder)) != top:
                continue
            inode = os.stat(folder).st_ino
            for change in self.changes:
                if inode in ((change.before or (0, ""))[0], (change.after or (0, ""))[0]):
                    change.certain = True
            for name in names:
                found = self.keep(os.path.join(folder, name))
                self._safe[found] = self._volatile(found)
        self.step(f"syncfs {top.relative_to(self.root)}")

    def _file_system(self, path: Path) -> Path:
        return next((top for top in self.separate if top == path or top in path.parents), self.root)

    def name(self, descriptor: int) -> str:
        """A descriptor's path, for people."""
        return os.path.relpath(os.readlink(f"/proc/self/fd/{descriptor}"), self.root)

    def _volatile(self, inode: int) -> bytes:
        size = os.fstat(self._open[inode]).st_size
        return os.pread(self._open[inode], size, 0)

    # -- what a power cut leaves ---------------------------------------------------------------------

    def after_a_cut(self, target: Path, survives: Survives, content: Content) -> None:
        """Make the folder as it may be found again. survives: for each change that is not certain;
        content: of the safe and the latest content of a file, the one that is found."""
        tree = {inode: dict(names) for inode, names in self._base.items()}
        alive = set(tree)  # what comes into a new folder does not survive before the folder does
        for change in self.changes:
            into_nothing = change.after is not None and change.after[0] not in alive
            if change.certain or (not into_nothing and survives(change)):
                alive.add(change.inode)
                if change.before:
                    tree.setdefault(change.before[0], {}).pop(change.before[1], None)
                if change.after:
                    tree.setdefault(change.after[0], {})[change.after[1]] = change.inode
        self._make(target, os.stat(self.root).st_ino, tree, content)

    def _make(self, target: Path, inode: int, tree: dict[int, dict[str, int]], content: Content) -> None:
        target.mkdir(exist_ok=True)
        for name, below in tree.get(inode, {}).items():
            if below in self._folders:
                self._make(target / name, below, tree, content)
            elif not name.startswith("ledger.sqlite3"):
                (target / name).write_bytes(content(self._safe.get(below, b""), self._volatile(below)))
        if self.ledger and Path(os.readlink(f"/proc/self/fd/{self._open[inode]}")).name == "state":
            (target / "ledger.sqlite3").write_bytes(self.ledger)


def cuts(disk: Disk, number: int) -> list[tuple[str, Survives, Content]]:
    """Ways in which a power cut may turn out at this moment; number: of the moment, a seed."""
    coin = random.Random(number)
    return [
        ("nothing survives", lambda _: False, lambda safe, _: safe),
        ("all survives", lambda _: True, lambda _, latest: latest),
        ("names survive, contents are NUL", lambda _: True, lambda safe, latest: safe.ljust(len(latest), b"\0")),
        ("by chance", lambda _: coin.random() < 0.5, lambda safe, latest: coin.choice((safe, latest))),
    ]  # fmt: skip
