"""What a bench found: a table for people, JSON for the next one to be compared with."""

import json
import os
import platform
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from watcher.errors import UsageError

_PACKAGES = ("digit-watcher", "numpy", "opencv-python-headless", "ai-edge-litert", "tensorflow", "watchdog")
FORMAT = 1


@dataclass(frozen=True)
class Figure:
    """One measured thing. values: one a round, or one a picture. better: `more` or `less`."""

    name: str
    unit: str
    values: tuple[float, ...]
    better: str = "less"

    @property
    def median(self) -> float:
        """The middle one, which a single busy moment does not move."""
        return statistics.median(self.values)

    def quantile(self, share: float) -> float:
        """The value that this share of all does not exceed."""
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


@dataclass
class Results:
    """All figures of one run of the bench, and what it ran on."""

    command: str
    figures: list[Figure] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=lambda: machine())

    def heading(self) -> str:
        """A line that says what was run where and when."""
        facts = self.facts
        packages = ", ".join(f"{name} {number}" for name, number in facts["versions"].items())
        hardware = f"{facts['processor']}, {facts['cores']} cores, {facts['memory_gib']:.0f} GiB"
        system = f"{facts['system']}, Python {facts['python']}, files on {facts['filesystem']}"
        return f"{facts['when']}  {self.command}\n{hardware}, {system}\n{packages}"

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        figures = [
            {
                "name": one.name,
                "unit": one.unit,
                "better": one.better,
                "values": [float(f"{v:.6g}") for v in one.values],
            }
            for one in self.figures
        ]
        found = {"format": FORMAT, "command": self.command, **self.facts, "figures": figures}
        path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def saved(path: Path) -> Results:
    """What a run found that was saved. Raises UsageError where the file holds none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        figures = [
            Figure(row["name"], row["unit"], tuple(row["values"]), row["better"]) for row in found.pop("figures")
        ]
        return Results(found.pop("command"), figures, found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path}: no saved bench ({error})", hint="make one with `make bench`") from error


def machine() -> dict[str, Any]:
    """What figures depend on: processor, cores, memory, file system, versions; and the date."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "when": time.strftime("%Y-%m-%d %H:%M"),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(pages / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "filesystem": _filesystem(Path.cwd()),
        "python": platform.python_version(),
        "versions": dict(_versions()),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _filesystem(folder: Path) -> str:
    """The type of the one that a folder is on: the longest mount point above it."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    above = [(len(mount[1]), mount[2]) for mount in mounts if folder.is_relative_to(mount[1])]
    return max(above)[1] if above else "?"


def _versions() -> Iterable[tuple[str, str]]:
    for name in _PACKAGES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue
