"""Where the picture of a record lies, and what can be seen of it."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Protocol

from watcher.beneath import open_beneath
from watcher.records import Record
from watcher.regular import regular_bytes
from watcher.viewing.viewer import View

Rights = Callable[[], AbstractContextManager[object]]


class Views(Protocol):
    """Whatever shows pictures, as Viewer does."""

    def view(self, data: bytes) -> View:
        """A picture's bytes as PNGs."""
        ...


def picture_of(outbox: Path, record: Record, max_bytes: int) -> bytes:
    """The bytes of a record's picture, at most one more than allowed.

    Raises OSError where they cannot be read: FileNotFoundError where the picture is not at its place, or a link is.
    """
    descriptor = open_beneath(os.fsencode(outbox), record.archived_to, os.O_RDONLY)
    try:
        return regular_bytes(descriptor, max_bytes)[0]
    finally:
        os.close(descriptor)


def view_of(viewer: Views, outbox: Path, record: Record, max_bytes: int, rights: Rights = nullcontext) -> View:
    """The picture of a record; where it cannot be read, a sentence that says why. rights: within which it is opened."""
    try:
        with rights():
            data = picture_of(outbox, record, max_bytes)
    except FileNotFoundError:
        return View(why="the picture is not at its place any more")
    except OSError as error:
        return View(why=f"the picture cannot be read: {error.strerror}")
    return viewer.view(data)
