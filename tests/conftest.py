"""What the end-to-end and the fault tests start from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.place import Place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A fresh inbox, outbox and config.yaml; daemons started there end with the test."""
    place = Place(tmp_path / "place")
    yield place
    for running in place.running:
        running.end()
