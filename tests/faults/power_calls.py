"""What the daemon's code tells the model of a power cut: its calls that change names, and those that sync."""

import errno
import os
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.faults.power import Disk, Entry
from watcher import archive, durable, recording, sheet_file
from watcher.ledger import Ledger


class Calls:
    """The calls, listened to on behalf of one disk."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        """Listen to every call of the daemon that changes names or syncs."""
        for name in ("rename", "replace"):
            patch.setattr(os, name, self._renaming(getattr(os, name)))
        for module in (archive, sheet_file, durable):
            patch.setattr(module, "rename_new", self._renaming(durable.rename_new), raising=False)
        patch.setattr(os, "mkdir", self._making(os.mkdir))
        patch.setattr(os, "open", self._making(os.open))
        patch.setattr(archive, "open", self._making(open), raising=False)
        for name in ("unlink", "rmdir"):
            patch.setattr(os, name, self._removing(name, getattr(os, name)))
        patch.setattr(os, "fsync", self._after(os.fsync, self._disk.synced))
        for module in (archive, recording):
            patch.setattr(module, "sync_filesystem", self._after(durable.sync_filesystem, self._disk.synced_all))
        patch.setattr(Ledger, "_transaction", self._committing(Ledger._transaction))
        patch.setattr(
            Ledger, "set_meta", self._after(Ledger.set_meta, lambda ledger, key, _: self._committed(ledger, key))
        )

    def _entry(self, path: Any, folder: int | None = None) -> Entry | None:
        """The folder and name that a path means; None outside of what is watched."""
        path = os.fsdecode(path)
        if folder is not None:
            path = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), path)
        if not Path(path).is_relative_to(self._disk.root):
            return None
        return self._disk.keep(os.path.dirname(path)), os.path.basename(path)

    def _short(self, path: Any, folder: int | None = None) -> str:
        base = os.readlink(f"/proc/self/fd/{folder}") if folder is not None else ""
        return os.path.relpath(os.path.join(base, os.fsdecode(path)), self._disk.root)

    def _renaming(self, real: Callable[..., None]) -> Callable[..., None]:
        def rename(source: Any, target: Any, *, src_dir_fd: int | None = None) -> None:
            before, after = self._entry(source, src_dir_fd), self._entry(target)
            label = f"rename {self._short(source, src_dir_fd)} → {self._short(target)}"
            if src_dir_fd is None and self._disk.separate and _outer(source) != _outer(target):
                raise OSError(errno.EXDEV, "Invalid cross-device link")
            real(source, target, src_dir_fd=src_dir_fd) if src_dir_fd is not None else real(source, target)
            self._disk.change(label, self._disk.keep(os.fsdecode(target)), before, after)

        return rename

    def _making(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def make(path: Any, *arguments: Any, **options: Any) -> Any:
            watched = not isinstance(path, int) and (entry := self._entry_of_new(path, options.get("dir_fd")))
            made = real(path, *arguments, **options)
            if watched and os.path.lexists(path):
                self._disk.change(f"make {self._short(path)}", self._disk.keep(os.fsdecode(path)), None, entry)
            return made

        return make

    def _entry_of_new(self, path: Any, folder: int | None) -> Entry | None:
        if folder is not None or not Path(os.fsdecode(path)).is_relative_to(self._disk.root) or os.path.lexists(path):
            return None
        return self._entry(path) if os.path.isdir(os.path.dirname(path)) else None

    def _removing(self, name: str, real: Callable[..., None]) -> Callable[..., None]:
        def remove(path: Any, *, dir_fd: int | None = None) -> None:
            entry = self._entry(path, dir_fd)
            base = os.readlink(f"/proc/self/fd/{dir_fd}") if dir_fd is not None else ""
            whole = os.path.join(base, os.fsdecode(path))
            inode = self._disk.keep(whole) if entry and os.path.exists(whole) else 0
            real(path, dir_fd=dir_fd) if dir_fd is not None else real(path)
            if entry:
                self._disk.change(f"{name} {self._short(path, dir_fd)}", inode, entry, None)

        return remove

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
        if not ledger.path.is_relative_to(self._disk.root):
            return
        self._disk.ledger = ledger._db.serialize()
        self._disk.step(f"commit {what}".rstrip())


def _outer(path: Any) -> bool:
    """Whether a path lies in an outbox, this one or that of a restarted daemon."""
    return "outbox" in Path(os.fsdecode(path)).parts
