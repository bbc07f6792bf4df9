"""watcher.retention: what has had its time is deleted, oldest first, and nothing else; a kill leaves no half of it."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from fakes import BLANK, NOON, SEVEN
from fate import Fate, Killed
from house import DATA, DAY, House

from watcher.errors import SurroundingsError
from watcher.retention import retention


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Houses under rules, as in config.yaml."""
    houses = []

    def made(**rules: int) -> House:
        folder = tmp_path / str(len(houses))
        folder.mkdir()
        houses.append(House(folder, **rules))
        return houses[-1]

    yield made
    for house in houses:
        house.assert_sums()
        house.close()


Make = Callable[..., House]


def test_without_rules_everything_stays(make: Make) -> None:
    """For years."""
    house = make()
    house.add()
    house.now += 1000 * DAY
    house.tidy()
    assert ["archived"] == house.states()


def test_pictures_go_when_their_days_are_over(make: Make) -> None:
    """The oldest first, with the folders that are left empty; archive/ itself stays."""
    house = make(archive_days=3)
    house.add("a/7.png")
    house.days(2)
    house.add("8.png")
    house.days(1)
    assert ["archived", "archived"] == house.states()
    house.now += timedelta(milliseconds=1)
    house.tidy()
    assert ["archive/2026-03-03", "archive/2026-03-03/8.png"] == house.lying()
    assert ["expired", "archived"] == house.states()
    house.days(3)
    assert (["expired", "expired"], []) == (house.states(), house.lying())
    assert (house.outbox / "archive").is_dir()
    assert {"archive": 2} == house.retention.files
    assert {"archive": 2 * len(DATA)} == house.retention.bytes


def test_rejected_pictures_have_days_of_their_own(make: Make) -> None:
    """Their reasons go with them; the archive is left."""
    house = make(rejected_days=1)
    house.add("7.png")
    house.add("8.png", verdict=BLANK)
    house.days(2)
    assert (["archived", "expired"], 2) == (house.states(), len(house.lying()))


def test_the_oldest_go_when_there_are_too_many_bytes(make: Make) -> None:
    """As many as it takes, whatever their age."""
    house = make(archive_bytes=3 * len(DATA))
    for number in range(5):
        house.add(f"{number}.png")
        house.add(f"{number}.png", verdict=BLANK)
    house.tidy()
    assert ["expired", "expired", "archived", "archived", "archived"] == house.states()[::2]
    assert {"archived"} == {*house.states()[1::2]}
    house.add("5.png")
    house.tidy()
    assert 3 == house.states()[::2].count("expired")


def test_both_rules_hold_at_once(make: Make) -> None:
    """Days for all, and bytes for what is left."""
    house = make(archive_days=2, archive_bytes=2 * len(DATA))
    for _ in range(3):
        house.add()
        house.add()
        house.days(1)
        assert house.states().count("archived") <= 2
    house.days(2)
    assert {"expired"} == {*house.states()}


def test_a_bite_takes_only_so_many(make: Make) -> None:
    """The loop has other things to do."""
    house = make(archive_days=1)
    for number in range(5):
        house.add(f"{number}.png")
    house.now += 1.5 * DAY
    assert house.retention.bite(2)
    assert 2 == house.states().count("expired")
    assert house.retention.bite(2)
    assert house.retention.bite(2)
    assert not house.retention.bite(2)
    assert 5 == house.states().count("expired")


def test_where_few_are_of_a_kind_each_record_is_passed_once(make: Make) -> None:
    """A rejected one among many others; and the ledger remembers up to where."""
    with patch.object(retention, "LOOKED_AT", 3):
        house = make(rejected_days=1)
        for number in range(10):
            house.add(f"{number}.png", verdict=BLANK if number in (1, 8) else SEVEN)
        house.days(2)
        assert [1, 8] == [n for n, state in enumerate(house.states()) if state == "expired"]
        assert 10 == house.ledger.frontier("rejected")[0]
        assert 0 == house.ledger.frontier("archive")[0]


def test_a_picture_in_work_is_not_touched_and_not_forgotten(make: Make) -> None:
    """One that cannot be put at its place for weeks has its days when it is there."""
    house = make(archive_days=2)
    stuck = house.add("stuck.png", put=False)
    house.add("8.png")
    house.days(3)
    assert ["archived", "expired"] == house.states()
    house.restart()
    house.put(stuck)
    house.tidy()
    assert (["expired", "expired"], []) == (house.states(), house.lying())


