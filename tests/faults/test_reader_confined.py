"""A picture that took its reader over: what the reader can still do, which is to read the work folder."""

import os
import re
import shutil

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.faults.injection import TRY, faulty_readers
from watcher.confinement import landlock_version

needs_landlock = pytest.mark.skipif(not landlock_version(), reason="this kernel has no Landlock, or has it off")
BY_LANDLOCK = {"read": 1, "write": 1, "make": 1, "remove": 1, "list": 1, "run": 1, "connect": 4, "signal": 6}


def tried(place: Place) -> dict[str, str]:
    """What became of each attempt of a reader that was taken over: `allowed`, or the error's name."""
    (place.root / "gate.secret").write_text("other people's", encoding="utf-8")
    place.drop("try.png", png(7, TRY))
    place.once(**faulty_readers(place.root))
    row = place.row("try.png")
    assert row is not None
    said = (place.outbox / (row["archived_to"] + ".reason.txt")).read_text(encoding="utf-8")
    return {name: word for word, name in re.findall(r"(allowed|\w+Error) (\w+)", said)}


@needs_landlock
def test_it_can_open_nothing_else(place: Place) -> None:
    """No file beside the work folder, no program, no connection, no signal; as far as the kernel knows of them."""
    found = tried(place)
    refused = {name for name, since in BY_LANDLOCK.items() if landlock_version() >= since}
    assert dict.fromkeys(refused, "PermissionError") == {name: found[name] for name in refused}
    assert (place.root / "gate.secret").read_text(encoding="utf-8") == "other people's"


def test_it_can_write_nothing_and_hold_little(place: Place) -> None:
    """On every kernel: no byte into a file that is open already, and a handful of files at most."""
    found = tried(place)
    assert ("OSError", "OSError") == (found["put"], found["files"])
    assert 0 == (place.root / "gate.secret.open").stat().st_size


@needs_landlock
def test_a_work_folder_that_is_another_one_is_read_too(place: Place) -> None:
    """Confined to a folder that was deleted and made anew: other readers start, and no picture is blamed."""
    place.configure(reading={"workers": 2, "max_attempts": 1})
    running = place.start()
    dropped = [place.drop(f"{n}.png", png(n, "first")) for n in range(4)]
    for n in range(4):
        place.wait_for_row(f"{n}.png")
    readers = running.readers()
    shutil.rmtree(place.inbox)
    os.mkdir(place.inbox)
    dropped += [place.drop(f"{n}.png", png(n % 10, "second")) for n in range(10, 20)]
    place.assert_conserved(dropped)
    assert {row["status"] for row in place.rows()} == {"ok"}
    assert set(running.readers()) != set(readers)
