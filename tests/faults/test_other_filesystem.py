"""Fault 17: inbox and outbox lie on different file systems, so that no rename leads from one to the other."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place


@pytest.fixture
def far(place: Place) -> Iterator[Place]:
    """A place whose outbox lies in memory."""
    shared_memory = Path("/dev/shm")
    if not os.access(shared_memory, os.W_OK) or shared_memory.stat().st_dev == place.root.stat().st_dev:
        pytest.skip("there is no second file system at /dev/shm")
    with TemporaryDirectory(dir=shared_memory, prefix="digit-watcher-test-") as folder:
        place.outbox = Path(folder) / "outbox"
        place.state = place.outbox / ".state"
        place.configure(outbox=place.outbox)
        yield place
        for running in place.running:
            running.end()


def test_pictures_arrive_whole_and_with_their_times(far: Place) -> None:
    """Copied, checked, and only then taken away; modification times and content are kept, rejected ones too."""
    far.start()
    data = png(3)
    (far.root / "old.png").write_bytes(data)
    os.utime(far.root / "old.png", ns=(10**18, 10**18 + 123_456_789))
    (far.root / "old.png").rename(far.inbox / "old.png")
    dropped = [far.wait_for_row("old.png")["sha256"]]
    dropped += [far.drop(f"sub/{n}.png", png(n, "far")) for n in range(5)]
    dropped.append(far.drop("bad.png", png()[:-30]))
    bad = far.wait_for_row("bad.png")
    far.assert_conserved(dropped)
    assert bad["archived_to"].startswith("rejected/")
    row = far.row("old.png")
    assert row is not None
    assert (far.outbox / row["archived_to"]).stat().st_mtime_ns == 10**18 + 123_456_789
    assert [path for path in far.outbox.rglob("*") if path.name.startswith(".partial")] == []


def test_a_picture_comes_back_from_there_on_request(far: Place) -> None:
    """`requeue` goes the same way backwards."""
    far.drop("7.png", png(7))
    far.once()
    assert far.command("requeue", "7.png").returncode == 0
    far.once()
    assert [row["prediction"] for row in far.rows()] == ["7", "7"]
    assert sum(far.kept().values()) == 1


def test_a_kill_in_the_middle_of_copies_doubles_nothing(far: Place) -> None:
    """Half a copy is finished or made anew; a copy that was complete is recognised."""
    dropped = [far.drop(f"{n}.png", png(n % 10, str(n))) for n in range(150)]
    running = far.start()
    far.wait_for_some_rows()
    running.kill()
    far.once()
    far.assert_conserved(dropped)
    assert [path for path in far.outbox.rglob("*") if path.name.startswith(".partial")] == []