def test_a_picture_in_work_is_none_of_too_many(make: Make) -> None:
    """It is not deleted for its bytes, nor passed over for good."""
    house = make(archive_bytes=len(DATA))
    one = house.add("1.png", put=False)
    house.add("2.png")
    house.tidy()
    assert ["archived", "expired"] == house.states()
    house.put(one)
    house.add("3.png")
    house.tidy()
    assert ["expired", "expired", "archived"] == house.states()


def test_one_that_was_missing_and_is_there_again_has_its_days(make: Make) -> None:
    """It had been passed."""
    house = make(archive_days=2)
    lost = house.add("1.png")
    house.ledger.set_state([lost.claim.id], "missing")
    house.add("2.png")
    house.days(3)
    assert ["missing", "expired"] == house.states()
    house.ledger.set_state([lost.claim.id], "recorded")
    house.put(lost)
    house.tidy()
    assert ["expired", "expired"] == house.states()


def test_what_was_read_again_is_not_deleted_under_its_old_name(make: Make) -> None:
    """Somebody else's file may lie there by now."""
    house = make(archive_days=2)
    old = house.add("7.png")
    house.ledger.set_state([old.claim.id], "requeued")
    house.days(3)
    assert (["requeued"], 2) == (house.states(), len(house.lying()))


# -- what lies at the place --------------------------------------------------------------------------


