"""Fault 21: signals while it starts, while it is paused, and to the whole group of processes."""

import os
import signal
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import Running, wait_for
from tests.faults.injection import HOLD, faulty_readers

# Stops at one step of the start, says so, and waits for the signal.
_SITECUSTOMIZE = """
import sys
if "watcher.reader" not in sys.orig_argv:
    import importlib, os, time
    module, owner, name = os.environ["STOPS_AT"].split(" ")
    owner = getattr(importlib.import_module(module), owner)
    method = getattr(owner, name)

    def waiting(*arguments, **named):
        open(os.environ["REACHED"], "w").close()
        while True:
            time.sleep(0.01)

    setattr(owner, name, waiting)
"""
STEPS = {
    "readers": "watcher.workers LocalEngine await_ready",
    "ledger": "watcher.ledger Ledger check_present",
    "recovery": "watcher.recovery Recovery run",
    "watching": "watcher.inbox Inbox look_everywhere",
}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("step", STEPS)
def test_asked_to_end_while_it_starts_it_ends_cleanly(place: Place, step: str, number: signal.Signals) -> None:
    """Before READY=1: exit code 0, no traceback, no process left, no picture touched; the next start reads all."""
    modules, reached = place.root / "injected", place.root / "reached"
    modules.mkdir()
    (modules / "sitecustomize.py").write_text(_SITECUSTOMIZE, encoding="utf-8")
    dropped = [place.drop(f"{n}.png", png(n)) for n in range(3)]
    running = Running(place.root, PYTHONPATH=str(modules), STOPS_AT=STEPS[step], REACHED=str(reached))
    place.running.append(running)
    wait_for(reached.exists, f"the step {step}")
    readers = running.readers()
    running.process.send_signal(number)
    assert running.process.wait(60) == 0, running.log()
    assert "Traceback" not in running.log()
    assert not [pid for pid in readers if Path(f"/proc/{pid}/cmdline").exists()]
    assert len(list(place.inbox.glob("*.png"))) == 3
    assert not running.heard("READY=1")
    place.once()
    place.assert_conserved(dropped)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_whole_group_kills_no_reader(place: Place, number: signal.Signals) -> None:
    """As Ctrl-C and systemd send it: what is being read is finished, quietly, and not begun again."""
    running = place.start(**faulty_readers(place.root))
    dropped = [place.drop("x.png", png(1, HOLD))]
    wait_for(Path(place.root / "gate.reached").exists, "a reader at x.png")
    os.killpg(running.process.pid, number)
    wait_for(lambda: running.heard("STOPPING=1"), "STOPPING=1")
    (place.root / "gate").touch()
    assert running.process.wait(60) == 0, running.log()
    assert "Traceback" not in running.log()
    assert "KeyboardInterrupt" not in running.log()
    assert "WARNING" not in running.log()
    place.assert_conserved(dropped)


def test_a_signal_in_a_pause_ends_it_at_once(place: Place) -> None:
    """Nothing can be finished while the outbox is gone: exit code 0, and the next start carries on."""
    running = place.start()
    dropped = [place.drop("before.png", png(1))]
    place.wait_for_row("before.png")
    wait_for(lambda: place.unfinished() == 0, "an end of what is unfinished")
    place.outbox.rename(place.root / "away")
    dropped.append(place.drop("during.png", png(2)))
    wait_for(lambda: running.heard("STATUS=paused"), "a pause")
    assert running.stop() == 0, running.log()
    assert "Traceback" not in running.log()
    (place.root / "away").rename(place.outbox)
    place.once()
    place.assert_conserved(dropped)
