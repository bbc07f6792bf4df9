"""Subfolders of the inbox that were emptied by taking what lay in them: removed when nothing has come for long."""

import logging
import os
from contextlib import suppress
from itertools import islice

from watcher.beneath import folder_beneath
from watcher.rows import readable_name

log = logging.getLogger(__name__)
MOST = 100_000  # folders that are remembered
AT_ONCE = 100  # that are looked at in a turn


class Emptied:
    """The folders out of which files were taken, since the process started; the longest ago first."""

    def __init__(self, inbox: bytes) -> None:
        self._inbox = inbox
        self._fresh = set[bytes]()
        self._since: dict[bytes, float] = {}

    def took(self, folder: bytes) -> None:
        """A file was taken out of this folder, b"" for the inbox itself, which stays."""
        if folder:
            self._fresh.add(folder)

    def remove(self, now: float, seconds: float) -> None:
        """Remove those out of which nothing was taken for so long, where they are empty. now: monotonic seconds."""
        for folder in self._fresh:
            self._since.pop(folder, None)
            if len(self._since) < MOST:
                self._since[folder] = now
        self._fresh.clear()
        for folder in list(islice(self._since, AT_ONCE)):
            if now - self._since[folder] < seconds:
                break
            del self._since[folder]
            self._remove(folder)

    def _remove(self, folder: bytes) -> None:
        parent, _, name = folder.rpartition(b"/")
        with suppress(OSError):  # what lies in it stays, and so does what is not ours to remove
            with folder_beneath(self._inbox, parent) as descriptor:
                os.rmdir(name, dir_fd=descriptor)
            log.info("%s was empty for long, and is removed from the inbox", readable_name(folder))
            self.took(parent)
