"""watcher.retention: results files that were set aside, and records of what is gone."""

import pytest
from fakes import BLANK, NOON
from house import DATA, MakeHouse

from watcher.errors import SurroundingsError


def test_results_files_that_were_set_aside_go_by_the_day_in_their_name(make_house: MakeHouse) -> None:
    """Both of a day; files of other names stay, and so does a folder or link."""
    house = make_house(results_days=2)
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


def test_records_leave_the_ledger_when_all_is_over(make_house: MakeHouse) -> None:
    """Expired ones and those read again; not one whose picture is there, nor the last, by which results are known."""
    house = make_house(archive_days=1, ledger_days=3)
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


def test_a_record_that_is_over_later_than_others_leaves_too(make_house: MakeHouse) -> None:
    """It had been passed, as its picture was still there."""
    house = make_house(archive_days=1, ledger_days=2)
    house.add("1.png", verdict=BLANK)
    house.add("2.png")
    house.add("3.png")
    house.days(3)
    assert ["archived", "expired"] == house.states()
    house.restart(archive_days=1, ledger_days=2, rejected_days=1)
    house.tidy()
    assert ["expired"] == house.states()


def test_results_files_are_known_again_without_the_records(make_house: MakeHouse) -> None:
    """Rows of records that left are no rows of another ledger, and are not written again."""
    house = make_house(archive_days=1, ledger_days=2)
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


def test_a_ledger_from_a_backup_is_still_refused(make_house: MakeHouse) -> None:
    """Rows that are newer than what left it are unknown."""
    house = make_house(archive_days=1, ledger_days=2)
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


def test_a_name_is_not_given_twice_while_its_file_lies_there(make_house: MakeHouse) -> None:
    """Neither where the record left, nor where the number of the next one was forgotten."""
    house = make_house(archive_days=1, ledger_days=2)
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


def test_names_of_folders_that_are_gone_are_forgotten(make_house: MakeHouse) -> None:
    """Else the ledger would grow by them for ever."""
    house = make_house(archive_days=1)
    for _ in range(2):
        house.add("a/b/7.png")
    db = house.ledger._db
    tables = ("SELECT count(*) FROM folders", "SELECT count(*) FROM numbers")
    assert [2, 1] == [db.execute(asked).fetchone()[0] for asked in tables]
    house.days(2)
    assert [0, 0] == [db.execute(asked).fetchone()[0] for asked in tables]
