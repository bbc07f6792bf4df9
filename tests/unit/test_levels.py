"""watcher.metrics.glance, watcher.metrics.levels: what stands at some level, as the loop sees it once a second."""

import os
from pathlib import Path

import pytest
from fakes import PNG, Desk

from watcher.metrics.glance import Glance
from watcher.metrics.levels import Levels
from watcher.metrics.meter import Meter


@pytest.fixture
def glance(desk: Desk) -> Glance:
    """Over the desk's things."""
    folders = {"inbox": desk.inbox, "outbox": desk.outbox, "state": desk.state}
    meter = Meter()
    meter.measuring = True
    return Glance(meter, desk.service, desk.watched, desk.ledger, folders)


def seen(glance: Glance, now: float) -> Levels:
    """What a look that is due finds."""
    glance.look(now)
    assert glance.meter.levels is not None
    return glance.meter.levels


def test_a_daemon_at_rest_has_nothing_in_hand_and_no_backlog(desk: Desk, glance: Glance) -> None:
    """Its model and its inbox have names."""
    desk.turns()
    levels = seen(glance, desk.now)
    assert (0, 0, None, None, 0) == (
        levels.in_hand, levels.waiting, levels.waiting_since, levels.behind_since, levels.ignored
    )  # fmt: skip
    assert ("fake-00000000", str(desk.inbox), False) == (levels.model, levels.inbox, levels.outdated)
    assert (2, 2) == (levels.executors, levels.slots)


def test_it_looks_once_a_second_and_when_told_to(glance: Glance) -> None:
    """The loop comes round far more often."""

    def has_looked(now: float, *, at_once: bool = False) -> bool:
        glance.meter.levels = None
        glance.look(now, at_once=at_once)
        return glance.meter.levels is not None

    assert [True, False, False, True] == [has_looked(now) for now in (100.0, 100.1, 100.9, 101.0)]
    assert has_looked(101.1, at_once=True)


def test_without_metrics_nothing_is_looked_at(glance: Glance) -> None:
    """It would cost the loop's time, for nobody."""
    glance.meter.measuring = False
    glance.look(100.0, at_once=True)
    assert glance.meter.levels is None


def test_the_first_look_is_told(glance: Glance) -> None:
    """Whoever writes the numbers has nothing to write before."""
    told: list[str] = []
    glance.meter.on_change = lambda: told.append("now")
    glance.look(100.0)
    glance.look(101.0)
    assert ["now"] == told


def test_pictures_in_hand_and_their_results_are_counted(desk: Desk, glance: Glance) -> None:
    """The ledger's own counts too: by status and reason, by what became of them, and what is unfinished."""
    desk.drop("7.png", PNG)
    desk.turns(1)
    levels = seen(glance, 100.0)
    assert (1, {"intent": 1}, {}) == (levels.in_hand, levels.unfinished, levels.results)
    desk.turns(1)
    levels = seen(glance, 105.0)
    assert (0, {}, {("ok", ""): 1}, {"archived": 1}) == (
        levels.in_hand, levels.unfinished, levels.results, levels.pictures
    )  # fmt: skip


def test_the_ledger_is_asked_seldom(desk: Desk, glance: Glance) -> None:
    """It costs the loop's time."""
    seen(glance, 100.0)
    desk.drop("7.png", PNG)
    desk.turns()
    assert {} == seen(glance, 104.0).results
    assert {("ok", ""): 1} == seen(glance, 105.0).results


def test_a_ledger_that_fails_is_known_as_it_was(desk: Desk, glance: Glance) -> None:
    """Numbers are wanted most when something fails."""
    desk.drop("7.png", PNG)
    desk.turns()
    before = seen(glance, 100.0)
    desk.ledger.close()
    assert before.results == seen(glance, 110.0).results


def test_files_that_wait_are_counted_with_the_longest_wait(desk: Desk, glance: Glance) -> None:
    """Half a picture waits; one with a strange suffix is ignored."""
    desk.now = 50.0
    desk.drop("half.png", PNG[:40])
    desk.drop("notes.txt", b"not a picture")
    desk.turns(1)
    desk.drop("later.png", PNG[:40])
    desk.turns(1)
    levels = seen(glance, 100.0)
    assert (2, 50.0, 1) == (levels.waiting, levels.waiting_since, levels.ignored)


def test_a_backlog_is_as_old_as_the_last_look_that_found_the_inbox_empty(desk: Desk, glance: Glance) -> None:
    """Whatever is ready came after it."""
    desk.turns()
    assert seen(glance, 100.0).behind_since is None
    desk.watched.hint(os.fsencode(desk.inbox / "7.png"))
    assert 100.0 == seen(glance, 103.0).behind_since
    assert 100.0 == seen(glance, 170.0).behind_since
    desk.turns()
    assert seen(glance, 180.0).behind_since is None


def test_an_inbox_whose_name_is_no_text_can_be_named_all_the_same(tmp_path: Path) -> None:
    """Labels are UTF-8."""
    inbox = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\nx"))
    levels = Levels({"inbox": inbox}, tmp_path, 0, 0, None, None, 0, 0, 0, "net", False, {}, {}, {}, 0)
    levels.inbox.encode()
    assert "\n" not in levels.inbox
