"""Limits that a child sets itself, before the first byte of anybody's picture: what it may use, and for how long."""

import ctypes
import math
import os
import resource
import sys
import time

SPARE_FILES = 8  # beyond those that are open: a reader opens one at a time
OUT_OF_MEMORY = 70  # the exit code of a child that a picture used up
_CV_NO_MEMORY = -4  # what cv2.error says of it


def limit_process(memory: int) -> None:
    """Take from this process all that reading needs no more.

    memory: bytes that it may map beyond what it has. From here on it writes no file, starts no process, gains no
    rights and leaves no core behind, which would hold people's pictures.
    """
    _cap(resource.RLIMIT_CORE, 0)
    _cap(resource.RLIMIT_FSIZE, 0)
    if sys.platform != "linux":
        return
    _cap(resource.RLIMIT_NOFILE, max(map(int, os.listdir("/proc/self/fd"))) + 1 + SPARE_FILES)
    if len(os.listdir("/proc/self/task")) == 1:  # TensorFlow's threads come and go
        _cap(resource.RLIMIT_NPROC, 0)
    pr_set_no_new_privs = 38
    ctypes.CDLL(None).prctl(pr_set_no_new_privs, 1, 0, 0, 0)
    with open("/proc/self/statm", encoding="ascii") as file:
        mapped = int(file.read().split()[0]) * resource.getpagesize()
    _cap(resource.RLIMIT_AS, mapped + memory)


def limit_time(seconds: float) -> None:
    """Let this process use the CPU for so long from now on, to the next full second or two; then it is ended.

    The daemon measures the time that passes; this holds also where the daemon is stopped.
    """
    soft = math.ceil(time.process_time()) + math.ceil(seconds) + 1
    before, hard = resource.getrlimit(resource.RLIMIT_CPU)
    allowed = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
    if allowed != before:
        resource.setrlimit(resource.RLIMIT_CPU, (allowed, hard))


def is_want_of_memory(error: Exception) -> bool:
    """Say whether it was memory that was lacking: Python, numpy and OpenCV each say so in their own way."""
    return isinstance(error, MemoryError) or getattr(error, "code", None) == _CV_NO_MEMORY


def _cap(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    if hard == resource.RLIM_INFINITY or value < hard:
        resource.setrlimit(which, (value, value))
