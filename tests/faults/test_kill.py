"""Fault 15: kill -9 at any moment, of all processes or of the main one alone."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place, sha256
from tests.end_to_end.process import wait_for
from tests.faults.injection import HOLD, faulty_readers


class Dropper(threading.Thread):
    """Copies pictures into the inbox without a pause until told to stop; some broken, some in folders."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place, self._over = place, threading.Event()
        self.dropped: list[str] = []

    def run(self) -> None:
        """Write each under a temporary name and rename it, so that a half file is never ours to explain."""
        number = 0
        while not self._over.wait(0.002):
            number += 1
            data = png(number % 10, str(number))
            if number % 7 == 0:
                data = data[:-50]
            folder = self._place.inbox / f"sub{number % 3}" if number % 3 else self._place.inbox
            folder.mkdir(exist_ok=True)
            partial = folder / f"{number}.png.part"
            partial.write_bytes(data)
            partial.rename(folder / f"{number % 50}-{number}.png")
            self.dropped.append(sha256(data))

    def stop(self) -> list[str]:
        """The sha256 of all that was dropped."""
        self._over.set()
        self.join()
        return self.dropped


def test_nothing_is_lost_and_nothing_doubled_by_five_kills(place: Place) -> None:
    """Five times the whole group is killed at a random instant while pictures pour in; the next starts mend all.

    Other instants with another number in the environment's DIGIT_WATCHER_SEED.
    """
    instants = random.Random(os.environ.get("DIGIT_WATCHER_SEED", "1"))
    place.configure(reading={"workers": 2, "batch_size": 16})
    dropper = Dropper(place)
    dropper.start()
    try:
        for _ in range(5):
            running = place.start()
            time.sleep(instants.uniform(0.0, 0.6))  # the instant itself, not a wait for anything
            running.kill()
    finally:
        dropped = dropper.stop()
    place.once()
    assert len(dropped) > 50
    place.assert_conserved(dropped)
    assert "unreadable" in {row["status"] for row in place.rows()}
    assert "crashed_reader" not in {row["reason"] for row in place.rows()}


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
