"""Wakes the loop out of its wait: from other threads and from signal handlers."""

import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import wait
from typing import Any


class Wake:
    """A pipe whose reading end the loop waits on."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)

    def set(self) -> None:
        """Wake the loop. May be called from any thread, any number of times."""
        with suppress(BlockingIOError):  # full: it is awake already
            if self._writer >= 0:  # a signal may come after the end
                os.write(self._writer, b"!")

    def on_signals(self) -> None:
        """Let every signal wake the loop; the handlers themselves only set flags."""
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)

    def wait(self, others: Sequence[Any], seconds: float, rest: float = 0.0) -> None:
        """Wait until woken, until one of the others is readable, or for so long; in any case for `rest` seconds."""
        time.sleep(rest)
        wait([self._reader, *others], None if seconds == float("inf") else max(0.0, seconds))
        with suppress(BlockingIOError):
            while os.read(self._reader, 4096):
                pass

    def close(self) -> None:
        """Close both ends."""
        signal.set_wakeup_fd(-1)
        reader, writer, self._writer = self._reader, self._writer, -1
        os.close(reader)
        os.close(writer)
