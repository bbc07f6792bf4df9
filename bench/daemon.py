"""The daemon under the bench: started as users start it, timed from outside."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from bench.cost import Cost, Meter

_START_SECONDS = 120.0


@contextmanager
def running(
    root: Path, *options: str, workers: int = 0, settings: str = "", stderr: int = subprocess.DEVNULL
) -> Iterator[tuple[subprocess.Popen[str], float]]:
    """`run` on root/inbox and root/outbox until the block ends: the process, and the seconds it took to READY.

    All settings are the defaults, whatever config.yaml lies about; workers: 0 is the default, too. settings: more of
    config.yaml.
    """
    address, config = str(root / "notify"), root / "config.yaml"
    (root / "inbox").mkdir(exist_ok=True)
    config.write_text(f"digit_watcher: 1\nreading:\n  workers: {workers}\n{settings}", encoding="utf-8")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(address)
        sock.settimeout(_START_SECONDS)  # one that cannot start says nothing
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "watcher", "run", "--config", str(config), *options],
            env=os.environ | {"NOTIFY_SOCKET": address}, stdout=subprocess.DEVNULL, stderr=stderr, text=True,
        )  # fmt: skip
        try:
            while b"READY=1" not in sock.recv(4096):
                pass
            sock.close()  # unheard, what it says later would soon fill the socket
            yield process, time.perf_counter() - started
        finally:
            process.terminate()
            process.wait()
            os.unlink(address)


@dataclass(frozen=True)
class Drain:
    """cost: from READY to the end of the process. ready: seconds to READY. reading: seconds, as it says itself."""

    cost: Cost
    ready: float
    reading: float


def drain(
    inbox: Path,
    *,
    workers: int = 0,
    settings: str = "",
    watch: Callable[[int], AbstractContextManager[None]] = lambda _: nullcontext(),
) -> Drain:
    """`run --once`: at its end all of the inbox is in durable rows and the archive. watch: is given its process id."""
    count = sum(not name.startswith(".") for name in os.listdir(inbox))
    with running(inbox.parent, "--once", workers=workers, settings=settings, stderr=subprocess.PIPE) as (
        process,
        ready,
    ):
        meter = Meter(children_only=True)
        with watch(process.pid):
            _, said = process.communicate()
        cost = meter.read()
    found = re.search(r"([\d,]+) pictures? read in ([\d.]+) s", said)
    if process.returncode != 0 or not found or int(found[1].replace(",", "")) != count:
        raise RuntimeError(f"the daemon did not read all {count} pictures:\n{said}")
    return Drain(cost, ready, float(found[2]))


def backlog(inbox: Path) -> Cost:
    """What the daemon pays for all that is in an inbox."""
    return drain(inbox).cost
