"""Ends a daemon without a process: from the k-th lasting change on, every one of them kills, or the disk is full."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from unittest.mock import patch

from watcher import archive, durable, recording, sheet_file
from watcher.ledger import Ledger

_CALLS = (
    *((os, name) for name in ("rename", "replace", "link", "unlink", "write", "fsync", "mkdir", "rmdir", "ftruncate")),
    *((module, "rename_new") for module in (durable, archive, sheet_file)),
    *((module, "sync_filesystem") for module in (recording, archive)),
    *((Ledger, name) for name in ("intend", "update_claims", "set_state", "record", "finish")),
    *((Ledger, name) for name in ("begin_rotation", "end_rotation", "begin_expiry", "end_expiry", "purge")),
)
_NEED_ROOM = ("write", "fsync", "mkdir", "rename_new", "sync_filesystem")


class Killed(BaseException):
    """As `kill -9`: nothing handles it, and what comes behind it does nothing lasting either."""


class Fate:
    """Patched into every call that leaves something behind; does nothing until it is armed."""

    def __init__(self) -> None:
        self._left, self._how = -1, ""
        self._patches = ExitStack()
        for owner, name in _CALLS:
            real = getattr(owner, name)
            self._patches.enter_context(patch.object(owner, name, self._watched(name, real)))

    def close(self) -> None:
        """Take the patches back."""
        self._patches.close()

    @contextmanager
    def armed(self, calls: int, how: str) -> Iterator[None]:
        """Killed "before" or "after" that call, or amid the next write, "torn"; or "full": no room from it on."""
        self._left, self._how = calls, how
        try:
            yield
        finally:
            self._left = -1

    def _watched(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            if self._left < 0:
                return real(*args, **more)
            self._left -= self._left > 0
            if self._left:
                return real(*args, **more)
            return self._strike(name, real, *args, **more)

        return call

    def _strike(self, name: str, real: Callable[..., Any], *args: Any, **more: Any) -> Any:
        how, dead = self._how, Killed(name)
        if how == "full":
            if name in _NEED_ROOM:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(*args, **more)
        if how == "torn" and name != "write":
            return real(*args, **more)  # lives on to the next write
        self._how = "before"  # the dead do nothing
        if how == "after":
            self._left, left = -1, self._left
            with suppress(OSError):
                real(*args, **more)
            self._left = left
        if how == "torn":
            real(args[0], bytes(args[1])[: len(args[1]) // 2])
        raise dead
