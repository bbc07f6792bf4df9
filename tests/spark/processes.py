"""Processes, out of /proc: those that bear a mark in their environment, as all bear it whom a marked one starts."""

import os
import signal
from contextlib import suppress
from pathlib import Path

from tests.end_to_end.process import wait_for


def marked(mark: str, word: bytes = b"") -> list[int]:
    """Pids of the processes that live and have this in their environment: those with the word in their command."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark.encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
    return sorted(pid for pid in found if word in command_of(pid))


def kill_marked(mark: str) -> None:
    """Kill them, and what they start meanwhile, until there is none."""

    def none_left() -> bool:
        pids = marked(mark)
        for pid in pids:
            kill(pid)
        return not pids

    wait_for(none_left, "an end of all that was started")


def command_of(pid: int) -> bytes:
    """The arguments of a process, each ended by NUL; b"" where it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def parent_of(pid: int) -> int:
    """Who started a process, or has it now; 0 where it is gone."""
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def kill(pid: int) -> None:
    """End it at once, if it is there."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
