"""watcher.taking_in and watcher.sources: `repair` finds rows in files that were set aside, in their old order."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fakes import BLANK
from house import DAY, House

from watcher.errors import SurroundingsError
from watcher.files import Files
from watcher.ledger import Ledger
from watcher.records import Record
from watcher.results import Results
from watcher.rotation import Rotation
from watcher.rows import CSV_HEADER
from watcher.sources import sources
from watcher.taking_in import Taken, TakingIn
from watcher.whereabouts import Whereabouts


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Three days with two pictures each, a results file a day."""
    house = House(tmp_path, archive_days=30)
    (tmp_path / "in").mkdir()
    Files(tmp_path / "in").prepare()
    house.results._rotation = Rotation("daily")
    for day in range(3):
        house.add(f"{day}.png")
        house.add(f"blank{day}.png", verdict=BLANK)
        house.now += DAY
    yield house
    house.close()


def never(_: Record, oldest: bool) -> bool:
    return False


def repaired(house: House, ledger: Ledger, old: Callable[[Record, bool], bool] = never) -> Taken:
    """What `repair` does with that ledger."""
    whereabouts = Whereabouts(house.outbox, Files(house.folder / "in"), dry_run=False)
    return TakingIn(house.outbox, ledger, whereabouts, old=old, dry_run=False).run()


@pytest.fixture
def anew(house: House) -> Iterator[Ledger]:
    """An empty ledger in place of the old one."""
    with closing(Ledger(house.folder / "anew")) as ledger:
        yield ledger


def ids(ledger: Ledger) -> list[str]:
    return [record.claim.id for record in ledger.records_after(0)]


@pytest.mark.parametrize("lost", ["", "*.jsonl", "*.csv"])
def test_a_ledger_is_made_anew_from_all_files(house: House, anew: Ledger, lost: str) -> None:
    """Rows of all days, in their sequence; also where all files of one kind are lost."""
    for path in house.outbox.glob(lost or "nothing"):
        path.unlink()
    before = {path: path.read_bytes() for path in house.outbox.glob("results*")}
    taken = repaired(house, anew)
    assert ({"archived": 6}, {}, []) == (dict(taken.states), taken.bad, taken.remarks.first)
    assert ids(house.ledger) == ids(anew)
    assert before == {path: path.read_bytes() for path in house.outbox.glob("results*")}
    assert not repaired(house, anew).states


def test_afterwards_no_row_is_written_again(house: House, anew: Ledger) -> None:
    """Those of other days stand in their files; where these are lost, the JSONL's have them."""
    repaired(house, anew)
    results = Results(house.outbox, anew)
    assert 0 == results.catch_up()
    anew.finish([], results.positions())
    results.close()
    (house.outbox / "results-2026-03-01.csv").rename(house.outbox / "results-old1.csv")
    results = Results(house.outbox, anew)
    (house.outbox / "results.csv").rename(house.outbox / "results-2026-03-03.csv")
    assert 0 == results.catch_up()
    assert CSV_HEADER == (house.outbox / "results.csv").read_bytes()
    results.close()


def test_a_ledger_from_a_backup_is_brought_up_to_them(house: House) -> None:
    """One of the first day: the files of later days have what it lacks, and without them it is refused."""
    old = house.folder / "old"
    with closing(Ledger(old)) as ledger:
        ledger.take_in([(record, "archived") for record in list(house.ledger.records_after(0))[:2]])
        house.results.rotate(house.now.isoformat())
        results = Results(house.outbox, ledger)
        with pytest.raises(SurroundingsError, match=r"results-2026-03-03.csv has rows that the ledger does not know"):
            results.catch_up()
        assert {"archived": 4} == repaired(house, ledger).states
        assert ids(house.ledger) == ids(ledger)
        assert 0 == results.catch_up()
        results.close()


