"""A viewer: makes pictures fit to be looked at, whatever their bytes are, by a child that may do nothing else."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import NamedTuple, Self

from watcher.child import end_child, start_child
from watcher.errors import SurroundingsError
from watcher.limits import OUT_OF_MEMORY
from watcher.rows import printable
from watcher.viewing.pixels import SEEN_SIDE, Pixels, asked, read_answer
from watcher.viewing.png import grey_png

LONGEST = 1024  # pixels of a picture's longer side, unless it is to be smaller
START_SECONDS = 60.0
_ENDS = {
    OUT_OF_MEMORY: "opening this picture takes more memory than it may",
    -signal.SIGXCPU: "it took too long to open this picture",
}
_HINT = "Is the machine out of memory or processes?"


class View(NamedTuple):
    """picture: a grey PNG, turned as EXIF says, b"" where it cannot be decoded. seen: PNG of the 28×28, white on black.

    seen is b"" where there is none. why: a sentence where something is missing, else "".
    """

    picture: bytes = b""
    seen: bytes = b""
    why: str = ""


class _ChildEndedError(Exception):
    """It died or said nonsense over a picture: the sentence says which."""


class _ChildHungError(_ChildEndedError):
    """It did not answer in time."""


class Viewer:
    """Shows one picture at a time, for callers in any thread."""

    def __init__(self, max_pixels: int, max_bytes: int, seconds_per_picture: float, longest: int = LONGEST) -> None:
        """longest: of a picture's sides, in pixels; larger pictures are shrunk."""
        self._seconds, self._max_bytes, self._longest = seconds_per_picture, max_bytes, longest
        self._told = {
            "max_pixels": max_pixels, "max_bytes": max_bytes, "seconds": seconds_per_picture, "longest": longest
        }  # fmt: skip
        # One thread, that lives as long as the viewer: a child ends with the thread that started it.
        self._thread = ThreadPoolExecutor(1, "viewer")
        self._child: _Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def view(self, data: bytes) -> View:
        """A picture's bytes as PNGs; one that the child dies of gives a sentence.

        Raises SurroundingsError where no child can be started.
        """
        return self._thread.submit(self._view, data).result()

    def close(self) -> None:
        """End the child. Waits for a picture that is looked at."""
        self._thread.submit(self._end).result()
        self._thread.shutdown()

    def _view(self, data: bytes) -> View:
        if len(data) > self._max_bytes:
            return View(why=f"the file has more than {self._max_bytes:,} bytes")
        fresh = self._child is None
        try:
            return self._shown(data)
        except _ChildEndedError as ended:
            # What earlier pictures left behind may have been the reason, or somebody from outside.
            return View(why=str(ended)) if fresh or isinstance(ended, _ChildHungError) else self._view(data)

    def _shown(self, data: bytes) -> View:
        if self._child is None:
            self._child = _Child(self._told, self._longest)
        try:
            pixels = self._child.look(data, self._seconds)
        except _ChildEndedError:
            self._end()
            raise
        picture = grey_png(pixels.width, pixels.height, pixels.grey) if pixels.grey else b""
        seen = grey_png(SEEN_SIDE, SEEN_SIDE, pixels.seen) if pixels.seen else b""
        return View(picture, seen, printable(pixels.why))

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


class _Child:
    """One process, and our end of the socket to it."""

    def __init__(self, told: dict[str, float], longest: int) -> None:
        """Wait until it can look at pictures. Raises SurroundingsError where it never can."""
        self._longest = longest
        try:
            self._process, self._link = start_child("watcher.viewing.child", told)
        except OSError as error:
            raise SurroundingsError(f"cannot start a viewer: {error.strerror}", hint=_HINT) from error
        try:
            self._heard(time.monotonic() + START_SECONDS)
        except _ChildEndedError as ended:
            self.end()
            raise SurroundingsError(f"a viewer ended while it was starting: {ended}", hint=_HINT) from ended

    def look(self, data: bytes, seconds: float) -> Pixels:
        """What it says of a picture. Raises _ChildEndedError, and is of no use any more."""
        deadline = time.monotonic() + seconds
        with suppress(OSError):  # why it takes no more, its end tells
            self._link.settimeout(seconds)
            for part in asked(data):
                self._link.sendall(part)
        return self._heard(deadline)

    def _heard(self, deadline: float) -> Pixels:
        try:
            return read_answer(self._link, self._longest, deadline)
        except TimeoutError as error:
            raise _ChildHungError("it took too long to open this picture") from error
        except (EOFError, OSError, ValueError) as error:
            what = _ENDS.get(self.end() or 0, "opening this picture ended the process that did it")
            raise _ChildEndedError(what) from error

    def end(self) -> int | None:
        """End it; gives its exit code, its own where it had ended by itself, None where it does not go."""
        code = end_child(self._process)
        self._link.close()
        return code