def test_another_file_at_the_place_stays_and_is_said(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    """Longer, or as long with other bytes; a link, and a folder. The picture's time is over all the same."""
    house = make(rejected_days=1)
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


def test_the_picture_put_back_from_a_copy_is_the_picture(make: Make) -> None:
    """By its time, as most programs keep it, or by its bytes; another inode is nothing."""
    house = make(archive_days=1)
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


def test_what_a_person_deleted_is_gone(make: Make) -> None:
    """File or folder."""
    house = make(archive_days=1)
    for name in ("1.png", "a/2.png"):
        (house.outbox / house.add(name).archived_to.decode()).unlink()
    (house.outbox / "archive/2026-03-01/a").rmdir()
    house.days(2)
    assert (["expired", "expired"], []) == (house.states(), house.lying())


def test_no_link_leads_out_of_the_outbox(make: Make, tmp_path: Path) -> None:
    """A folder of the archive that became one is none."""
    house = make(archive_days=1)
    house.add("7.png")
    outside = tmp_path / "outside"
    (house.outbox / "archive/2026-03-01").rename(outside)
    (house.outbox / "archive/2026-03-01").symlink_to(outside)
    house.days(2)
    assert DATA == (outside / "7.png").read_bytes()
    assert ["expired"] == house.states()


def test_a_folder_with_something_else_in_it_stays(make: Make) -> None:
    """A person's notes."""
    house = make(archive_days=1)
    house.add("7.png")
    (house.outbox / "archive/2026-03-01/notes.txt").touch()
    house.days(2)
    assert ["archive/2026-03-01", "archive/2026-03-01/notes.txt"] == house.lying()


def test_what_cannot_be_deleted_is_tried_again(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    """The others go on; beyond so many, no more are begun."""
    house = make(archive_days=1)
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


def test_an_outbox_that_went_away_is_not_taken_for_an_empty_one(make: Make) -> None:
    """Unmounted at any point, nothing is called expired that was not deleted."""
    for looks in range(3):
        house = make(archive_days=1)
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
def test_killed_at_any_step_the_next_start_ends_it(make: Make, how: str) -> None:
    """Pictures, reasons, results files and records: what was begun is ended, also where nothing is to go any more."""
    calls, done = 0, False
    while not done:
        calls += 1
        house = make(archive_days=1, rejected_bytes=len(DATA), ledger_days=2, results_days=1)
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


# -- results files and records -----------------------------------------------------------------------


def test_results_files_that_were_set_aside_go_by_the_day_in_their_name(make: Make) -> None:
    """Both of a day; files of other names stay, and so does a folder or link."""
    house = make(results_days=2)
    names = ["results-2026-03-01.csv", "results-2026-03-01.jsonl", "results-2026-03-01-2.csv", "results-2026-03-02.csv"]
    for name in (*names, "results-old1.csv", "results-2026-03-01.csv.gz"):
        (house.outbox / name).write_bytes(DATA)
    (house.outbox / "results-2026-02-28.csv").mkdir()
    (house.outbox / "results-2026-02-27.csv").symlink_to("results.csv")
    house.days(3)
    left = {path.name for path in house.outbox.iterdir()}
    assert {names[3], "results-old1.csv", "results-2026-03-01.csv.gz", "results-2026-02-28.csv",
            "results-2026-02-27.csv", "results.csv", "results.jsonl"} == left  # fmt: skip
    assert {"results": 3} == house.retention.files
    assert {"results": 3 * len(DATA)} == house.retention.bytes


def test_records_leave_the_ledger_when_all_is_over(make: Make) -> None:
    """Expired ones and those read again; not one whose picture is there, nor the last, by which results are known."""
    house = make(archive_days=1, ledger_days=3)
    house.add("1.png")
    house.ledger.set_state([house.add("2.png").claim.id], "requeued")
    house.add("3.png", verdict=BLANK)
    house.add("4.png")
    house.days(2)
    assert ["expired", "requeued", "archived", "expired"] == house.states()
    house.days(2)
    assert ["archived", "expired"] == house.states()
    assert {"archived": 1, "expired": 1, "purged": 2} == house.ledger.results()
    assert 4 == sum(house.ledger.tally().values())
    assert {"archive": 2, "ledger": 2} == house.retention.files
    house.add("5.png")
    house.tidy()
    assert [3, 5] == [row[0] for row in house.ledger._db.execute("SELECT seq FROM records ORDER BY seq")]


def test_a_record_that_is_over_later_than_others_leaves_too(make: Make) -> None:
    """It had been passed, as its picture was still there."""
    house = make(archive_days=1, ledger_days=2)
    house.add("1.png", verdict=BLANK)
    house.add("2.png")
    house.add("3.png")
    house.days(3)
    assert ["archived", "expired"] == house.states()
    house.restart(archive_days=1, ledger_days=2, rejected_days=1)
    house.tidy()
    assert ["expired"] == house.states()


def test_results_files_are_known_again_without_the_records(make: Make) -> None:
    """Rows of records that left are no rows of another ledger, and are not written again."""
    house = make(archive_days=1, ledger_days=2)
    for number in range(3):
        house.add(f"{number}.png")
        house.days(1)
    house.days(4)
    assert 1 == len(house.states())
    for path in (house.outbox / "results.csv", house.outbox / "results.jsonl"):
        path.rename(path.with_name("copy"))
        path.write_bytes(path.with_name("copy").read_bytes())
        before = path.read_bytes()
        house.restart()
        assert before == path.read_bytes()
    house.add("3.png")
    assert 5 == len((house.outbox / "results.csv").read_bytes().splitlines())


def test_a_ledger_from_a_backup_is_still_refused(make: Make) -> None:
    """Rows that are newer than what left it are unknown."""
    house = make(archive_days=1, ledger_days=2)
    for number in range(3):
        house.add(f"{number}.png")
        house.days(1)
    house.days(4)
    old = house.ledger._db.serialize()
    house.add("3.png")
    house.close()
    (house.folder / "ledger.sqlite3").write_bytes(old)
    for end in ("-wal", "-shm"):
        (house.folder / f"ledger.sqlite3{end}").unlink(missing_ok=True)
    rows = (house.outbox / "results.csv").read_bytes()
    with pytest.raises(SurroundingsError, match="has rows that the ledger does not know"):
        house.open()
    (house.outbox / "results.csv").write_bytes(rows[: rows[:-2].rindex(b"\r\n") + 2])
    (house.outbox / "results.jsonl").unlink()
    house.open()


def test_a_name_is_not_given_twice_while_its_file_lies_there(make: Make) -> None:
    """Neither where the record left, nor where the number of the next one was forgotten."""
    house = make(archive_days=1, ledger_days=2)
    for _ in range(3):
        house.add("7.png")
    foreign = house.outbox / "archive/2026-03-01/7~2.png"
    foreign.write_bytes(b"mine")
    house.days(4)
    house.now = NOON
    places = [house.add("7.png").archived_to for _ in range(2)]
    assert [b"archive/2026-03-01/7.png"] == places[:1]
    assert b"archive/2026-03-01/7~2.png" not in places
    assert b"mine" == foreign.read_bytes()


def test_names_of_folders_that_are_gone_are_forgotten(make: Make) -> None:
    """Else the ledger would grow by them for ever."""
    house = make(archive_days=1)
    for _ in range(2):
        house.add("a/b/7.png")
    db = house.ledger._db
    tables = ("SELECT count(*) FROM folders", "SELECT count(*) FROM numbers")
    assert [2, 1] == [db.execute(asked).fetchone()[0] for asked in tables]
    house.days(2)
    assert [0, 0] == [db.execute(asked).fetchone()[0] for asked in tables]
