"""Fault 4: more arrivals than the kernel keeps events for, and many that are there before the start."""

import os
import signal
from pathlib import Path

import pytest

from tests.end_to_end.place import Place
from tests.end_to_end.process import Running, wait_for

QUEUE = Path("/proc/sys/fs/inotify/max_queued_events")
MANY = 2_000
# Whole by their suffix and size, and refused in no time: what is tested is that they are found.
HEIC = b"no picture that can be read"


def is_stopped(running: Running) -> bool:
    """Whether all its threads stand still: only then nobody takes events from the queue."""
    return "T" in Path(f"/proc/{running.process.pid}/stat").read_text().rpartition(")")[2].split()[0]


@pytest.mark.skipif(not QUEUE.exists(), reason="looks at the limits of inotify in /proc")
def test_files_whose_events_were_dropped_are_found(place: Place) -> None:
    """While it stands still one file is renamed to and fro until the queue is full; then others arrive unheard."""
    place.configure(watch={"rescan_seconds": 0.5, "full_scan_seconds": 3600, "settle_seconds": 0.2})
    running = place.start()
    place.drop("before.heic", HEIC)
    place.wait_for_row("before.heic")
    running.process.send_signal(signal.SIGSTOP)
    wait_for(lambda: is_stopped(running), "the daemon standing still")
    names = [os.fsencode(place.inbox / name) for name in ("a.part", "b.part")]
    with open(names[0], "wb"):
        pass
    for _ in range(int(QUEUE.read_text()) // 2 + 10):
        os.rename(names[0], names[1])
        os.rename(names[1], names[0])
    for number in range(MANY):
        with open(place.inbox / f"{number}.heic", "wb") as file:
            file.write(HEIC)
    running.process.send_signal(signal.SIGCONT)
    wait_for(lambda: len(place.rows()) == MANY + 1, f"{MANY + 1} rows")
    wait_for(lambda: "Inotify queue overflowed" in running.log(), "watchdog's own word on it")  # the rescan is faster
    assert {row["file"] for row in place.rows()} == {"before.heic"} | {f"{number}.heic" for number in range(MANY)}
    wait_for(lambda: place.unfinished() == 0, "an end of what is unfinished")
    assert running.stop() == 0


def test_many_files_that_are_there_before_the_start_are_all_found(place: Place) -> None:
    """In one folder and in many, more than one batch and more than a listing's buffer holds."""
    for number in range(MANY):
        name = f"{number}.heic" if number % 2 else f"folder {number % 40}/{number}.heic"
        path = place.inbox / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(HEIC)
    done = place.once()
    assert f"{MANY:,} pictures read" in done.stderr
    assert len({row["file"] for row in place.rows()}) == len(place.rows()) == MANY
    assert list(place.inbox.rglob("*.heic")) == []
