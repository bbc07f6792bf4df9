"""What is ready in the inbox. Events are hints; a look at the folder is the truth."""

import os
import stat
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

from watcher.beneath import OpenFolders
from watcher.folders import Folders
from watcher.looking import Looking, Opened, close_all
from watcher.records import Found

MOST_HINTS = 10_000
OPEN_AHEAD = 64  # files


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
        self._root, self._on_folder_gone = root, on_folder_gone
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
        self._looking = Looking(settle_seconds)
        self.waiting, self.ignored = self._looking.waiting, self._looking.ignored

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
        found, seen = list[Found](), set[bytes]()
        with OpenFolders(self._root) as folders, ExitStack() as stack:
            ahead: deque[Opened] = deque()
            stack.callback(lambda: close_all(ahead))
            candidates = self._candidates(now)
            while len(found) < most:
                # Several are open at a time, so that the disk has more than one thing to do.
                while len(ahead) < min(OPEN_AHEAD, most - len(found)) and (file := next(candidates, None)) is not None:
                    if file not in seen and (one := self._looking.open(folders, file, now)) is not None:
                        seen.add(file)
                        ahead.append(one)
                if not ahead:
                    break
                if self._looking.is_ready(ahead[0], now):
                    found.append(Found(ahead[0].file, ahead[0].identity))
                close_all([ahead.popleft()])
        return sorted(found, key=lambda ready: ready.identity.mtime_ns)

    def leave(self, found: Found, why: str, now: float) -> None:
        """Keep a ready file that could not be taken for later, with growing patience."""
        self.waiting.put_off(found.file, found.identity, why, now)

    def _refused(self, folder: bytes, why: str, now: float) -> None:
        self.waiting.put_off(folder, None, f"folder cannot be listed: {why}", now)

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


def _is_folder(path: bytes) -> bool:
    # Not os.path.isdir: it follows links, and what lies behind one is not in the inbox.
    with suppress(OSError):
        return stat.S_ISDIR(os.lstat(path).st_mode)
    return False
