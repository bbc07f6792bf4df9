"""What a process and all that it started use, as the kernel counts it."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_LOOK_SECONDS = 0.2


def family(pid: int) -> list[int]:
    """The process and all below it that are alive."""
    found = [pid]
    for one in found:  # which grows meanwhile
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            with suppress(OSError):  # the thread has ended
                found += map(int, children.read_text(encoding="ascii").split())
    return found


def memory(pid: int) -> float:
    """MiB of the whole family, shared pages counted once (PSS)."""
    return sum(map(_pss_kib, family(pid))) / 1024


def processor_seconds(pid: int) -> float:
    """That the whole family has used so far, with those of it that have ended and were waited for."""
    ticks = 0
    for one in family(pid):
        with suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))  # utime, stime, and both of its children
    return ticks / _TICKS


class Peak:
    """The most memory that a family of processes had, looked at five times a second. mib: MiB (PSS)."""

    def __init__(self) -> None:
        self.mib = 0.0

    @contextmanager
    def of(self, pid: int) -> Iterator[None]:
        """Look until the block ends."""
        over = threading.Event()

        def look() -> None:
            while True:
                self.mib = max(self.mib, memory(pid))
                if over.wait(_LOOK_SECONDS):
                    return

        thread = threading.Thread(target=look)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def _pss_kib(pid: int) -> int:
    with suppress(OSError):  # it has ended
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return 0
