"""bench.backlog, bench.cost, bench.processes, bench.folders: what a race is made of."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.backlog import OURS, Raced, table
from bench.cost import Cost, Meter
from bench.folders import drawn, fill, workplace
from bench.processes import family, memory, processor_seconds
from bench.results import Figure

_GRANDCHILD = "import subprocess, sys; subprocess.run(['sleep', '60'])"
_BUSY = "import time\nwhile time.process_time() < 0.3: pass"


def test_ours_is_set_against_each_rival_by_the_median_rate() -> None:
    """The factor is ours divided by the rival's; processor time stands beside it."""
    rates = {"floor": (4000.0, 5000.0, 4500.0), OURS: (2000.0, 1500.0, 1800.0)}
    raced = [
        Raced(name, Figure(name, "pictures/s", found, "more"), Figure(name, "µs/picture", (321.0,)))
        for name, found in rates.items()
    ]
    _, floor, ours = table("some kind", raced).splitlines()
    assert ["4,500", "4,000–5,000", "321", "0.40×"] == floor.split()[1:]
    assert ours.split()[-1] == "1.00×"


def test_a_cost_is_told_for_one_of_many_without_what_is_paid_anyway() -> None:
    """Seconds of both kinds, in µs a picture."""
    assert (100.0, 200.0) == pytest.approx(Cost(1.5, 2.5).beyond(Cost(0.5, 0.5)).each(10_000))


def test_a_family_has_grandchildren() -> None:
    """All below a process that are alive; their memory counts."""
    with subprocess.Popen([sys.executable, "-c", _GRANDCHILD]) as child:
        try:
            while len(family(child.pid)) < 2:
                pass
            assert set(family(child.pid)) < set(family(os.getpid()))
            assert memory(child.pid) > 0
        finally:
            for pid in reversed(family(child.pid)):
                os.kill(pid, 9)


def test_processor_time_of_ended_children_counts() -> None:
    """With or without that of the process itself, which may only look on."""
    before, meter = processor_seconds(os.getpid()), Meter(children_only=True)
    subprocess.run([sys.executable, "-c", _BUSY], check=True)
    assert processor_seconds(os.getpid()) - before >= 0.28
    assert meter.read().processor_seconds >= 0.2


def test_an_inbox_is_filled_with_copies_under_names_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More files than pictures: their bytes come in turn. What was drawn for it is gone."""
    monkeypatch.chdir(tmp_path)

    def draw(folder: Path, count: int) -> None:
        folder.mkdir()
        for number in range(count):
            (folder / f"{number}.png").write_bytes(bytes([number]))

    with workplace() as folder:
        fill(folder / "inbox", drawn(draw, 2), 5, "some-")
        found = sorted((folder / "inbox").iterdir())
        assert [b"\0", b"\1", b"\0", b"\1", b"\0"] == [path.read_bytes() for path in found]
        assert found[0].name == "some-0000000.png"
        assert folder.name.startswith(".bench-")
    assert [] == list(tmp_path.iterdir())


def test_a_file_is_called_by_what_it_holds(tmp_path: Path) -> None:
    """A photograph is a JPEG: the daemon looks at its suffix, too."""
    fill(tmp_path / "inbox", [b"\xff\xd8\xff\xd9", b"\x89PNG"], 2)
    assert ["0000000.jpg", "0000001.png"] == sorted(path.name for path in (tmp_path / "inbox").iterdir())
