"""Keeps C and C++ libraries from filling the log: how they were made, and what they think of each picture."""

import functools
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


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


@contextmanager
def hushed() -> Iterator[None]:
    """Within the block nothing reaches the process's stderr. Two system calls each way: for every picture.

    libpng and libjpeg write a line there for each thing amiss, past OpenCV's log level: a million from one file.
    """
    try:
        nowhere, kept = _nowhere(), os.dup(2)
    except OSError:  # there is no stderr, or no /dev/null
        yield
        return
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@functools.cache
def _nowhere() -> int:
    return os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
