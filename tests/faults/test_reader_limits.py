"""Faults 10 and 11: pictures that eat memory or the CPU, bombs, and large pictures that are in order."""

import os
import re
import signal
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.end_to_end.pictures import bomb_png, digit, encoded, png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for
from tests.faults.injection import EAT, HANG, HOLD, SEGV, SPIN, faulty_readers

PIXELS = 4_000_000
linux_only = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory and processes are seen in /proc")


def reasons(place: Place, row: dict[str, str]) -> str:
    """What stands beside a rejected picture."""
    return (place.outbox / (row["archived_to"] + ".reason.txt")).read_text(encoding="utf-8")


def peak_bytes(pid: int) -> int:
    """The most physical memory that the process ever had."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) * 1024  # type: ignore[index]


@linux_only
@pytest.mark.parametrize(
    ("fault", "reason", "words"),
    [(EAT, "crashed_reader", "ran out of memory"), (SEGV, "crashed_reader", "crashed")],
)
def test_a_picture_that_uses_up_its_reader(place: Place, fault: str, reason: str, words: str) -> None:
    """Tried again alone, then rejected, and the reason says of what; its neighbours are read as if nothing was."""
    place.configure(reading={"max_attempts": 2, "max_pixels": PIXELS, "max_bytes": 1 << 20})
    dropped = [place.drop(f"{n}.png", png(n % 10, fault if n == 5 else f"good {n}")) for n in range(10)]
    place.start(**faulty_readers(place.root))
    row = place.wait_for_row("5.png")
    assert (row["status"], row["reason"]) == ("unreadable", reason)
    assert f"the reader {words} over this picture in 2 attempts" in reasons(place, row)
    place.assert_conserved(dropped)
    assert {row["status"] for row in place.rows() if row["file"] != "5.png"} == {"ok"}


@linux_only
def test_a_picture_that_spins_is_ended_by_the_kernel_where_the_daemon_cannot(place: Place) -> None:
    """The daemon is stopped while a reader spins: the reader's own limit ends it, and it counts as timed out."""
    place.configure(reading={"max_attempts": 1, "seconds_per_picture": 2.0})
    running = place.start(**faulty_readers(place.root))
    (reader,) = running.readers()
    spinning = place.drop("spin.png", png(7, f"{HOLD}, then {SPIN}"))
    wait_for(Path(place.root / "gate.reached").exists, "a reader at spin.png")
    running.process.send_signal(signal.SIGSTOP)
    (place.root / "gate").touch()
    wait_for(lambda: "State:\tZ" in Path(f"/proc/{reader}/status").read_text(), "the end of the reader")
    running.process.send_signal(signal.SIGCONT)
    assert place.wait_for_row("spin.png")["reason"] == "timed_out"
    assert "exit code -24" in running.log()
    place.assert_conserved([spinning])


@linux_only
def test_large_pictures_in_order_are_read_within_the_limit(place: Place) -> None:
    """At `max_pixels` to the pixel, in the forms that take the most memory, one after another by one reader."""
    place.configure(reading={"max_pixels": PIXELS, "max_bytes": 1 << 20})
    large = cv2.resize(digit(7), (2000, 2000), interpolation=cv2.INTER_NEAREST)
    colour = cv2.merge([large] * 3)
    clear = cv2.merge([np.zeros_like(large)] * 3 + [255 - large]).astype(np.uint16) * 257
    forms = {
        "a.png": encoded(clear), "b.tiff": encoded(clear, ".tiff"), "c.webp": encoded(cv2.merge([large] * 4), ".webp"),
        "d.jpg": cv2.imencode(".jpg", colour, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes(), "e.png": encoded(colour),
    }  # fmt: skip
    running = place.start()
    readers = running.readers()
    dropped = [place.drop(name, data) for name, data in forms.items()]
    place.assert_conserved(dropped)
    assert {row["file"]: (row["status"], row["prediction"]) for row in place.rows()} == dict.fromkeys(
        forms, ("ok", "7")
    )
    assert readers == running.readers()


@linux_only
def test_a_bomb_is_refused_before_memory_is_spent(place: Place) -> None:
    """30,000 × 30,000 pixels in a kilobyte: the reader's peak is that of small pictures."""
    running = place.start()
    place.drop("small.png", png(1))
    place.wait_for_row("small.png")
    (reader,) = running.readers()
    before = peak_bytes(reader)
    place.drop("bomb.png", bomb_png(30_000, 30_000))
    assert place.wait_for_row("bomb.png")["reason"] == "too_large"
    assert running.readers() == [reader]
    assert peak_bytes(reader) < before + (4 << 20)


@linux_only
def test_a_stopped_reader_is_replaced(place: Place) -> None:
    """SIGSTOP to a reader with work in hand: its time is up like that of one that hangs."""
    place.configure(reading={"max_attempts": 2, "seconds_per_picture": 2.0})
    running = place.start(**faulty_readers(place.root))
    (reader,) = running.readers()
    os.kill(reader, signal.SIGSTOP)
    dropped = [place.drop(f"{n}.png", png(n)) for n in range(3)]
    place.assert_conserved(dropped)
    assert {row["status"] for row in place.rows()} == {"ok"}
    assert running.readers() != [reader]


def test_words_for_time(place: Place) -> None:
    """The reason beside a picture that hangs its reader is a sentence."""
    place.configure(reading={"max_attempts": 1, "seconds_per_picture": 0.5})
    place.drop("h.png", png(7, HANG))
    place.once(**faulty_readers(place.root))
    row = place.row("h.png")
    assert row is not None
    assert "the reader took too long over this picture in 1 attempt\n" in reasons(place, row)
