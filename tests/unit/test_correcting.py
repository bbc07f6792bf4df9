"""watcher.corrections.correcting: what people say reaches the daemon; where none runs, it is done under its lock."""

import csv
from contextlib import closing
from datetime import UTC
from pathlib import Path

import pytest
from fakes import SEVEN, claim, id_of

from watcher.config import Config, defaults
from watcher.corrections.correcting import catch_up, say
from watcher.corrections.labels import NOT_A_DIGIT, TAKEN_BACK
from watcher.errors import SurroundingsError, UsageError
from watcher.identity import Marked
from watcher.ledger import Ledger
from watcher.ownership import Lock, holder
from watcher.places import Places
from watcher.requests import FOLDER


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Folders as a daemon left them: three results."""
    config = defaults(inbox=tmp_path / "in", outbox=tmp_path / "out")
    for folder in (config.inbox, config.outbox, config.state_folder):
        folder.mkdir()
    with closing(Ledger(config.ledger_path)) as ledger:
        Marked.outbox(config.outbox).adopt(ledger)
        ledger.intend([claim(number) for number in (1, 2, 3)])
        ledger.record([(claim(n), SEVEN) for n in (1, 2, 3)], "net", "now", Places(config.outbox, UTC))
    return config


def rows(config: Config, name: str) -> list[dict[str, str]]:
    with (config.outbox / name).open(newline="") as file:
        return list(csv.DictReader(file))


def wishes(config: Config) -> int:
    return len(list((config.state_folder / FOLDER).glob("*")))


def test_without_a_daemon_it_is_done_at_once(config: Config) -> None:
    """Ledger, corrections.csv and results-corrected.csv; the lock is free afterwards."""
    ids = say(config, [(id_of(1), "4"), (id_of(2), NOT_A_DIGIT)], by="  Ann \t Lee ")
    assert ids == [row["correction"] for row in rows(config, "corrections.csv")]
    assert ["4", "", "7"] == [row["prediction"] for row in rows(config, "results-corrected.csv")]
    assert {"Ann Lee"} == {row["by"] for row in rows(config, "corrections.csv")}
    say(config, [(id_of(1), TAKEN_BACK)], by="Bob")
    assert ["7", "", "7"] == [row["prediction"] for row in rows(config, "results-corrected.csv")]
    assert (0, None) == (wishes(config), holder(config.state_folder))
    assert 0o640 == (config.outbox / "corrections.csv").stat().st_mode & 0o777


def test_a_daemon_is_left_to_do_it(config: Config) -> None:
    """Only it writes while it runs; what it did not come to, is done when it is gone."""
    lock = Lock(config.state_folder, "state")
    say(config, [(id_of(1), "4")], by="Ann")
    assert (1, False) == (wishes(config), (config.outbox / "corrections.csv").exists())
    assert not catch_up(config)
    lock.release()
    assert catch_up(config)
    assert (0, 1) == (wishes(config), len(rows(config, "corrections.csv")))


@pytest.mark.parametrize("label", ["10", "x", " 7", "ok", "not a digit"])
def test_what_is_no_label_is_refused(config: Config, label: str) -> None:
    """Nothing is left behind."""
    with pytest.raises(UsageError, match="is no label"):
        say(config, [(id_of(1), label)], by="Ann")
    assert not (config.state_folder / FOLDER).exists()


@pytest.mark.parametrize("by", ["", " \n", 101 * "x"])
def test_somebody_must_have_said_it(config: Config, by: str) -> None:
    """In so many characters."""
    with pytest.raises(UsageError, match="is no name"):
        say(config, [(id_of(1), "7")], by=by)


def test_an_outbox_that_is_not_mounted_is_not_written_to(config: Config) -> None:
    """The words are kept for when it is."""
    config.outbox.joinpath(".identity").write_text("another\n")
    with pytest.raises(SurroundingsError, match="is not the one that the ledger"):
        say(config, [(id_of(1), "4")], by="Ann")
    assert 1 == wishes(config)


def test_who_may_not_write_there_is_told(config: Config) -> None:
    """A file stands in the way here; root may write everywhere."""
    (config.state_folder / FOLDER).write_text("")
    with pytest.raises(SurroundingsError, match="cannot leave a wish") as refused:
        say(config, [(id_of(1), "4")], by="Ann")
    assert "daemon's user" in refused.value.hint


def test_a_daemon_waits_for_who_has_the_lock_briefly(tmp_path: Path) -> None:
    """And is refused by one who has it for longer."""
    import threading

    brief = Lock(tmp_path, "state", brief=True)
    assert holder(tmp_path) is None
    timer = threading.Timer(0.05, brief.release)
    timer.start()
    longer = Lock(tmp_path, "state")
    timer.join()
    with pytest.raises(SurroundingsError, match=r"another digit-watcher \(pid \d+\)"):
        Lock(tmp_path, "state", brief=True)
    longer.release()
