"""Fault 18: files with old, future, negative or changing times; a clock that is set back and forth."""

import os
import re
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.end_to_end.pictures import KINDS, digit, encoded, png
from tests.end_to_end.place import Place, sha256
from tests.end_to_end.process import wait_for

NS = 10**9
TIMES = {
    "1901": -(2**31) * NS,
    "1969": -1 * NS,
    "1970": 0,
    "2001": 10**9 * NS,
    "tomorrow": int(datetime.now(UTC).timestamp() + 86_400) * NS,
    "2100": 4_102_444_800 * NS,
    "2300": 10_413_792_000 * NS,
}


def test_whatever_time_a_file_has_it_is_read_at_once_and_keeps_it(place: Place) -> None:
    """Formats with an end mark and without; in folders of such times too. None waits for its time to come."""
    place.configure(watch={"settle_seconds": 0.3})
    place.start()
    dropped, times = [], {}
    for number, (when, ns) in enumerate(TIMES.items()):
        for suffix, data in ((".png", png(number, when)), (".pgm", encoded(digit(number), ".pgm") + when.encode())):
            name = f"{when}/{when}{suffix}"
            dropped.append(place.drop(f"{when}/.{when}{suffix}", data))
            os.utime(place.inbox / when / f".{when}{suffix}", ns=(ns, ns))
            times[name] = (place.inbox / when / f".{when}{suffix}").stat().st_mtime_ns
            (place.inbox / when / f".{when}{suffix}").rename(place.inbox / name)
        os.utime(place.inbox / when, ns=(ns, ns))
    place.assert_conserved(dropped)
    today = datetime.now(UTC).date().isoformat()
    for row in place.rows():
        assert row["archived_to"].startswith((f"archive/{today}/", "archive/" + row["arrived_at"][:10])), row
        assert (place.outbox / row["archived_to"]).stat().st_mtime_ns == times[row["file"]]


class Toucher(threading.Thread):
    """Sets a file's modification time to another one, without a pause, while it is there."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path, self._over, self.touched = path, threading.Event(), 0

    def run(self) -> None:
        """Until it is told to stop or the file is gone."""
        while not self._over.wait(0.02):
            try:
                os.utime(self._path, ns=(self.touched, self.touched * NS))
            except FileNotFoundError:
                return
            self.touched += 1

    def stop(self) -> None:
        """End it."""
        self._over.set()
        self.join()


def test_a_time_that_never_stops_changing_holds_up_only_what_has_no_end_mark(place: Place) -> None:
    """A whole PNG is taken at once; a PGM waits, is listed as still written, and is read when the touching ends."""
    place.configure(watch={"settle_seconds": 2.0})  # far longer than a toucher may have to wait for the processor
    (place.inbox / "x.pgm").write_bytes(KINDS["plain.pgm"](3))
    (place.inbox / "x.png").write_bytes(png(4))
    touchers = [Toucher(place.inbox / name) for name in ("x.pgm", "x.png")]
    for toucher in touchers:
        toucher.start()
    try:
        place.start()
        assert place.wait_for_row("x.png")["prediction"] == "4"
        before = touchers[0].touched
        wait_for(lambda: touchers[0].touched > before + 50, "a second of touching")
        (waiting,) = wait_for(lambda: place.status().get("waiting_files"), "x.pgm named as waiting")
        assert place.row("x.pgm") is None
        assert (waiting["file"], "still being written" in waiting["why"]) == ("x.pgm", True)
    finally:
        for toucher in touchers:
            toucher.stop()
    assert place.wait_for_row("x.pgm")["prediction"] == "3"
    place.assert_conserved([sha256(KINDS["plain.pgm"](3)), sha256(png(4))])


# The wall clock of the daemon's process: the machine's, moved by what stands in a file.
_SITECUSTOMIZE = """
import datetime, os, time

def moved():
    try:
        with open(os.environ["CLOCK_MOVED"]) as file:
            return float(file.read() or 0)
    except FileNotFoundError:
        return 0.0

real_time, real_ns, real = time.time, time.time_ns, datetime.datetime
time.time = lambda: real_time() + moved()
time.time_ns = lambda: real_ns() + int(moved() * 1e9)

class Moved(real):
    @classmethod
    def now(cls, tz=None):
        return real.now(tz) + datetime.timedelta(seconds=moved())

datetime.datetime = Moved
"""


@pytest.mark.parametrize("jump", [-3600.0, -40 * 365 * 86_400.0, 3600.0, 400 * 86_400.0])
def test_a_clock_that_jumps_holds_nothing_up_and_ids_still_grow(place: Place, jump: float) -> None:
    """Waits are by the monotonic clock; rows of a batch before and after stay in order; the day is the clock's own."""
    moved = place.root / "moved"
    moved.write_text("0", encoding="ascii")
    modules = place.root / "injected"
    modules.mkdir()
    (modules / "sitecustomize.py").write_text(_SITECUSTOMIZE, encoding="utf-8")
    place.configure(watch={"settle_seconds": 0.3, "rescan_seconds": 0.5})
    running = place.start(PYTHONPATH=str(modules), CLOCK_MOVED=str(moved))
    dropped = [place.drop("before.png", png(1))]
    place.wait_for_row("before.png")
    new = moved.with_suffix(".new")
    new.write_text(str(jump), encoding="ascii")
    new.rename(moved)
    dropped += [place.drop(f"{n}.png", png(n, "after")) for n in range(5)]
    dropped.append(place.drop("slow.pgm", KINDS["plain.pgm"](3)))
    place.assert_conserved(dropped)
    rows = place.rows()
    ids = [row["id"] for row in rows if row["file"] != "slow.pgm"]
    assert len(set(ids)) == 6
    assert min(ids) == rows[0]["id"]
    day = datetime.fromtimestamp(datetime.now(UTC).timestamp() + jump, UTC).date().isoformat()
    assert {row["archived_to"].split("/")[1] for row in rows[1:]} <= {day, rows[-1]["arrived_at"][:10]}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", row["arrived_at"]) for row in rows)
    assert running.stop() == 0
