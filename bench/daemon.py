"""The daemon under the bench: started as users start it, timed from outside."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running(
    root: Path, *options: str, stderr: int = subprocess.DEVNULL
) -> Iterator[tuple[subprocess.Popen[str], float]]:
    """`run` on root/inbox and root/outbox until the block ends: the process, and the seconds it took to READY."""
    address = str(root / "notify")
    (root / "inbox").mkdir(exist_ok=True)
    folders = ["--inbox", str(root / "inbox"), "--outbox", str(root / "outbox")]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(address)
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "watcher", "run", *folders, *options],
            env=os.environ | {"NOTIFY_SOCKET": address}, stdout=subprocess.DEVNULL, stderr=stderr, text=True,
        )  # fmt: skip
        try:
            while b"READY=1" not in sock.recv(4096):
                pass
            yield process, time.perf_counter() - started
        finally:
            process.terminate()
            process.wait()
            os.unlink(address)


def backlog(inbox: Path, *options: str) -> float:
    """Seconds of `run --once` from READY to the end, when all of the inbox is in durable rows and the archive."""
    count = len(os.listdir(inbox))
    with running(inbox.parent, "--once", *options, stderr=subprocess.PIPE) as (process, _):
        started = time.perf_counter()
        _, said = process.communicate()
        seconds = time.perf_counter() - started
    found = re.search(r"([\d,]+) pictures? read in", said)
    if process.returncode != 0 or not found or int(found[1].replace(",", "")) != count:
        raise RuntimeError(f"the daemon did not read all {count} pictures:\n{said}")
    return seconds


def family(pid: int) -> list[int]:
    """The process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *map(int, children)]


def memory(pid: int) -> float:
    """MiB of the whole family, shared pages counted once (PSS)."""
    return sum(map(_pss_kib, family(pid))) / 1024


def processor_seconds(pid: int) -> float:
    """That the whole family has used so far."""
    stats = (Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in family(pid))
    return sum(int(fields[11]) + int(fields[12]) for fields in stats) / os.sysconf("SC_CLK_TCK")


def _pss_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
