"""A daemon that kills itself on the way, and the environment that makes it do so."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for

INJECTED = Path(__file__).parent / "injected"
KILLED = -9


def environment(*, fake: bool, alone: bool = False, tidy: bool = False, **told: str) -> dict[str, str]:
    """What `tests/soak/injected` is told. kill: `new:FILE` or `at:N`; moments: of `before torn after`; only; spare."""
    wanted = {"fake": fake * "1", "alone": alone * "1", "tidy": tidy * "1", **told}
    path = os.pathsep.join([str(INJECTED), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {"PYTHONPATH": path, **{f"SOAK_{key.upper()}": value for key, value in wanted.items() if value}}


class Nursery:
    """Starts daemons, one after the other, each faster than an interpreter starts."""

    def __init__(self) -> None:
        """Begin; it ends with `close`."""
        self._process = subprocess.Popen(
            [sys.executable, INJECTED / "nursery.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def drain_until_killed(self, place: Place, **injected: str) -> bool:
        """`run --once`, in a group of its own; says whether it was killed. Fails where it ends in any other way."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"folder": str(place.root), "environment": injected}) + "\n")
        self._process.stdin.flush()
        pid, code = map(int, self._process.stdout.readline().split())
        end_group(pid)
        assert code in (0, KILLED), f"exit {code}\n{(place.root / 'log').read_text(errors='replace')[-4000:]}"
        return code == KILLED

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def end_group(group: int) -> None:
    """Wait for the end of readers whose daemon was killed alone: they must end by themselves."""
    wait_for(lambda: group not in _living_groups(), f"the end of process group {group}")


def _living_groups() -> set[int]:
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            state, _, group = path.read_text(errors="replace").rpartition(")")[2].split()[:3]
            if state not in "ZX":  # dead, and only not yet waited for
                found.add(int(group))
    return found
