"""What is ready in the inbox. Events are hints; a look at the folder is the truth."""

import errno
import os
import stat
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import suppress

from watcher.beneath import OpenFolders
from watcher.durable import concerns_all
from watcher.folders import Folders
from watcher.recognition.formats import DOCUMENT_SUFFIXES, PICTURE_SUFFIXES
from watcher.records import Found, Identity
from watcher.waiting import WaitingFiles
from watcher.wholeness import is_whole

# fmt: off
_TEMPORARY = (
    b".part", b".partial", b".tmp", b".temp", b"~", b".crdownload", b".download", b".opdownload", b".filepart", b".swp",
)
# fmt: on
SUFFIXES = frozenset(suffix.encode() for suffix in PICTURE_SUFFIXES | DOCUMENT_SUFFIXES)
MOST_HINTS = 10_000
MOST_LISTED = 1_000  # names that `status` can show, at most


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
        self._root, self._settle, self._on_folder_gone = root, settle_seconds, on_folder_gone
        self._lock = threading.Lock()
        self._hints: OrderedDict[bytes, None] = OrderedDict()
        self._lost_hints = False
        self._folders = Folders(
            root,
            recursive=recursive,
            rescan_seconds=rescan_seconds,
            full_scan_seconds=full_scan_seconds,
            on_folder=on_folder,
            on_folder_gone=self._gone,
            on_refused=self._refused,
            on_listing=self._listed,
        )
        self.waiting = WaitingFiles()
        self.ignored: OrderedDict[bytes, str] = OrderedDict()

    def hint(self, path: bytes) -> None:
        """Say that something happened to a path (absolute)."""
        with self._lock:
            if len(self._hints) < MOST_HINTS:
                self._hints[path] = None
            else:
                self._lost_hints = True

    def look_everywhere(self) -> None:
        """List and watch every folder again, as after a fault of the observer."""
        self._folders.list_all(watch=True)

    @property
    def drained(self) -> bool:
        """Whether all that could be found has been looked at, but for what waits."""
        with self._lock:
            return self._folders.swept and not (self._hints or self._lost_hints)

    def patience(self, now: float) -> float:
        """Seconds until the next look is due, without any event."""
        if not self.drained:
            return 0.0
        return max(0.0, min(self.waiting.first_due(), self._folders.next_rescan) - now)

    def ready(self, now: float, most: int) -> list[Found]:
        """Ready files, at most `most`: first those that were hinted at, then as the folders list them; oldest first.

        Raises OSError where the inbox itself is gone.
        """
        self._folders.rescan(now)
        found: dict[bytes, Found] = {}
        with OpenFolders(self._root) as folders:
            for file in self._candidates(now):
                if file not in found and (ready := self._look(folders, file, now)) is not None:
                    found[file] = ready
                    if len(found) >= most:
                        break
        return sorted(found.values(), key=lambda ready: ready.identity.mtime_ns)

    def leave(self, found: Found, why: str, now: float) -> None:
        """Keep a ready file that could not be taken for later, with growing patience."""
        self.waiting.put_off(found.file, found.identity, why, now)

    def _refused(self, folder: bytes, why: str, now: float) -> None:
        self.waiting.put_off(folder, None, f"folder cannot be listed: {why}", now)

    def _wait_for_mending(self, file: bytes, identity: Identity | None, why: str, error: OSError, now: float) -> None:
        # A bad sector is one file's trouble, and others can be read; a share that is gone is everybody's.
        if concerns_all(error) and error.errno != errno.EIO:
            raise error
        self.waiting.put_off(file, identity, why, now)

    def _listed(self, folder: bytes) -> None:
        self.waiting.pop(folder, None)  # it was refused before, perhaps
        for file in [file for file in self.ignored if file.rpartition(b"/")[0] == folder]:
            del self.ignored[file]

    def _gone(self, folder: bytes) -> None:
        self._listed(folder[len(self._root) + 1 :])  # nothing that was said of it, or in it, stands
        self._on_folder_gone(folder)

    # -- where to look -------------------------------------------------------------------------------

    def _candidates(self, now: float) -> Iterator[bytes]:
        while (hinted := self._next_hint()) is not None:
            if hinted in self._folders or _is_folder(self._root + b"/" + hinted):
                self._folders.add(hinted)
            else:
                yield hinted
        if self.waiting.room_again():
            self._folders.list_all(watch=False)
        for path in self.waiting.due(now):
            if path in self._folders:
                self.waiting[path].due = float("inf")  # until it is listed, or refused again
                self._folders.list_again(path)
            else:
                yield path
        yield from self._folders.files(now)

    def _next_hint(self) -> bytes | None:
        prefix = self._root + b"/"
        with self._lock:
            if self._lost_hints:
                self._lost_hints = False
                self._folders.list_all(watch=False)
            while self._hints:
                path, _ = self._hints.popitem(last=False)
                if path.startswith(prefix):
                    return path[len(prefix) :]
        return None

    # -- what is there -------------------------------------------------------------------------------

    def _look(self, folders: OpenFolders, file: bytes, now: float) -> Found | None:
        folder, _, name = file.rpartition(b"/")
        if name.startswith(b".") or name.lower().endswith(_TEMPORARY):
            return None
        try:
            descriptor = folders.at(folder)
            found = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            self.waiting.pop(file, None)
            self.ignored.pop(file, None)
            return None
        except OSError as error:
            self._wait_for_mending(file, None, f"cannot be looked at: {error.strerror}", error, now)
            return None
        why = _why_ignored(name, found)
        if why:
            self.waiting.pop(file, None)  # something else was here before
            self.ignored[file] = why
            if len(self.ignored) > MOST_LISTED:
                self.ignored.popitem(last=False)
            return None
        return self._judge(descriptor, file, Identity.of(found), now)

    def _judge(self, folder: int, file: bytes, identity: Identity, now: float) -> Found | None:
        """Decide whether a regular file of a known kind, in that open folder, is ready, or waits."""
        if self.waiting.is_put_off(file, now):
            return None
        try:
            whole = is_whole(folder, file.rpartition(b"/")[2], identity)
        except FileNotFoundError:
            self.waiting.pop(file, None)
            return None
        except OSError as error:
            self._wait_for_mending(file, identity, f"cannot be opened: {error.strerror}", error, now)
            return None
        if not whole and not self.waiting.has_settled(file, identity, now, self._settle):
            return None
        self.waiting.taken(file)
        return Found(file, identity)


def _is_folder(path: bytes) -> bool:
    # Not os.path.isdir: it follows links, and what lies behind one is not in the inbox.
    with suppress(OSError):
        return stat.S_ISDIR(os.lstat(path).st_mode)
    return False


def _why_ignored(name: bytes, found: os.stat_result) -> str:
    mode = found.st_mode
    if not stat.S_ISREG(mode):
        kinds = ((stat.S_ISLNK, "a symbolic link"), (stat.S_ISFIFO, "a FIFO"), (stat.S_ISSOCK, "a socket"))
        return next((kind for test, kind in kinds if test(mode)), "no regular file") + ", never opened"
    _, dot, suffix = name.lower().rpartition(b".")
    if dot + suffix in SUFFIXES:
        return ""
    return f"unknown suffix {os.fsdecode(dot + suffix)!r}" if dot else "no suffix"
