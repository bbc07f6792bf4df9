"""What is ready in the inbox. Events are hints; a look at the folder is the truth."""

import os
import stat
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from watcher.recognition.formats import (
    DOCUMENT_SUFFIXES,
    HEAD_BYTES,
    PICTURE_SUFFIXES,
    TAIL_BYTES,
    ends_whole,
)
from watcher.records import Found, Identity

_TEMPORARY = (b".part", b".tmp", b".temp", b"~", b".crdownload", b".filepart", b".download", b".partial", b".swp", b".opdownload")
_SUFFIXES = frozenset(suffix.encode() for suffix in PICTURE_SUFFIXES | DOCUMENT_SUFFIXES)
MOST_HINTS = 10_000
MOST_LISTED = 1_000  # names that `status` can show, at most
BACK_OFF_SECONDS = (5.0, 30.0, 300.0)


@dataclass(slots=True)
class Waiting:
    """A file that is not ready, and why. due: monotonic time of the next look."""

    identity: Identity | None
    since: float
    due: float
    why: str
    failures: int = 0


@dataclass(slots=True)
class _Folder:
    mtime_ns: int = -1
    listed: float = float("-inf")


class Inbox:
    """Finds ready files. Called by the loop; only `hint` may be called by other threads."""

    def __init__(
        self,
        root: bytes,
        *,
        recursive: bool = True,
        settle_seconds: float = 2.0,
        rescan_seconds: float = 5.0,
        full_scan_seconds: float = 300.0,
        on_folder: Callable[[bytes], bool] = lambda _: False,
        on_folder_gone: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        """root: the inbox. on_folder is told each folder (absolute) and says whether its events will come."""
        self._root, self._recursive = root, recursive
        self._settle, self._rescan, self._full_scan = settle_seconds, rescan_seconds, full_scan_seconds
        self._on_folder, self._on_folder_gone = on_folder, on_folder_gone
        self._lock = threading.Lock()
        self._hints: OrderedDict[bytes, None] = OrderedDict()
        self._lost_hints = False
        self._folders: dict[bytes, _Folder] = {b"": _Folder()}
        self._unwatched: set[bytes] = set()
        self._to_list: OrderedDict[bytes, None] = OrderedDict({b"": None})
        self._sweep: Iterator[bytes] | None = None
        self._next_rescan = 0.0
        self.waiting: dict[bytes, Waiting] = {}
        self.ignored: OrderedDict[bytes, str] = OrderedDict()

    def hint(self, path: bytes) -> None:
        """Say that something happened to a path (absolute)."""
        with self._lock:
            if len(self._hints) < MOST_HINTS:
                self._hints[path] = None
            else:
                self._lost_hints = True

    def look_everywhere(self) -> None:
        """List every folder again, as after a fault of the observer."""
        self._to_list.update(dict.fromkeys(self._folders))
        for folder in self._folders:
            self._announce(folder)

    @property
    def drained(self) -> bool:
        """Whether all that could be found has been looked at, but for what waits."""
        with self._lock:
            return not (self._hints or self._lost_hints or self._to_list or self._sweep)

    def patience(self, now: float) -> float:
        """Seconds until the next look is due, without any event."""
        if not self.drained:
            return 0.0
        due = min((waiting.due for waiting in self.waiting.values()), default=float("inf"))
        return max(0.0, min(due, self._next_rescan) - now)

    def ready(self, now: float, most: int) -> list[Found]:
        """Ready files, at most `most`: first those that were hinted at, then as the folders list them."""
        found: dict[bytes, Found] = {}
        self._rescan_if_due(now)
        for file in self._candidates(now):
            if file not in found and (ready := self._look(file, now)) is not None:
                found[file] = ready
                if len(found) >= most:
                    break
        return list(found.values())

    def leave(self, found: Found, why: str, now: float) -> None:
        """Keep a ready file that could not be taken for later, with growing patience."""
        before = self.waiting.get(found.file)
        failures = before.failures + 1 if before else 1
        delay = BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS)) - 1]
        since = before.since if before else now
        self.waiting[found.file] = Waiting(found.identity, since, now + delay, why, failures)

    # -- where to look -------------------------------------------------------------------------------

    def _candidates(self, now: float) -> Iterator[bytes]:
        while (hinted := self._next_hint()) is not None:
            if hinted in self._folders or os.path.isdir(self._root + b"/" + hinted):
                self._add_folder(hinted)
            else:
                yield hinted
        for file in [file for file, waiting in self.waiting.items() if waiting.due <= now]:
            if file in self._folders:
                del self.waiting[file]
                self._to_list[file] = None
            else:
                yield file
        while True:
            if self._sweep is None:
                if not self._to_list:
                    return
                self._sweep = self._list(self._to_list.popitem(last=False)[0], now)
            # Not a for loop: the sweep goes on in the next turn where this one stops.
            while (file := next(self._sweep, None)) is not None:
                yield file
            self._sweep = None

    def _next_hint(self) -> bytes | None:
        prefix = self._root + b"/"
        with self._lock:
            if self._lost_hints:
                self._lost_hints = False
                self._to_list.update(dict.fromkeys(self._folders))
            while self._hints:
                path, _ = self._hints.popitem(last=False)
                if path.startswith(prefix):
                    return path[len(prefix) :]
        return None

    def _list(self, folder: bytes, now: float) -> Iterator[bytes]:
        state = self._folders.setdefault(folder, _Folder())
        path = self._root + b"/" + folder if folder else self._root
        try:
            state.mtime_ns = os.stat(path, follow_symlinks=False).st_mtime_ns
            if time.time_ns() - state.mtime_ns < 2_000_000_000:
                state.mtime_ns = -1  # it may change again within the clock's grain: look once more later
            state.listed = now
            with os.scandir(path) as entries:
                for entry in entries:
                    file = folder + b"/" + entry.name if folder else entry.name
                    if entry.is_dir(follow_symlinks=False):
                        self._enter(file, entry.name)
                    else:
                        yield file
        except (FileNotFoundError, NotADirectoryError):
            if not folder:
                raise  # the inbox itself is gone
            self._folders.pop(folder, None)
            self._unwatched.discard(folder)
            self._on_folder_gone(path)
        except PermissionError as error:
            self.waiting[folder] = Waiting(None, now, now + BACK_OFF_SECONDS[1], f"folder cannot be listed: {error.strerror}")

    def _enter(self, folder: bytes, name: bytes) -> None:
        if self._recursive and not name.startswith(b".") and folder not in self._folders:
            self._add_folder(folder)

    def _add_folder(self, folder: bytes) -> None:
        if any(part.startswith(b".") for part in folder.split(b"/") if folder):
            return
        if not self._recursive and folder:
            return
        self._folders.setdefault(folder, _Folder())
        # The watch stands before the listing, so that nothing falls between the two.
        self._announce(folder)
        self._to_list[folder] = None

    def _announce(self, folder: bytes) -> None:
        heard = self._on_folder(self._root + b"/" + folder if folder else self._root)
        (self._unwatched.discard if heard else self._unwatched.add)(folder)

    def _rescan_if_due(self, now: float) -> None:
        """Stat every known folder; list those that changed, and all now and then."""
        if now < self._next_rescan:
            return
        self._next_rescan = now + self._rescan
        for folder, state in list(self._folders.items()):
            path = self._root + b"/" + folder if folder else self._root
            try:
                changed = os.stat(path, follow_symlinks=False).st_mtime_ns != state.mtime_ns
            except OSError:
                changed = True  # the listing finds out
            if changed or folder in self._unwatched or now - state.listed >= self._full_scan:
                self._to_list[folder] = None

    # -- what is there -------------------------------------------------------------------------------

    def _look(self, file: bytes, now: float) -> Found | None:
        name = file.rpartition(b"/")[2]
        if name.startswith(b".") or name.lower().endswith(_TEMPORARY):
            self.waiting.pop(file, None)
            return None
        try:
            found = os.lstat(self._root + b"/" + file)
        except OSError:
            self.waiting.pop(file, None)
            self.ignored.pop(file, None)
            return None
        why = _why_ignored(name, found)
        if why:
            self._ignore(file, why)
            return None
        return self._judge(file, Identity.of(found), now)

    def _ignore(self, file: bytes, why: str) -> None:
        self.ignored[file] = why
        if len(self.ignored) > MOST_LISTED:
            self.ignored.popitem(last=False)

    def _judge(self, file: bytes, identity: Identity, now: float) -> Found | None:
        """Decide whether a regular file of a known kind is ready, or waits."""
        before = self.waiting.get(file)
        if before is not None and before.failures and now < before.due:
            return None
        try:
            whole = is_whole(self._root + b"/" + file, identity)
        except FileNotFoundError:
            return None
        except OSError as error:
            self.leave(Found(file, identity), f"cannot be opened: {error.strerror}", now)
            return None
        if not whole:
            if before is None or before.identity != identity:
                self.waiting[file] = Waiting(identity, now, now + self._settle, "still being written, or has no end mark")
                return None
            if now < before.due:
                return None
        if before is not None and not before.failures:
            del self.waiting[file]  # one that could not be taken stays, to remember how often, until it is gone
        return Found(file, identity)


def is_whole(path: bytes, identity: Identity) -> bool:
    """Say whether the format's own end mark is there. Opens nothing but regular files.

    Raises OSError where the file may not be opened.
    """
    if identity.size == 0:
        return False
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return False
        head = os.pread(descriptor, HEAD_BYTES, 0)
        tail = os.pread(descriptor, TAIL_BYTES, max(0, identity.size - TAIL_BYTES))
        return ends_whole(head, tail, identity.size)
    finally:
        os.close(descriptor)


def _why_ignored(name: bytes, found: os.stat_result) -> str:
    mode = found.st_mode
    if not stat.S_ISREG(mode):
        kinds = ((stat.S_ISLNK, "a symbolic link"), (stat.S_ISFIFO, "a FIFO"), (stat.S_ISSOCK, "a socket"))
        return next((kind for test, kind in kinds if test(mode)), "no regular file") + ", never opened"
    suffix = os.path.splitext(name)[1].lower()
    if suffix not in _SUFFIXES:
        return f"unknown suffix {os.fsdecode(suffix)!r}" if suffix else "no suffix"
    return ""
