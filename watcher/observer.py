"""File system events, as hints: watchdog, told to stay out of our way.

Watchdog holds every unpaired MOVED_FROM for half a second at the head of its queue, and each of our claims
makes one. So it listens only to what brings a file: closed after writing, moved in, created.
"""

import errno
import logging
import os
import sys
from collections.abc import Callable
from typing import Any

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers.api import BaseObserver, ObservedWatch
from watchdog.utils import BaseThread

from watcher.rows import readable_name

log = logging.getLogger(__name__)
_ABOUT_ONE_FOLDER = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EACCES})
MOST_WATCHED = 512  # watchdog spends a thread on each folder; the rescan finds the rest


def _make_observer() -> BaseObserver:
    if sys.platform != "linux":
        from watchdog.observers import Observer

        return Observer()
    from watchdog.observers.inotify import InotifyEmitter, InotifyObserver
    from watchdog.observers.inotify_c import InotifyConstants

    class ArrivalsEmitter(InotifyEmitter):
        def get_event_mask_from_filter(self) -> Any:
            wanted = (
                InotifyConstants.IN_CLOSE_WRITE | InotifyConstants.IN_MOVED_TO | InotifyConstants.IN_CREATE
                | InotifyConstants.IN_DELETE_SELF | InotifyConstants.IN_ONLYDIR
            )  # fmt: skip
            return type(super().get_event_mask_from_filter())(wanted)

    observer = InotifyObserver()
    observer._emitter_class = ArrivalsEmitter  # InotifyObserver names its emitter itself
    return observer


class _Handler(FileSystemEventHandler):
    def __init__(self, hint: Callable[[bytes], None]) -> None:
        self._hint = hint

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in ("created", "closed", "moved"):
            self._hint(os.fsencode(event.dest_path or event.src_path))


class FolderObserver:
    """Watches folders, each by itself, and gives the paths of which something is heard."""

    def __init__(self, hint: Callable[[bytes], None]) -> None:
        """`hint` is called with an absolute path, in a thread of watchdog's; it must be short and not raise."""
        self._handler = _Handler(hint)
        self._watches: dict[bytes, ObservedWatch] = {}
        self._refused = False
        self._observer: BaseObserver | None = None
        self.start()

    def start(self) -> None:
        """Begin, or begin anew after a failure; folders must be watched again."""
        self.stop()
        try:
            self._observer = _make_observer()
            self._observer.start()
        except (OSError, RuntimeError) as error:  # the limit of inotify instances, or of threads
            self._observer = None
            self._say_once(_why(error))

    def watch(self, folder: bytes) -> bool:
        """Watch a folder, not what is below it. False where that is refused: then only the rescan finds files."""
        if folder in self._watches:
            return True
        if self._observer is None:
            return False
        if len(self._watches) >= MOST_WATCHED:
            self._say_once(f"{MOST_WATCHED} folders are watched already")
            return False
        try:
            self._watches[folder] = self._observer.schedule(self._handler, os.fsdecode(folder), recursive=False)
        except (OSError, RuntimeError) as error:  # of threads that cannot be started
            if getattr(error, "errno", None) not in _ABOUT_ONE_FOLDER:  # what is wrong with it, listing it says
                self._say_once(_why(error))
            return False
        return True

    def forget(self, folder: bytes) -> None:
        """Stop watching a folder that is gone."""
        watch = self._watches.pop(folder, None)
        if watch is not None and self._observer is not None:
            try:
                self._observer.unschedule(watch)
            except (KeyError, OSError):
                log.debug("the watch on %r had ended by itself", folder)

    @property
    def healthy(self) -> bool:
        """Whether events can be trusted to come: an exception or a deleted folder ends a thread silently."""
        return self._hears() and not self._ended()

    def mend(self) -> bool:
        """Listen anew where that has ended. True where folders must be looked at, and watched, again."""
        if self._hears():
            ended = self._ended()
            for folder in ended:
                self.forget(folder)
                if os.path.isdir(folder):  # one that was deleted is no fault
                    said = readable_name(folder)
                    log.warning("events of %s had stopped; they are listened to anew", said, extra={"FILE": said})
            return bool(ended)
        had_one = self._observer is not None
        if had_one:
            log.warning("file system events had stopped; they are listened to anew")
        self.start()
        if self._observer is not None and not had_one:
            log.info("file system events are available again")
        return had_one or self._observer is not None

    def _hears(self) -> bool:
        # The one thread that reads from the kernel, and the one that calls the handler.
        if self._observer is None:
            return False
        reading: BaseThread = getattr(self._observer, "_inotify_fd", self._observer)
        return self._observer.is_alive() and reading.is_alive()

    def _ended(self) -> list[bytes]:
        if self._observer is None:
            return []
        ended = {emitter.watch for emitter in self._observer.emitters if not emitter.is_alive()}
        return [folder for folder, watch in self._watches.items() if watch in ended]

    def _say_once(self, why: str) -> None:
        if not self._refused:
            log.warning(
                "file system events are not available (%s); folders without them are looked at regularly",
                why, extra={"REASON": why},
            )  # fmt: skip
        self._refused = True

    def stop(self) -> None:
        """End the threads."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join(timeout=2)
        self._observer, self._watches = None, {}


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
