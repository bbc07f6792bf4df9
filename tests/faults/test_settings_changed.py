"""SIGHUP: other settings and another model, good ones and bad ones, while pictures are read."""

import hashlib
import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
import tiny_network

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import Running, wait_for
from watcher.models import SHIPPED


def bundle(folder: Path, weights: bytes = b"", **changes: Any) -> Path:
    """The shipped model with another card, and perhaps with other weights."""
    shutil.copytree(SHIPPED, folder)
    if weights:
        (folder / "model.tflite").write_bytes(weights)
        changes["sha256"] = hashlib.sha256(weights).hexdigest()
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    (folder / "model.json").write_text(json.dumps(card | changes), encoding="utf-8")
    return folder


def reload(running: Running) -> None:
    """Ask for it, and wait until systemd is told that it is over."""
    before = running.heard("READY=1")
    running.process.send_signal(signal.SIGHUP)
    wait_for(lambda: running.heard("READY=1") > before, "READY=1 again")
    assert running.heard("RELOADING=1")
    assert running.process.poll() is None


def test_another_model_is_taken_on_while_pictures_are_read(place: Place) -> None:
    """The same process goes on; each row names the model that read it; nothing is lost, nothing read into two rows."""
    running = place.start()
    dropped = [place.drop(f"{n}.png", png(n)) for n in range(300)]
    place.wait_for_some_rows()
    place.configure(model=bundle(place.root / "second", name="second"), reading={"workers": 2, "batch_size": 7})
    reload(running)
    dropped += [place.drop(f"later-{n}.png", png(n)) for n in range(20)]
    place.assert_conserved(dropped)
    models = [row["model"].split("-")[0] for row in place.rows()]
    assert {"digitnet", "second"} == set(models)
    assert models == sorted(models)  # one after the other, and never back
    assert {"second"} == {row["model"].split("-")[0] for row in place.rows() if row["file"].startswith("later")}
    assert len(running.readers()) == 2


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda place: place.config_file.write_text("digit_watcher: 1\nbatch: 5\n"), "unknown key `batch`"),
        (lambda place: place.config_file.write_text("{"), "not valid YAML"),
        (lambda place: place.config_file.unlink(), "cannot read config.yaml"),
        (lambda place: place.configure(inbox=place.root / "other"), "is in use"),
        (lambda place: place.configure(model=place.root / "nowhere"), "nowhere"),
        (lambda place: place.configure(model=bundle(place.root / "b", tiny_network.FLOAT, classes=[*"0123456789"])),
         "misreads the built-in"),
        (lambda place: place.configure(model=bundle(place.root / "b", sha256="0" * 64)), "damaged"),
    ],
    ids=["unknown-key", "no-yaml", "gone", "folders", "no-model", "misreading-model", "damaged-model"],
)  # fmt: skip
def test_bad_settings_change_nothing(place: Place, spoil: Any, said: str) -> None:
    """The old ones stay in use, whole; the log and `status` say why; the next good ones are taken."""
    running = place.start()
    spoil(place)
    reload(running)
    assert said in running.log()
    wait_for(lambda: said in place.status()["refused_settings"], "the same in status.json")
    dropped = [place.drop(f"{n}.png", png(n)) for n in range(10)]
    place.assert_conserved(dropped)
    assert {"digitnet"} == {row["model"].split("-")[0] for row in place.rows()}
    place.configure(model=bundle(place.root / "second", name="second"))
    reload(running)
    dropped.append(place.drop("last.png", png(11)))
    assert place.wait_for_row("last.png")["model"].startswith("second")
    place.assert_conserved(dropped)
    assert len(running.readers()) == 1  # of those that were tried, none is left


def test_a_burst_of_signals_ends_with_the_last_settings(place: Place) -> None:
    """Each begins anew; none is left half way."""
    running = place.start()
    place.configure(reading={"workers": 3})
    for _ in range(5):
        running.process.send_signal(signal.SIGHUP)
    reload(running)
    wait_for(lambda: len(running.readers()) == 3, "three readers")
    dropped = [place.drop("1.png", png(1))]
    place.assert_conserved(dropped)


def test_readers_do_not_mind_it(place: Place) -> None:
    """`systemctl kill -s HUP` reaches all processes of the service."""
    running = place.start()
    (reader,) = running.readers()
    os.kill(reader, signal.SIGHUP)
    dropped = [place.drop("1.png", png(1))]
    place.assert_conserved(dropped)
    assert [reader] == running.readers()


def test_new_settings_are_taken_in_a_pause(place: Place) -> None:
    """They may be what mends it; the work goes on where it stood."""
    running = place.start()
    place.outbox.rename(place.root / "away")
    dropped = [place.drop("1.png", png(1))]
    wait_for(lambda: "paused" in running.log(), "a pause")
    place.configure(reading={"workers": 2})
    reload(running)
    (place.root / "away").rename(place.outbox)
    place.assert_conserved(dropped)
    assert len(running.readers()) == 2
