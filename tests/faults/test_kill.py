"""Fault 15: kill -9 while it starts, and of the main process alone; at any step: tests/kills."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for
from tests.faults.injection import HOLD, faulty_readers


def test_a_kill_while_it_starts_harms_nothing(place: Place) -> None:
    """Killed again and again before it ever becomes ready, with work left over from before."""
    place.configure(reading={"batch_size": 4})
    running = place.start(**faulty_readers(place.root))
    dropped = [place.drop("held.png", png(1, HOLD))]
    dropped += [place.drop(f"{n}.png", png(n % 10, str(n))) for n in range(20)]
    wait_for(Path(place.root / "gate.reached").exists, "a reader at held.png")
    running.kill()
    (place.root / "gate").touch()
    for seconds in (0.05, 0.15, 0.25, 0.35):
        process = subprocess.Popen(
            [sys.executable, "-m", "watcher", "run"], cwd=place.root, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(seconds)  # the instant of the kill
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    place.once()
    place.assert_conserved(dropped)


def has_ended(pid: int) -> bool:
    """Whether a process is gone, or dead and only not yet waited for."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in "ZX"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc")
@pytest.mark.parametrize("busy", [False, True])
def test_readers_end_when_the_main_process_alone_is_killed(place: Place, busy: bool) -> None:
    """Idle or in the middle of a picture: none stays behind, and the next daemon can start at once."""
    place.configure(reading={"workers": 2})
    running = place.start(**faulty_readers(place.root))
    readers = running.readers()
    assert len(readers) == 2
    dropped = [place.drop("x.png", png(1, HOLD if busy else "idle"))]
    if busy:
        wait_for(Path(place.root / "gate.reached").exists, "a reader at x.png")
    running.process.kill()
    running.process.wait()
    wait_for(lambda: all(has_ended(pid) for pid in readers), "the end of the readers")
    place.once()
    place.assert_conserved(dropped)