def test_a_picture_that_had_its_days_is_not_missing(house: House, anew: Ledger) -> None:
    """By the settings it was deleted; a younger one is missing."""
    for path in [*(house.outbox / "archive").rglob("*.png")]:
        path.unlink()
    third = ids(house.ledger)[4]
    taken = repaired(house, anew, lambda record, _: record.claim.id < third)
    assert {"archived": 3, "expired": 2, "missing": 1} == taken.states
    assert {"archived": 3, "expired": 2, "missing": 1} == anew.results()


def test_the_oldest_that_are_gone_may_have_been_too_many(house: House, anew: Ledger) -> None:
    """Behind one that is there, none was deleted for its bytes; nor where older ones are in the ledger."""
    first, second, third = sorted((house.outbox / "archive").rglob("*.png"))
    first.unlink()
    third.unlink()
    assert {"archived": 4, "expired": 1, "missing": 1} == repaired(house, anew, lambda _, oldest: oldest).states
    second.unlink()
    with closing(Ledger(house.folder / "older")) as older:
        older.take_in([(record, "archived") for record in list(house.ledger.records_after(0))[:2]])
        assert {"archived": 2, "missing": 2} == repaired(house, older, lambda _, oldest: oldest).states


def test_records_that_left_the_ledger_are_not_taken_in_again(house: House) -> None:
    """Their rows stand in the files for as long as those are kept."""
    house.restart(archive_days=1, rejected_days=1, ledger_days=1)
    house.tidy()
    left = ids(house.ledger)
    assert 2 == len(left)
    assert not repaired(house, house.ledger).states
    assert left == ids(house.ledger)


def test_a_file_of_other_columns_is_read_by_its_header(house: House, anew: Ledger) -> None:
    """Of an older version, or as a spreadsheet saves it: with a byte order mark, semicolons and quotes."""
    path = house.outbox / "results-2026-03-01.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    for end in ("csv", "jsonl"):
        (house.outbox / f"results-2026-03-01.{end}").unlink()
    fewer = [",".join(cell for n, cell in enumerate(line.split(",")) if n not in (5, 6)) for line in (header, rows[0])]
    (house.outbox / "results-old1.csv").write_text("\n".join(fewer) + "\n", encoding="utf-8")
    saved = [line.replace(",", ";").replace("2026-03-01/", "2026-03-01/") for line in (header, rows[1])]
    (house.outbox / "results-old2.csv").write_text("\ufeff" + "\n".join(saved) + "\n", encoding="utf-8")
    assert {"archived": 6} == repaired(house, anew).states
    first = anew.place_of(ids(house.ledger)[0])
    assert first
    assert (None, "7") == (first.verdict.second_prediction, first.verdict.prediction)
    assert sorted(ids(house.ledger)) == sorted(ids(anew))


def test_what_cannot_be_read_there_is_remarked_and_stops_nothing(house: House, anew: Ledger) -> None:
    """The daemon does not look at such files."""
    row = (house.outbox / "results.csv").read_bytes().splitlines()[1].replace(b"-7000-", b"-7001-")
    (house.outbox / "results-old1.csv").write_bytes(b"id;file\n" + row.replace(b",", b";") + b"\n")
    taken = repaired(house, anew)
    assert ({"archived": 6}, {}) == (taken.states, taken.bad)
    assert ["results-old1.csv, " in taken.remarks.first[0], "cells" in taken.remarks.first[0]] == [True, True]


def test_only_files_of_results_are_read(house: House) -> None:
    """Others of the outbox, folders and links stay closed; the oldest rows come first, of each kind."""
    (house.outbox / "results-old1.csv").write_bytes(CSV_HEADER)
    (house.outbox / "results-2026-01-01.csv").mkdir()
    (house.outbox / "results-2026-01-02.csv").symlink_to("results.csv")
    (house.outbox / "results-2026-03-01.csv.gz").touch()
    assert [
        "results-2026-03-01.jsonl", "results-2026-03-02.jsonl", "results.jsonl",
        "results-old1.csv", "results-2026-03-01.csv", "results-2026-03-02.csv", "results.csv",
    ] == [source.name for source in sources(house.outbox)]  # fmt: skip
