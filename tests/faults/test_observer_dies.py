"""Fault 4 and 5: watchdog's threads end by an exception, or watch a folder that is not the inbox any more."""

import shutil
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import Running, wait_for

# In the thread that reads from the kernel, in the one of a folder, in the one that calls our handler.
THREADS = {
    "reading": ("watchdog.observers.inotify_c", "InotifyFD", "handle_event"),
    "emitting": ("watchdog.observers.inotify", "InotifyEmitter", "build_and_queue_event"),
    "dispatching": ("watchdog.observers.api", "BaseObserver", "dispatch_events"),
}
_SITECUSTOMIZE = """
import sys
if "watcher.reader" not in sys.orig_argv:
    import importlib, os
    module, owner, name = os.environ["RAISES"].split(" ")
    owner = getattr(importlib.import_module(module), owner)
    method = getattr(owner, name)

    def raising(self, *arguments, **named):
        if os.path.exists(os.environ["RAISES_WHEN"]):
            os.unlink(os.environ["RAISES_WHEN"])
            raise RuntimeError("injected")
        return method(self, *arguments, **named)

    setattr(owner, name, raising)
"""


def start_with_a_fault(place: Place, thread: str) -> tuple[Running, Path]:
    """A daemon whose thread ends by an exception, once, when the file is there."""
    modules = place.root / "injected"
    modules.mkdir()
    (modules / "sitecustomize.py").write_text(_SITECUSTOMIZE, encoding="utf-8")
    when = place.root / "when"
    environment = {"PYTHONPATH": str(modules), "RAISES": " ".join(THREADS[thread]), "RAISES_WHEN": str(when)}
    return place.start(**environment), when


@pytest.mark.parametrize("thread", THREADS)
def test_a_thread_that_ends_is_replaced_and_nothing_is_missed(place: Place, thread: str) -> None:
    """The files are found by the scan; then events come again: the scan alone would take an hour."""
    place.configure(watch={"rescan_seconds": 1.0})
    place.drop("sub/0.png", png(0))
    running, when = start_with_a_fault(place, thread)
    dropped = [place.wait_for_row("sub/0.png")["sha256"]]
    when.touch()
    dropped += [place.drop("1.png", png(1)), place.drop("sub/2.png", png(2))]
    wait_for(lambda: not when.exists(), "the exception")
    wait_for(lambda: "listened to anew" in running.log(), f"the log's word for it\n{running.log()}")
    assert "injected" in running.log()
    place.assert_conserved(dropped)
    dropped += [place.drop("3.png", png(3)), place.drop("sub/4.png", png(4))]
    place.assert_conserved(dropped)
    assert running.log().count("listened to anew") == 1
    assert running.stop() == 0


def test_it_hears_again_and_does_not_only_look(place: Place) -> None:
    """With a scan an hour apart, what comes after the repair can only be found by its event."""
    place.configure(watch={"rescan_seconds": 3600, "full_scan_seconds": 3600})
    running, when = start_with_a_fault(place, "dispatching")
    when.touch()
    dropped = [place.drop("1.png", png(1))]
    wait_for(lambda: "listened to anew" in running.log(), "the log's word for it")
    dropped.append(place.wait_for_row("1.png") and place.drop("2.png", png(2)))
    place.assert_conserved(dropped)
    assert running.stop() == 0


def test_a_folder_made_anew_is_heard_again(place: Place) -> None:
    """Deleted and made again in one moment, its watch has gone with it; the log does not call that a fault."""
    place.configure(watch={"rescan_seconds": 3600, "full_scan_seconds": 3600})
    running = place.start()
    place.drop("sub/1.png", png(1))
    place.wait_for_row("sub/1.png")
    shutil.rmtree(place.inbox / "sub")
    (place.inbox / "sub").mkdir()
    place.drop("sub/2.png", png(2))
    place.wait_for_row("sub/2.png")
    place.drop("sub/3.png", png(3))
    place.wait_for_row("sub/3.png")
    assert "file system events had stopped" not in running.log()
    assert running.stop() == 0
