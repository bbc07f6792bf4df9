"""Keeps C and C++ libraries from filling the log: how they were made, and what they think of each picture."""

import functools
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def quiet() -> Iterator[None]:
    """Within the block the process's stderr is kept back; it is written after all if the block fails.

    TensorFlow reports its CPU features twice at every import, LiteRT how it was made at every start: in C++ and
    past every log level.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(kept, 2)
            file.seek(0)
            sys.stderr.write(file.read().decode(errors="replace"))
            raise
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)


class _Hush:
    """Within the block nothing reaches the process's stderr; a block within the block costs nothing.

    libpng and libjpeg write a line there for each thing amiss, past OpenCV's log level: a million from one file.
    """

    def __init__(self) -> None:
        self._depth, self._kept = 0, -1

    def __enter__(self) -> None:
        self._depth += 1
        if self._depth == 1:
            with suppress(OSError):  # there is no stderr, or no /dev/null
                nowhere, self._kept = _nowhere(), os.dup(2)
                os.dup2(nowhere, 2)

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if self._depth == 0 and self._kept >= 0:
            os.dup2(self._kept, 2)
            os.close(self._kept)
            self._kept = -1


hushed = _Hush()


@functools.cache
def _nowhere() -> int:
    return os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
