"""watcher.retention: what lies at the place of an old picture, and what a kill leaves of deleting it."""

import os
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from fakes import BLANK
from fate import Fate, Killed
from house import DATA, DAY, House, MakeHouse

from watcher.errors import SurroundingsError
from watcher.retention import retention


def test_another_file_at_the_place_stays_and_is_said(make_house: MakeHouse, caplog: pytest.LogCaptureFixture) -> None:
    """Longer, or as long with other bytes; a link, and a folder. The picture's time is over all the same."""
    house = make_house(rejected_days=1)
    paths = [house.outbox / house.add(f"{n}.png", verdict=BLANK).archived_to.decode() for n in range(4)]
    for path in paths:
        path.unlink()
        path.with_name(path.name + ".reason.txt").write_text("mine\n")
    paths[0].write_bytes(DATA + b"y")
    paths[1].write_bytes(b"y" * len(DATA))
    paths[2].symlink_to(house.folder / "ledger.sqlite3")
    paths[3].mkdir()
    house.days(2)
    assert 9 == len(house.lying())
    assert {"expired"} == {*house.states()}
    assert 4 == caplog.text.count("stays: it is not the file that was put there")
    assert {"rejected": 0} == house.retention.bytes


def test_the_picture_put_back_from_a_copy_is_the_picture(make_house: MakeHouse) -> None:
    """By its time, as most programs keep it, or by its bytes; another inode is nothing."""
    house = make_house(archive_days=1)
    for name, kept in (("1.png", True), ("2.png", False)):
        record = house.add(name)
        path = house.outbox / record.archived_to.decode()
        found = path.stat()
        (house.folder / name).write_bytes(DATA)
        os.replace(house.folder / name, path)
        if kept:
            os.utime(path, ns=(0, found.st_mtime_ns))
    house.days(2)
    assert [] == house.lying()


def test_what_a_person_deleted_is_gone(make_house: MakeHouse) -> None:
    """File or folder."""
    house = make_house(archive_days=1)
    for name in ("1.png", "a/2.png"):
        (house.outbox / house.add(name).archived_to.decode()).unlink()
    (house.outbox / "archive/2026-03-01/a").rmdir()
    house.days(2)
    assert (["expired", "expired"], []) == (house.states(), house.lying())


def test_no_link_leads_out_of_the_outbox(make_house: MakeHouse, tmp_path: Path) -> None:
    """A folder of the archive that became one is none."""
    house = make_house(archive_days=1)
    house.add("7.png")
    outside = tmp_path / "outside"
    (house.outbox / "archive/2026-03-01").rename(outside)
    (house.outbox / "archive/2026-03-01").symlink_to(outside)
    house.days(2)
    assert DATA == (outside / "7.png").read_bytes()
    assert ["expired"] == house.states()


def test_a_folder_with_something_else_in_it_stays(make_house: MakeHouse) -> None:
    """A person's notes."""
    house = make_house(archive_days=1)
    house.add("7.png")
    (house.outbox / "archive/2026-03-01/notes.txt").touch()
    house.days(2)
    assert ["archive/2026-03-01", "archive/2026-03-01/notes.txt"] == house.lying()


def test_what_cannot_be_deleted_is_tried_again(make_house: MakeHouse, caplog: pytest.LogCaptureFixture) -> None:
    """The others go on; beyond so many, no more are begun."""
    house = make_house(archive_days=1)
    for number in range(4):
        house.add(f"{number}.png")
    with patch("os.unlink", side_effect=PermissionError(13, "Permission denied")), patch.object(
        retention, "MOST_STUCK", 2
    ):  # fmt: skip
        house.now += 1.2 * DAY
        while house.retention.bite(1):
            pass
        assert ["expiring", "expiring", "archived", "archived"] == house.states()
        assert {"expiring": 2} == house.ledger.states()
        house.retention.finish()
        assert 2 == house.retention.stuck
    assert 2 == caplog.text.count("cannot be deleted: Permission denied")
    house.retention.finish()
    house.tidy()
    assert (["expired"] * 4, []) == (house.states(), house.lying())


def test_an_outbox_that_went_away_is_not_taken_for_an_empty_one(make_house: MakeHouse) -> None:
    """Unmounted at any point, nothing is called expired that was not deleted."""
    for looks in range(3):
        house = make_house(archive_days=1)
        house.add("7.png")
        house.now += 1.2 * DAY
        house.check = unmounted(house, looks)
        with pytest.raises(SurroundingsError):
            house.retention.bite()
        assert ["expiring" if looks else "archived"] == house.states()
        if looks:
            (house.folder / "unmounted").rename(house.outbox / "archive")
        assert DATA == (house.outbox / "archive/2026-03-01/7.png").read_bytes()
        house.check = lambda: None
        house.restart()
        house.tidy()
        assert (["expired"], []) == (house.states(), house.lying())


def unmounted(house: House, looks: int) -> Callable[[], None]:
    """A check that finds the outbox gone at the look after so many; it went just after the one before."""
    left = [looks]

    def check() -> None:
        if not left[0]:
            raise SurroundingsError("it is gone", hint="")
        if left[0] == 1:
            (house.outbox / "archive").rename(house.folder / "unmounted")
        left[0] -= 1

    return check


@pytest.mark.parametrize("how", ["before", "after"])
def test_killed_at_any_step_the_next_start_ends_it(make_house: MakeHouse, how: str) -> None:
    """Pictures, reasons, results files and records: what was begun is ended, also where nothing is to go any more."""
    calls, done = 0, False
    while not done:
        calls += 1
        house = make_house(archive_days=1, rejected_bytes=len(DATA), ledger_days=2, results_days=1)
        fate = Fate()
        (house.outbox / "results-2026-03-01.csv").touch()
        for number in range(3):
            house.add(f"a/{number}.png")
            house.add(f"{number}.png", verdict=BLANK)
        house.now += 2.5 * DAY
        try:
            with fate.armed(calls, how):
                house.tidy()
                done = True
        except Killed:
            pass
        finally:
            fate.close()
        house.restart(archive_days=1000)
        assert "expiring" not in house.states()
        house.assert_sums()
        assert house.states().count("archived") == sum(name.endswith(".png") for name in house.lying())
        house.restart(archive_days=1, rejected_bytes=len(DATA), ledger_days=2, results_days=1)
        house.tidy()
        assert ["archived"] == house.states()
        assert {"archived": 1, "purged": 5} == house.ledger.results()
        assert 3 == len(house.lying())
        assert not (house.outbox / "results-2026-03-01.csv").exists()
    assert calls > 18
