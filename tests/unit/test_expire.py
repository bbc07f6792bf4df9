"""watcher.retention.expire: a person sees what would be deleted, and deletes it only by saying so, under the locks."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes import BLANK, SEVEN
from house import DAY, House

from watcher.config import Config
from watcher.errors import SurroundingsError
from watcher.files import Files
from watcher.identity import Marked
from watcher.ownership import Lock
from watcher.retention.expire import expire_command
from watcher.settings import Retention

TODAY = datetime.now(UTC)


def arrived(days: int) -> datetime:
    """Not quite so many days ago."""
    return TODAY - days * DAY + timedelta(hours=1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Five pictures of the last five days, one of them rejected, and results files of as many."""
    house = House(tmp_path)
    (tmp_path / "in").mkdir()
    Files(tmp_path / "in").prepare()
    for what, folder in (("inbox", "in"), ("outbox", "out")):
        getattr(Marked, what)(tmp_path / folder).adopt(house.ledger)
    for days in range(5, 0, -1):
        house.add(f"{days}.png", at=arrived(days), verdict=BLANK if days == 4 else SEVEN)
        (house.outbox / f"results-{TODAY - days * DAY:%Y-%m-%d}.csv").write_bytes(b"12345")
    yield house
    house.assert_sums()
    house.close()


def config(house: House, **rules: int) -> Config:
    folder = house.folder
    retention = Retention.model_construct(**rules)
    return Config.model_construct(inbox=folder / "in", outbox=folder / "out", state=folder, retention=retention)


def said(capsys: pytest.CaptureFixture[str], house: House, *, now: bool = False, **given: int | None) -> list[str]:
    """What it says, line by line; of given limits those that the command takes are tried, others configured."""
    tried = {name: given.pop(name, None) for name in ("days", "most_bytes")}
    expire_command(config(house, **{key: value for key, value in given.items() if value}), now=now, **tried)
    return capsys.readouterr().out.splitlines()


def test_it_says_what_would_go_and_touches_nothing(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """By each rule, with bytes and dates."""
    before, rows = house.lying(), house.states()
    first, last, next_ = (f"{arrived(days):%Y-%m-%d}" for days in (5, 3, 2))
    assert [
        "archive/   holds 4 pictures, 400 bytes",
        f"           older than 2 days: 2 pictures, 200 bytes, arrived {first} to {last}",
        f"           more than 100 bytes then: 1 picture, 100 bytes, arrived {next_} to {next_}",
        "rejected/  holds 1 picture, 100 bytes",
        "results    of more than 3 days ago: 2 files, 10 bytes",
        "ledger     older than 1 day, and over with: 0 records",
        "Nothing was deleted. With --now it is, while no daemon runs; the daemon does it by itself.",
    ] == said(capsys, house, archive_days=2, archive_bytes=100, results_days=3, ledger_days=1)
    assert (before, rows) == (house.lying(), house.states())


def test_a_program_is_told_the_same(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """Numbers are numbers, times are times; words are on stderr."""
    rules = {"archive_days": 2, "archive_bytes": 100, "results_days": 3, "ledger_days": 1}
    expire_command(config(house, **rules), days=None, most_bytes=None, now=False, as_json=True)
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert {"archive": {"count": 4, "bytes": 400}, "rejected": {"count": 1, "bytes": 100}} == found["holds"]
    assert [("archive", "days", 2, 2, 200), ("archive", "bytes", 100, 1, 100), ("results", "days", 3, 2, 10),
            ("ledger", "days", 1, 0, 0)] == [tuple(due.values())[:5] for due in found["due"]]  # fmt: skip
    assert [arrived(5), arrived(3)] == [
        datetime.fromisoformat(found["due"][0][key]).replace(microsecond=arrived(5).microsecond)
        for key in ("first_arrived_at", "last_arrived_at")
    ]
    assert None is found["due"][2]["first_arrived_at"]
    assert err.startswith("Nothing was deleted.")


def test_a_program_is_told_what_was_deleted(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """By kind, with the bytes that were freed."""
    expire_command(config(house, archive_days=2), days=None, most_bytes=None, now=True, as_json=True)
    found = json.loads(capsys.readouterr().out)
    nothing = {"count": 0, "bytes": 0}
    assert {"archive": {"count": 2, "bytes": 200}, "rejected": nothing, "results": nothing, "ledger": {"count": 0}} == (
        found["deleted"]
    )
    assert 0 == found["stuck"]


def test_other_limits_may_be_tried(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """Before any are configured; then it says that there are none."""
    assert "Nothing is ever deleted" in said(capsys, house)[0]
    lines = said(capsys, house, days=0, most_bytes=0)
    assert "           older than 0 days: 4 pictures, 400 bytes" in [line.partition(", arr")[0] for line in lines]
    assert "           older than 0 days: 1 picture, 100 bytes" in [line.partition(", arr")[0] for line in lines]
    assert "           more than 0 bytes then: 0 pictures" in lines
    assert 5 == house.states().count("archived")


def test_what_it_says_is_what_now_deletes(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """As the daemon would."""
    rules = {"archive_days": 2, "rejected_days": 1, "results_days": 3, "ledger_days": 3}
    house.results.close()
    lines = said(capsys, house, now=True, **rules)
    assert [
        "archive    2 pictures deleted, 200 bytes",
        "rejected   1 picture deleted, 100 bytes",
        "results    2 files deleted, 10 bytes",
        "ledger     2 records deleted",
    ] == lines
    assert ["expired", "archived", "archived"] == house.states()
    assert ["There was nothing to delete."] == said(capsys, house, now=True, **rules)


def test_all_of_it_where_that_is_said(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """No day is a number of days too."""
    assert ["archive    4 pictures deleted, 400 bytes", "rejected   1 picture deleted, 100 bytes"] == said(
        capsys, house, now=True, days=0
    )
    assert [] == house.lying()


def test_under_a_running_daemon_nothing_is_deleted(house: House) -> None:
    """It does it itself; exit code 4."""
    lock = Lock(house.folder, "state")
    with pytest.raises(SurroundingsError, match="another"):
        expire_command(config(house, archive_days=1), days=None, most_bytes=None, now=True)
    lock.release()
    assert 5 == house.states().count("archived")


def test_another_outbox_is_left_alone(house: House) -> None:
    """A disk that is not mounted: not one picture is called expired."""
    (house.folder / "out").rename(house.folder / "unmounted")
    (house.folder / "out").mkdir()
    (house.folder / "out/.identity").write_text("another\n")
    with pytest.raises(SurroundingsError, match="is not the one that the ledger"):
        expire_command(config(house, archive_days=1), days=None, most_bytes=None, now=True)
    assert 5 == house.states().count("archived")
