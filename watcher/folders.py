"""Where to look in the inbox: its folders, which of them to list next, and the listing itself."""

import os
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from watcher.beneath import folder_beneath
from watcher.durable import concerns_all

# A folder changed within this time may change again without a new modification time: clocks have a grain.
_GRAIN_NS = 2_000_000_000
_FIRST_SORTED, _MOST_SORTED = 4096, 1 << 17  # names at once: to begin soon, and some 17 MB


@dataclass(slots=True)
class _Folder:
    mtime_ns: int = -1
    listed: float = float("-inf")
    place: tuple[int, int] | None = None  # device and inode: another folder may come to lie there


class Folders:
    """The tree of the inbox. Folders are named by their path in it, the inbox itself by b""."""

    def __init__(
        self,
        root: bytes,
        *,
        recursive: bool,
        rescan_seconds: float,
        full_scan_seconds: float,
        on_folder: Callable[[bytes], bool],
        on_folder_gone: Callable[[bytes], None],
        on_refused: Callable[[bytes, str, float], None],
        on_listing: Callable[[bytes], None],
    ) -> None:
        """on_folder is told each folder (absolute) and says whether its events will come; on_refused, what
        folder (in the inbox) cannot be listed, why, and when; on_listing, what folder is listed anew."""
        self._root, self._recursive = root, recursive
        self._rescan, self._full_scan = rescan_seconds, full_scan_seconds
        self._on_folder, self._on_folder_gone = on_folder, on_folder_gone
        self._on_refused, self._on_listing = on_refused, on_listing
        self._known: dict[bytes, _Folder] = {b"": _Folder()}
        self._unwatched: set[bytes] = set()
        self._to_list: OrderedDict[bytes, None] = OrderedDict({b"": None})
        self._sweep: Iterator[bytes] | None = None
        self.next_rescan = 0.0

    def __contains__(self, folder: bytes) -> bool:
        return folder in self._known

    @property
    def swept(self) -> bool:
        """Whether nothing is left to list."""
        return self._sweep is None and not self._to_list

    def add(self, folder: bytes) -> None:
        """A folder was heard of or seen: watch it, then list it."""
        if any(part.startswith(b".") for part in folder.split(b"/") if folder) or (folder and not self._recursive):
            return
        self._known.setdefault(folder, _Folder())
        # The watch stands before the listing, so that nothing falls between the two.
        self._watch(folder)
        self._to_list[folder] = None

    def list_again(self, folder: bytes) -> None:
        """List one folder again."""
        self._to_list[folder] = None

    def list_all(self, *, watch: bool) -> None:
        """List every known folder again; `watch`: their watches are gone."""
        self._to_list.update(dict.fromkeys(self._known))
        if watch:
            for folder in self._known:
                self._watch(folder)

    def rescan(self, now: float) -> None:
        """Where it is due, stat every known folder and list those that changed; and all, now and then."""
        if now < self.next_rescan:
            return
        self.next_rescan = now + self._rescan
        for folder, state in self._known.items():
            try:
                found = os.stat(self._path(folder), follow_symlinks=False)
                changed = found.st_mtime_ns != state.mtime_ns or _place(found) != state.place
            except OSError:
                changed = True  # the listing finds out
            due = now - state.listed >= self._full_scan
            if changed or due or folder in self._unwatched:
                self._to_list[folder] = None
            if due and folder in self._unwatched:
                self._watch(folder)  # it may be allowed by now

    def files(self, now: float) -> Iterator[bytes]:
        """What the folders list, by path in the inbox. May be left at any point; the next call goes on there.

        Raises OSError where the inbox itself is gone.
        """
        while not self.swept:
            if self._sweep is None:
                self._sweep = self._list(self._to_list.popitem(last=False)[0], now)
            yield from _unfinished(self._sweep)
            self._sweep = None

    def _list(self, folder: bytes, now: float) -> Iterator[bytes]:
        state = self._known.setdefault(folder, _Folder())
        try:
            # Without following links: one may stand by now where a folder was.
            with folder_beneath(self._root, folder) as descriptor, os.scandir(descriptor) as entries:
                found = os.fstat(descriptor)
                self._see_place(folder, state, _place(found))
                state.mtime_ns = found.st_mtime_ns
                if time.time_ns() - state.mtime_ns < _GRAIN_NS:
                    state.mtime_ns = -1
                state.listed = now
                self._on_listing(folder)
                for entry in _as_they_lie(entries):
                    name = os.fsencode(entry.name)
                    file = folder + b"/" + name if folder else name
                    if not entry.is_dir(follow_symlinks=False):
                        yield file
                    elif file not in self._known:
                        self.add(file)
        except FileNotFoundError:
            if not folder:
                raise  # the inbox itself is gone
            self._forget(folder)
        except OSError as error:
            if concerns_all(error) or not folder:
                raise
            self._on_refused(folder, error.strerror or "refused", now)

    def _see_place(self, folder: bytes, state: _Folder, place: tuple[int, int]) -> None:
        """Watch what lies there now: its watch stays with a folder that is moved, or has another mounted over it."""
        if state.place not in (None, place):
            self._on_folder_gone(self._path(folder))
            self._watch(folder)
        state.place = place

    def _forget(self, folder: bytes) -> None:
        self._known.pop(folder, None)
        self._unwatched.discard(folder)
        self._on_folder_gone(self._path(folder))

    def _watch(self, folder: bytes) -> None:
        heard = self._on_folder(self._path(folder))
        (self._unwatched.discard if heard else self._unwatched.add)(folder)

    def _path(self, folder: bytes) -> bytes:
        return self._root + b"/" + folder if folder else self._root


def _as_they_lie(entries: Iterator[os.DirEntry[str]]) -> Iterator[os.DirEntry[str]]:
    """Many at a time by inode: so they lie on disk, while folders list them by a hash of their names.

    The more at a time, the closer they lie; and names that were given one after another come together, so that the
    ledger's index on places is written in few of its pages.
    """
    many = _FIRST_SORTED
    while some := list(islice(entries, many)):
        yield from sorted(some, key=os.DirEntry.inode)
        many = min(2 * many, _MOST_SORTED)


def _place(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _unfinished(sweep: Iterator[bytes]) -> Iterator[bytes]:
    # `yield from` a generator would close it when its reader stops early; this leaves it open.
    while (file := next(sweep, None)) is not None:
        yield file
