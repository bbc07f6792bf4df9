"""Faults 16, 17, 24 and 28, found before the start: what only a real mount shows to `check`."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.faults.mounts import ext4_disk, faulty_disk, remount, run, small_disk, unmount


def files(place: Place) -> list[Path]:
    """All but what SQLite has beside a ledger that it reads."""
    return sorted(path for path in place.root.rglob("*") if not path.name.endswith(("-shm", "-wal")))


def findings(place: Place, level: str) -> str:
    """The lines of that level, with their hints; the place is as it was, with no probe left in it."""
    before = files(place)
    done = place.command("check")
    assert "Traceback" not in done.stderr, done.stderr
    assert files(place) == before
    return "\n".join(f"{line} {hint}" for line, hint in pairwise(done.stdout.splitlines()) if line.startswith(level))


@contextmanager
def bound(folder: Path, to: Path) -> Iterator[None]:
    """The folder, shown at another place too."""
    run("mount", "--bind", folder, to)
    try:
        yield
    finally:
        unmount(to)


@pytest.fixture
def used(place: Place) -> Place:
    """A place where a picture was read, and nothing runs."""
    place.drop("7.png", png(7))
    place.once()
    return place


def test_a_work_folder_on_another_file_system(used: Place) -> None:
    """Each claim would fail: nothing could be read."""
    with small_disk(used.inbox / ".work", "1m"):
        said = findings(used, "FAIL")
        assert f"work: {used.inbox}/.work is on another file system than the inbox" in said


def test_an_archive_on_another_file_system_is_told_and_no_fault(used: Place) -> None:
    """Pictures are copied there."""
    with small_disk(used.outbox / "archive", "200m"):
        assert findings(used, "FAIL") == ""
        assert "archive/ on another file system than the inbox: pictures are copied" in findings(used, "ok")


def test_a_share_mounted_in_the_inbox(used: Place) -> None:
    """Its files cannot be taken by a rename."""
    (used.inbox / "share").mkdir()
    with small_disk(used.inbox / "share", "1m"):
        assert "share (a file system of its own)" in findings(used, "warn")


@pytest.mark.parametrize(("shown", "at"), [("inbox", "outbox/archive"), ("outbox", "inbox/results")])
def test_folders_in_each_other_by_a_bind_mount(used: Place, shown: str, at: str) -> None:
    """No link and no name shows it."""
    (used.root / at).mkdir(exist_ok=True)
    with bound(used.root / shown, used.root / at):
        said = findings(used, "FAIL") + findings(used, "warn")
        assert ("nesting: through a link or a mount, archive/" in said) == (shown == "inbox")
        assert ("results (a file system of its own)" in said) == (shown == "outbox")


def test_a_disk_without_inodes_and_one_that_is_read_only(used: Place) -> None:
    """Room in bytes alone does not do."""
    with small_disk(used.root / "disk", "200m,nr_inodes=400"):
        used.configure(outbox=used.root / "disk" / "out", state=used.root / "state")
        said = findings(used, "FAIL")
        assert "inodes are free for outbox" in said
        remount(used.root / "disk", "ro")
        said = findings(used, "FAIL")
        assert "outbox: cannot write in the folder for the outbox," in said
        assert "filesystems: the outbox is on a file system that is mounted read-only" in said


@pytest.mark.parametrize("letter", ["a", "i"])
def test_attributes_of_a_results_file(place: Place, letter: str) -> None:
    """Which no permission shows."""
    with ext4_disk(place.root / "disk", place.root / "image") as disk:
        place.outbox = disk
        place.configure(outbox=disk, state=place.root / "state")
        place.drop("7.png", png(7))
        place.once()
        run("chattr", f"+{letter}", disk / "results.csv")
        try:
            assert f"chattr -{letter} '{disk}/results.csv'" in findings(place, "FAIL")
        finally:
            subprocess.run(["chattr", f"-{letter}", str(disk / "results.csv")], check=True)


def test_a_file_system_that_refuses_names_and_folds_case(place: Place) -> None:
    """As FAT does: such pictures would stay in the work folder."""
    place.configure(state=place.root / "state")
    with faulty_disk(place.outbox, place.root / "behind") as disk:
        disk.fail(forbid=':?*"<>|', fold=True)
        assert "names with signs that others forbid: such pictures get their rows" in findings(place, "warn")
        assert "names: upper and lower case are the same there" in findings(place, "ok")
