"""Executors see the inbox under another path, and their storage goes away, hangs, or is another's."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for
from tests.faults.mounts import FaultyMount, faulty_disk
from tests.spark.clustered import Clustered

LINK = "as executors see it"


@pytest.fixture
def mapped(place: Clustered) -> Clustered:
    """A place that executors see through a link, which is read once so that all is warm."""
    (place.root / LINK).symlink_to(place.inbox)
    place.configure(spark={"inbox": str(place.root / LINK)})
    return place


def assert_waited_for(place: Clustered, dropped: list[str]) -> None:
    """What was dropped meanwhile is read once storage is back; nothing was blamed on a picture."""
    place.assert_conserved(dropped)
    place.assert_all_ok(len(dropped))
    wait_for(lambda: place.status().get("state") == "running", "running")
    assert "" == place.status()["trouble"]


def drop_some(place: Clustered, name: str) -> list[str]:
    """Twenty pictures."""
    return [place.drop(f"{name}-{n}.png", png(n % 10, name + str(n))) for n in range(20)]


def test_it_pauses_while_executors_do_not_see_the_inbox(mapped: Clustered, tmp_path: Path) -> None:
    """Gone there, and later another inbox mounted in its place: said with the path as they see it; work goes on."""
    running = mapped.start()
    dropped = drop_some(mapped, "before")
    mapped.assert_conserved(dropped)
    link = mapped.root / LINK
    link.unlink()
    dropped += drop_some(mapped, "gone")
    assert LINK in mapped.wait_for_pause()
    assert mapped.in_work()
    link.symlink_to(mapped.inbox)
    assert_waited_for(mapped, dropped)
    other = Place(tmp_path / "other")
    other.once()
    link.unlink()
    link.symlink_to(other.inbox)
    dropped += drop_some(mapped, "another")
    assert "not the mark of this inbox" in mapped.wait_for_pause()
    link.unlink()
    link.symlink_to(mapped.inbox)
    assert_waited_for(mapped, dropped)
    assert [] == other.rows()
    assert running.process.poll() is None


@contextmanager
def disk_of_executors(place: Clustered, dropped: list[str]) -> Iterator[FaultyMount]:
    """They see the inbox through a file system of their own, the daemon as it is. A picture was read through it."""
    with faulty_disk(place.root / "share", place.inbox) as disk:
        place.configure(spark={"inbox": str(disk.folder)})
        place.start()
        dropped.append(place.drop("first.png", png(1)))
        place.wait_for_row("first.png")
        yield disk


def test_it_pauses_while_their_storage_is_dead_or_fails(place: Clustered) -> None:
    """A share whose server died answers ENOTCONN, a failing one EIO: nothing is rejected, work goes on behind it."""
    dropped = list[str]()
    with disk_of_executors(place, dropped) as disk:
        disk.lose()
        dropped += drop_some(place, "dead")
        place.wait_for_pause()
        disk.come_back()
        assert_waited_for(place, dropped)
        disk.fail(read="EIO")
        dropped += drop_some(place, "failing")
        wait_for(lambda: place.in_work(), "pictures that wait")
        disk.fail()
        assert_waited_for(place, dropped)


def test_it_pauses_while_their_storage_hangs(place: Clustered) -> None:
    """A share whose server does not answer: no executor waits for it for ever, and no picture is blamed."""
    dropped = list[str]()
    with disk_of_executors(place, dropped) as disk:
        disk.hang()
        try:
            dropped += drop_some(place, "hanging")
            assert "does not answer" in place.wait_for_pause()
        finally:
            disk.answer()
        assert_waited_for(place, dropped)
