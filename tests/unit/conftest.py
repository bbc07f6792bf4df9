"""What several unit tests start from."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import Desk

from watcher.ledger import Ledger


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A daemon's parts in an empty folder, started for the first time."""
    desk = Desk(tmp_path)
    desk.service.recover(restarted=True)
    yield desk
    desk.close()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger."""
    ledger = Ledger(tmp_path / "ledger.sqlite3")
    yield ledger
    ledger.close()
