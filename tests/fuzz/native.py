"""Broken pictures through the decoders' C code, in confined processes: what kills, hangs or swells one is pinned."""

import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector

from tests.fuzz.mutation import Mutator

HANG_SECONDS = 20.0


@dataclass
class Harvest:
    """tried: by format and verdict. findings: number → what happened. peak_kb: of the largest child."""

    tried: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: dict[int, str] = field(default_factory=dict)
    peak_kb: int = 0


class Child:
    """One process, begun again behind the picture that ended it."""

    def __init__(self, seed: int, first: int, step: int) -> None:
        self._seed, self._step = seed, step
        self._start(first)

    def _start(self, first: int) -> None:
        command = [sys.executable, "-m", "tests.fuzz.child", str(self._seed), str(first), str(self._step)]
        environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OPENCV_LOG_LEVEL": "SILENT"}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, stderr=subprocess.DEVNULL)
        self.at, self.name, self.heard, self._rest = first, "", time.monotonic(), b""

    def take(self, harvest: Harvest) -> None:
        """Take in what it has said; where it has ended, note over which picture, and go on behind it."""
        assert self.process.stdout is not None
        said = os.read(self.process.stdout.fileno(), 1 << 16)
        if not said:
            self.lost(harvest, f"the reader ended with code {self.process.wait()}")
            return
        self.heard = time.monotonic()
        *lines, self._rest = (self._rest + said).split(b"\n")
        for line in lines:
            kind, number, name, what = line.decode().split("\t")
            self.at, self.name = int(number), name
            if kind == "try":
                harvest.peak_kb = max(harvest.peak_kb, int(what))
            elif kind == "finding":
                harvest.findings[self.at] = f"{name}: {what}"
            else:
                harvest.tried[name.partition("-")[0], what] += 1

    def lost(self, harvest: Harvest, why: str) -> None:
        """It is dead or hangs."""
        harvest.findings[self.at] = f"{self.name}: {why}"
        self.end()
        self._start(self.at + self._step)

    def end(self) -> None:
        """Kill it."""
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def mutate(seed: int, seconds: float, *, first: int = 0, processes: int = 1, most: int | None = None) -> Harvest:
    """Read `picture(first)`, the next and so on, for so long or so many."""
    harvest, until = Harvest(), time.monotonic() + seconds
    children = [Child(seed, first + number, processes) for number in range(processes)]
    while time.monotonic() < until and (most is None or harvest.tried.total() + len(harvest.findings) < most):
        with DefaultSelector() as selector:
            for child in children:
                selector.register(child.process.stdout, EVENT_READ, child)
            for key, _ in selector.select(1.0):
                key.data.take(harvest)
        for child in children:
            if time.monotonic() - child.heard > HANG_SECONDS:
                child.lost(harvest, f"no answer for {HANG_SECONDS:.0f} s")
    for child in children:
        child.end()
    return harvest


def save(harvest: Harvest, seed: int, folder: Path) -> list[Path]:
    """The pictures that found something, as files."""
    folder.mkdir(parents=True, exist_ok=True)
    mutator, saved = Mutator(seed), []
    for number in harvest.findings:
        path = folder / f"native-{seed}-{number}"
        path.write_bytes(mutator.picture(number)[1])
        saved.append(path)
    return saved
