"""What the end-to-end and the fault tests start from."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.end_to_end.place import Place

# `pytest --hypothesis-profile=long` looks for longer. No deadlines: machines are slow at times.
settings.register_profile("quick", deadline=None)
settings.register_profile("long", deadline=None, max_examples=20_000, stateful_step_count=100)
settings.load_profile("quick")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A fresh inbox, outbox and config.yaml; daemons started there end with the test."""
    place = Place(tmp_path / "place")
    yield place
    for running in place.running:
        running.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Names that are no text may stand in what a test logged; a report must be text to go from process to process."""
    report = yield
    report.sections = [(title, text.encode(errors="backslashreplace").decode()) for title, text in report.sections]
    return report
