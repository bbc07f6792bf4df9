"""Fault 25: the model on disk is damaged, swapped or removed while the daemon runs."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for
from watcher.models import SHIPPED


def damage(bundle: Path) -> None:
    """One byte of the weights."""
    with open(bundle / "model.tflite", "r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\xff")


def empty(bundle: Path) -> None:
    """A copy over it that broke off."""
    os.truncate(bundle / "model.tflite", 0)
    os.truncate(bundle / "model.json", 0)


@pytest.mark.parametrize("spoil", [damage, empty, shutil.rmtree])
def test_the_run_goes_on_with_the_model_it_began_with(place: Place, spoil: Callable[[Path], None]) -> None:
    """Also readers that start later, after a crash: the same verdicts by the same name. A warning says so, once."""
    bundle = Path(shutil.copytree(SHIPPED, place.root / "bundle"))
    place.configure(model=bundle)
    running = place.start()
    dropped = [place.drop("1.png", png(1))]
    name = place.wait_for_row("1.png")["model"]
    spoil(bundle)
    (reader,) = running.readers()
    os.kill(reader, signal.SIGKILL)
    dropped += [place.drop(f"{n}.png", png(n)) for n in range(2, 6)]
    place.assert_conserved(dropped)
    assert {(row["model"], row["status"]) for row in place.rows()} == {(name, "ok")}
    assert running.readers() != [reader]
    wait_for(lambda: "is not the one that was loaded" in running.log(), "a word on the model")
    assert "until the daemon is started again" in running.log()
    wait_for(lambda: place.status().get("model_outdated"), "a word on the model in status.json")
    assert "the disk has another model" in place.command("status").stdout
    assert place.status()["state"] == "running"


def test_the_next_start_says_what_is_wrong_with_it(place: Place) -> None:
    """Exit code 5, and nothing is touched."""
    bundle = Path(shutil.copytree(SHIPPED, place.root / "bundle"))
    place.configure(model=bundle)
    damage(bundle)
    place.drop("1.png", png(1))
    done = place.command("run", "--once")
    assert done.returncode == 5
    assert "is damaged or not the card's" in done.stderr
    assert (place.inbox / "1.png").exists()
