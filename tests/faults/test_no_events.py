"""Fault 5: the kernel gives no events, or not for every folder: its limits are reached, or the inbox is a share."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.faults.mounts import faulty_disk

SAID = "file system events are not available"


def within_limits(folder: Path, **limits: int) -> str:
    """A Python that lives in a user namespace of its own with these limits of inotify; the machine's stay."""
    settings = "".join(f"echo {value} > /proc/sys/user/{name}; " for name, value in limits.items())
    script = folder / "python-within-limits"
    script.write_text(
        f'#!/bin/sh\nexec unshare --user --map-root-user sh -c \'{settings}exec {sys.executable} "$@"\' sh "$@"\n',
        encoding="ascii",
    )
    script.chmod(0o755)
    tried = subprocess.run([script, "-c", "pass"], capture_output=True, text=True, check=False)
    if tried.returncode != 0 or tried.stderr:
        pytest.skip(f"user namespaces cannot be made here: {tried.stderr.strip()}")
    return str(script)


@pytest.fixture
def dropped(place: Place) -> list[str]:
    """Pictures in the inbox and in three folders."""
    return [
        place.drop(name, png(number, name)) for number, name in enumerate(("0.png", "a/1.png", "b/2.png", "c/3.png"))
    ]


@pytest.mark.parametrize(
    ("limit", "value"), [("max_inotify_instances", 0), ("max_inotify_watches", 0), ("max_inotify_watches", 2)]
)
def test_at_the_limits_of_inotify_the_scan_finds_all(place: Place, dropped: list[str], limit: str, value: int) -> None:
    """None at all, or for two folders only: those there at the start, later ones, in old and new folders."""
    running = place.start(program=within_limits(place.root, **{limit: value}))
    dropped += [place.drop(name, png(5, name)) for name in ("late.png", "c/late.png", "new/deep/late.png")]
    place.assert_conserved(dropped)
    dropped.append(place.drop("c/later.png", png(6)))
    place.assert_conserved(dropped)
    assert running.log().count(SAID) == 1, running.log()
    assert running.stop() == 0


@pytest.mark.parametrize(("limits", "said"), [
    ({"max_inotify_instances": 0}, "file system events do not come"),
    ({"max_inotify_watches": 0}, "file system events do not come"),
    ({"max_inotify_watches": 2}, "events come for 2 of 4 folders"),
])  # fmt: skip
def test_check_says_so(place: Place, dropped: list[str], limits: dict[str, int], said: str) -> None:
    """And how often folders are looked at instead, and which setting of the system to raise."""
    done = place.command("check", program=within_limits(place.root, **limits))
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    ((line, hint),) = [(line, hint) for line, hint in pairwise(lines) if "events:" in line]
    assert said in line
    assert "every 0.5 s" in line
    assert "fs.inotify.max_user_" in hint


def test_more_folders_than_are_watched_are_all_looked_at(place: Place) -> None:
    """Beyond the most that are watched, the scan finds what arrives; said once."""
    for number in range(520):
        (place.inbox / f"{number:03}").mkdir()
    running = place.start()
    dropped = [place.drop(f"{number:03}/7.png", png(7, str(number))) for number in range(0, 520, 40)]
    dropped.append(place.drop("new/7.png", png(7, "new")))
    place.assert_conserved(dropped)
    assert running.log().count(SAID) == 1
    assert "512 folders are watched already" in running.log()
    assert running.stop() == 0


def test_on_a_share_with_large_inodes_all_is_as_anywhere(place: Place) -> None:
    """Numbers of files above 2⁶³, as 64-bit shares give them, are kept in the ledger and compared."""
    with faulty_disk(place.inbox, place.root / "server") as share:
        share.fail(large_inodes=True)
        assert place.inbox.stat().st_ino > 1 << 63
        dropped = [place.drop(f"{number}.png", png(number)) for number in range(3)]
        running = place.start()
        place.assert_conserved(dropped)
        assert running.stop() == 0


def test_on_a_share_what_other_machines_write_is_found(place: Place) -> None:
    """A network file system tells nobody here of it: files, folders and renames appear without an event."""
    with faulty_disk(place.inbox, place.root / "server") as share:
        running = place.start()
        dropped = [place.drop("here.png", png(1))]
        place.wait_for_row("here.png")
        there = Place.__new__(Place)
        there.inbox = share.behind
        dropped += [there.drop(name, png(2, name)) for name in ("there.png", "a/b/there.png")]
        (share.behind / "x.png.part").write_bytes(png(3))
        (share.behind / "x.png.part").rename(share.behind / "x.png")
        place.wait_for_row("there.png")
        place.wait_for_row("a/b/there.png")
        dropped.append(place.wait_for_row("x.png")["sha256"])
        dropped.append(there.drop("a/b/again.png", png(4)))
        place.wait_for_row("a/b/again.png")
        place.assert_conserved(dropped)
        assert running.stop() == 0
