"""What a person sees on a terminal of `run --once`: its bar, and warnings while it is drawn."""

import os
import re
import subprocess
import sys

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.faults.injection import CRASH, faulty_readers
from tests.unit.terminal import LEFT, Terminal, screen


@pytest.mark.parametrize("no_color", ["", "1"])
def test_a_warning_has_a_line_of_its_own(place: Place, no_color: str) -> None:
    """With colours and without: the bar, with rate and time left, makes way for it, and is gone in the end."""
    place.configure(reading={"workers": 2, "max_attempts": 1})
    for n in range(20):
        place.drop(f"{n}.png", png(n % 10, CRASH if n == 7 else f"good {n}"))
    terminal = Terminal()
    done = subprocess.run(
        [sys.executable, "-m", "watcher", "run", "--once"], cwd=place.root, stderr=terminal.child, timeout=100,
        env=os.environ | faulty_readers(place.root) | {"TERM": "xterm", "NO_COLOR": no_color}, check=False,
    )  # fmt: skip
    written = terminal.close()
    assert done.returncode == 0, written
    assert LEFT.search(written), written
    lines = screen(written)
    warnings = [line for line in lines if "a reader crashed" in line]
    assert warnings, lines
    assert all(re.match(r"\d\d:\d\d:\d\d WARNING a reader crashed", line) for line in warnings), lines
    assert not [line for line in lines if "%|" in line]
    assert any(line.startswith("20 pictures read in ") for line in lines)
