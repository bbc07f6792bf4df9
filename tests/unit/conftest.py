"""What several unit tests start from."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import PNG, SEVEN, Desk
from house import House, MakeHouse
from office import Office
from played_readers import Stage
from room import Room

from watcher.files import Files
from watcher.inbox import Inbox
from watcher.ledger import Ledger
from watcher.log.repeats import Limited
from watcher.recognition.verdict import Reason, Status


@pytest.fixture(autouse=True)
def log_of_its_own() -> Iterator[None]:
    """Where a test has set up the log, the next one does not find it so."""
    yield
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, Limited)]:
        root.removeHandler(handler)
        handler.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A daemon's parts in an empty folder, started for the first time."""
    desk = Desk(tmp_path)
    desk.service.recover(restarted=True)
    yield desk
    desk.close()


@pytest.fixture
def many(desk: Desk) -> Desk:
    """Eight pictures in two folders, read at different times by two models; every second one is doubtful."""
    doubtful = SEVEN._replace(status=Status.REVIEW, reason=Reason.LOW_CONFIDENCE, confidence=0.5)
    for number in range(8):
        desk.verdict = doubtful if number % 2 else SEVEN
        desk.engine.model_name = "old-1" if number < 4 else "new-2"
        desk.drop(f"{'scans' if number < 6 else 'other/deep'}/{number}.png", PNG)
        desk.turns(2)
        at = f"2026-03-0{number + 1}T12:00:00.000Z"
        desk.ledger._db.execute("UPDATE records SET processed_at = ? WHERE seq = ?", (at, number + 1))
    return desk


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger."""
    ledger = Ledger(tmp_path / "ledger.sqlite3")
    yield ledger
    ledger.close()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """The inbox `in`, with its work folder, beside an empty folder `out`."""
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    made = Files(tmp_path / "in")
    made.prepare()
    return made


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    """An empty inbox in which files settle for two seconds."""
    return Inbox(os.fsencode(tmp_path), settle_seconds=2.0)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A ledger and both results files, as after a first start."""
    office = Office(tmp_path)
    office.results.catch_up()
    yield office
    office.results.close()
    office.ledger.close()


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """An engine with two readers that are played, ready to read."""
    stage = Stage(monkeypatch)
    stage.ready()
    yield stage
    stage.close()


@pytest.fixture
def make_house(tmp_path: Path) -> Iterator[MakeHouse]:
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


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """Results of which nobody has said anything."""
    room = Room(tmp_path)
    yield room
    room.hearing.close()
