"""watcher.emptied: folders that people brought pictures in do not pile up in the inbox for ever."""

import os
from pathlib import Path

import pytest
from fakes import PNG, Desk

from watcher.emptied import Emptied

DAY = 86_400.0


@pytest.fixture
def emptied(tmp_path: Path) -> Emptied:
    """Of an inbox with the folders a/b and c."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "c").mkdir()
    return Emptied(os.fsencode(tmp_path))


def test_an_emptied_folder_goes_when_nothing_came_for_long(emptied: Emptied, tmp_path: Path) -> None:
    """Counted from the last file; then the one that it lay in, after as long. One that held nothing of ours stays."""
    emptied.took(b"a/b")
    emptied.remove(0.0, DAY)
    emptied.took(b"a/b")
    emptied.remove(DAY - 1, DAY)
    emptied.remove(2 * DAY - 2, DAY)
    assert (tmp_path / "a" / "b").is_dir()
    emptied.remove(2 * DAY, DAY)
    assert not (tmp_path / "a" / "b").exists()
    assert (tmp_path / "a").is_dir()
    emptied.remove(2 * DAY + 1, DAY)
    emptied.remove(4 * DAY, DAY)
    assert ["c"] == [path.name for path in tmp_path.iterdir()]


def test_what_is_not_empty_stays(emptied: Emptied, tmp_path: Path) -> None:
    """Whatever lies in it, a hidden file too."""
    (tmp_path / "c" / ".hidden").touch()
    emptied.took(b"c")
    emptied.remove(0.0, DAY)
    emptied.remove(2 * DAY, DAY)
    assert (tmp_path / "c" / ".hidden").exists()


def test_never_means_never(emptied: Emptied, tmp_path: Path) -> None:
    """And the inbox itself stays in any case."""
    emptied.took(b"c")
    emptied.took(b"")
    emptied.remove(0.0, float("inf"))
    emptied.remove(1e12, float("inf"))
    assert (tmp_path / "c").is_dir()
    emptied.remove(1e12, DAY)
    assert not (tmp_path / "c").exists()
    assert tmp_path.is_dir()


def test_a_link_in_the_way_is_not_followed(emptied: Emptied, tmp_path: Path) -> None:
    """Somebody put a link where the folder was: what it points to keeps its empty folders."""
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "b").mkdir(parents=True)
    emptied.took(b"a/b")
    emptied.remove(0.0, DAY)
    (tmp_path / "a" / "b").rmdir()
    (tmp_path / "a").rmdir()
    (tmp_path / "a").symlink_to(elsewhere)
    emptied.remove(2 * DAY, DAY)
    assert (elsewhere / "b").is_dir()


def test_the_loop_removes_what_it_emptied(desk: Desk) -> None:
    """A folder of pictures is read, and is gone when its time is over; one of that name may come again."""
    desk.service._remove_emptied = DAY
    desk.drop("monday/7.png", PNG)
    desk.turns()
    assert (desk.inbox / "monday").is_dir()
    desk.now += 10
    desk.turns()
    desk.now += DAY
    desk.turns()
    assert not (desk.inbox / "monday").exists()
    desk.drop("monday/7.png", PNG)
    desk.turns()
    assert 2 == len(desk.rows())
