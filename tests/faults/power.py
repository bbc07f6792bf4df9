"""A model of what a power cut leaves of a folder: what was not synced may be lost, each change by itself.

Changes of names (create, rename, unlink, mkdir) are atomic and survive for certain once a folder that they touch
was fsynced after them, or the file system was synced; contents survive once the file was fsynced, or the file
system synced. Everything else may or may not: the model makes any of these states. The ledger survives as of its
last commit (SQLite in WAL mode with synchronous=FULL). After Pillai et al., "All File Systems Are Not Created
Equal", OSDI 2014.
"""

import errno
import os
import random
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from watcher import archive, durable, results, service
from watcher.ledger import Ledger

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
        inode = self._keep(folder)
        self._base[inode] = {}
        for entry in os.scandir(folder):
            below = self._look(Path(entry)) if entry.is_dir(follow_symlinks=False) else self._keep(entry.path)
            self._base[inode][entry.name] = below
        return inode

    def _keep(self, path: Path | str) -> int:
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
        inode = self._keep(path)
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
                found = self._keep(os.path.join(folder, name))
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

    # -- the calls that are watched ------------------------------------------------------------------

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        """Listen to every call of the daemon that changes names or syncs."""
        for name in ("rename", "replace"):
            patch.setattr(os, name, self._renaming(getattr(os, name)))
        for module in (archive, results, durable):
            patch.setattr(module, "rename_new", self._renaming(durable.rename_new), raising=False)
        patch.setattr(os, "mkdir", self._making(os.mkdir))
        patch.setattr(os, "open", self._making(os.open))
        patch.setattr(archive, "open", self._making(open), raising=False)
        patch.setattr(os, "unlink", self._removing(os.unlink))
        patch.setattr(os, "fsync", self._after(os.fsync, self.synced))
        for module in (archive, service):
            patch.setattr(module, "sync_filesystem", self._after(durable.sync_filesystem, self.synced_all))
        patch.setattr(Ledger, "_transaction", self._committing(Ledger._transaction))
        patch.setattr(
            Ledger, "set_meta", self._after(Ledger.set_meta, lambda ledger, key, _: self._committed(ledger, key))
        )

    def _entry(self, path: Any, folder: int | None = None) -> Entry | None:
        """The folder and name that a path means; None outside of what is watched."""
        path = os.fsdecode(path)
        if folder is not None:
            path = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), path)
        if not Path(path).is_relative_to(self.root):
            return None
        return self._keep(os.path.dirname(path)), os.path.basename(path)

    def _short(self, path: Any, folder: int | None = None) -> str:
        base = os.readlink(f"/proc/self/fd/{folder}") if folder is not None else ""
        return os.path.relpath(os.path.join(base, os.fsdecode(path)), self.root)

    def _renaming(self, real: Callable[..., None]) -> Callable[..., None]:
        def rename(source: Any, target: Any, *, src_dir_fd: int | None = None) -> None:
            before, after = self._entry(source, src_dir_fd), self._entry(target)
            label = f"rename {self._short(source, src_dir_fd)} → {self._short(target)}"
            if src_dir_fd is None and self.separate and _outer(source) != _outer(target):
                raise OSError(errno.EXDEV, "Invalid cross-device link")
            real(source, target, src_dir_fd=src_dir_fd) if src_dir_fd is not None else real(source, target)
            self.change(label, self._keep(os.fsdecode(target)), before, after)

        return rename

    def _making(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def make(path: Any, *arguments: Any, **options: Any) -> Any:
            watched = not isinstance(path, int) and (entry := self._entry_of_new(path, options.get("dir_fd")))
            made = real(path, *arguments, **options)
            if watched and os.path.lexists(path):
                self.change(f"make {self._short(path)}", self._keep(os.fsdecode(path)), None, entry)
            return made

        return make

    def _entry_of_new(self, path: Any, folder: int | None) -> Entry | None:
        if folder is not None or not Path(os.fsdecode(path)).is_relative_to(self.root) or os.path.lexists(path):
            return None
        return self._entry(path) if os.path.isdir(os.path.dirname(path)) else None

    def _removing(self, real: Callable[..., None]) -> Callable[..., None]:
        def unlink(path: Any, **options: Any) -> None:
            entry = self._entry(path)
            inode = self._keep(os.fsdecode(path)) if entry and os.path.exists(path) else 0
            real(path, **options)
            if entry:
                self.change(f"unlink {self._short(path)}", inode, entry, None)

        return unlink

    @staticmethod
    def _after(real: Callable[..., Any], told: Callable[..., None]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            value = real(*arguments)
            told(*arguments)
            return value

        return call

    def _committing(self, real: Callable[..., Any]) -> Callable[..., Any]:
        @contextmanager
        def transaction(ledger: Ledger) -> Any:
            with real(ledger) as db:
                yield db
            self._committed(ledger, "")

        return transaction

    def _committed(self, ledger: Ledger, what: str) -> None:
        if not ledger.path.is_relative_to(self.root):
            return
        self.ledger = ledger._db.serialize()
        self.step(f"commit {what}".rstrip())


def _outer(path: Any) -> bool:
    """Whether a path lies in an outbox, this one or that of a restarted daemon."""
    return "outbox" in Path(os.fsdecode(path)).parts


def cuts(disk: Disk, number: int) -> list[tuple[str, Survives, Content]]:
    """Ways in which a power cut may turn out at this moment; number: of the moment, a seed."""
    coin = random.Random(number)
    return [
        ("nothing survives", lambda _: False, lambda safe, _: safe),
        ("all survives", lambda _: True, lambda _, latest: latest),
        ("names survive, contents are NUL", lambda _: True, lambda safe, latest: safe.ljust(len(latest), b"\0")),
        ("by chance", lambda _: coin.random() < 0.5, lambda safe, latest: coin.choice((safe, latest))),
    ]  # fmt: skip
