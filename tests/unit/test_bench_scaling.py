"""bench.history, bench.scaling, bench.step_times: a long past that a daemon takes for its own; tables of costs."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes import SEVEN, claim, id_of

from bench.history import crowd, older_rows
from bench.scaling import Measured, rounds
from bench.step_times import StepTimes
from watcher.ledger import Ledger
from watcher.places import Places


def _one_picture(path: Path) -> None:
    with closing(Ledger(path)) as ledger:
        ledger.intend([claim(1)])
        ledger.record([(claim(1), SEVEN)], "net", "2026-03-01T12:00:01.000Z", Places(path.parent, UTC))
        ledger.finish([id_of(1)], [("csv", 1, 2, 3, 1)])


def test_older_rows_are_whole_records_before_the_newest(tmp_path: Path) -> None:
    """In the order of their ids, each with a file and a place of its own; sheets and counts go with them."""
    path = tmp_path / "ledger.sqlite3"
    _one_picture(path)
    older_rows(path, 2000)
    with closing(Ledger(path)) as ledger:
        records = list(ledger.records_after(0))
        assert list(range(1, 2002)) == [one.seq for one in records]
        assert [one.claim.id for one in records] == sorted({one.claim.id for one in records})
        assert id_of(1) == records[-1].claim.id
        for different in (
            {one.archived_to for one in records}, {one.claim.file for one in records},
            {one.verdict.sha256 for one in records},
        ):  # fmt: skip
            assert 2001 == len(different)
        assert (1, 2, 3, 2001) == ledger.sheet("csv")
        assert {("ok", ""): 2001} == ledger.tally()
        assert {} == ledger.states()
        assert ledger.find(records[0].claim.id) == records[0]
    with closing(sqlite3.connect(path)) as db:
        assert [("ok",)] == db.execute("PRAGMA integrity_check").fetchall()


def test_a_crowd_stands_in_the_folder_of_today(tmp_path: Path) -> None:
    """Beside what lies there."""
    folder = tmp_path / "archive" / datetime.now(UTC).date().isoformat()
    folder.mkdir(parents=True)
    crowd(tmp_path, 3)
    assert 3 == len(list(folder.iterdir()))


def test_few_pictures_are_drained_more_often() -> None:
    """A hundred thousand take long enough to tell at once."""
    assert [9, 3, 1, 1] == [rounds(count) for count in (1_000, 10_000, 100_000, 1_000_000)]


def test_a_case_is_one_line_and_four_figures() -> None:
    """Medians in the line, with the spread of the clock alone; all values in the figures."""
    found = Measured((100.0, 130.0, 110.0), (200.0, 210.0, 205.0), (117.0,) * 3, (0.4, 0.5, 0.45))
    assert ["1,000", "waiting", "110", "100–130", "205", "117", "0.45", "3"] == found.row("1,000 waiting").split()
    assert [
        ("1,000 waiting: clock", "µs/picture", (100.0, 130.0, 110.0)),
        ("1,000 waiting: processors", "µs/picture", (200.0, 210.0, 205.0)),
        ("1,000 waiting: memory", "MiB", (117.0,) * 3),
        ("1,000 waiting: ready", "s", (0.4, 0.5, 0.45)),
    ] == [(one.name, one.unit, one.values) for one in found.figures("1,000 waiting")]


def test_the_share_of_pictures_is_told_round_by_round() -> None:
    """Gathering and distorting against the whole step of the same round; an epoch is so many steps."""
    figures = {one.name: one.values for one in StepTimes((0.1, 0.2), (0.01, 0.01), (0.04, 0.03)).figures(500)}
    assert (50.0, 20.0) == pytest.approx(figures["share of gathering and distorting"])
    assert (50.0, 100.0) == pytest.approx(figures["an epoch of 500 steps"])
    assert (40.0, 30.0) == pytest.approx(figures["distorting a batch"])
