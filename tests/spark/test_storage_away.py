"""Executors see the inbox under another path, and their storage goes away, hangs, or is another's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for
from tests.faults.mounts import FaultyMount, faulty_disk
from tests.spark.clustered import Clustered

LINK = "as executors see it"


def test_it_pauses_while_executors_do_not_see_the_inbox(place: Clustered, tmp_path: Path) -> None:
    """Gone there, and later another inbox mounted in its place: said with the path as they see it; work goes on."""
    link = place.root / LINK
    link.symlink_to(place.inbox)
    place.configure(spark={"inbox": str(link)})
    place.start()
    place.assert_read(place.drop_some("before", 20))
    link.unlink()
    names = place.drop_some("gone", 20)
    assert LINK in place.wait_for_pause()
    assert place.in_work()
    link.symlink_to(place.inbox)
    place.assert_read(names)
    place.wait_for_end_of_pause()
    other = Place(tmp_path / "other")
    other.once()
    link.unlink()
    link.symlink_to(other.inbox)
    names = place.drop_some("another", 20)
    assert "not the mark of this inbox" in place.wait_for_pause()
    link.unlink()
    link.symlink_to(place.inbox)
    place.assert_read(names)
    place.wait_for_end_of_pause()
    assert [] == other.rows()
    assert place.daemon


@pytest.fixture
def disk(place: Clustered) -> Iterator[FaultyMount]:
    """Executors see the inbox through this file system, the daemon as it is. Pictures were read through it."""
    with faulty_disk(place.root / "share", place.inbox) as disk:
        place.configure(spark={"inbox": str(disk.folder)})
        place.start()
        place.assert_read(place.drop_some("first", 5))
        yield disk
        for running in place.running:
            running.end()


def test_it_waits_for_storage_that_is_dead_or_fails_or_hangs(place: Clustered, disk: FaultyMount) -> None:
    """A share that answers ENOTCONN, EIO, or nothing at all: it pauses, blames no picture, and goes on behind it."""
    disk.lose()
    names = place.drop_some("dead", 20)
    place.wait_for_pause()
    disk.come_back()
    place.assert_read(names)
    place.wait_for_end_of_pause()
    disk.fail(read="EIO")
    names = place.drop_some("failing", 20)
    wait_for(lambda: "Input/output error" in place.daemon.log(), "a word on what fails")
    disk.fail()
    place.assert_read(names)
    place.wait_for_end_of_pause()
    disk.hang()
    try:
        names = place.drop_some("hanging", 20)
        assert "does not answer" in place.wait_for_pause()
    finally:
        disk.answer()
    place.assert_read(names)
    place.wait_for_end_of_pause()
    assert place.daemon
