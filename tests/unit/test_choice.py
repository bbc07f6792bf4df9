"""watcher.choice: which pictures are meant by what people say of them."""

import os
from pathlib import Path

import pytest
from drawing import digit, encoded
from fakes import Desk

from watcher.choosing import chosen
from watcher.config import Config
from watcher.ownership import Lock
from watcher.requeue import requeue_command


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(inbox=tmp_path / "inbox", outbox=tmp_path / "outbox", state=tmp_path / "state")


def chosen_numbers(desk: Desk) -> list[int]:
    """Which of the eight are wished for."""
    numbers = {row[0]: int(row[1].rpartition("/")[2][0]) for row in desk.rows()}
    return [numbers[id_] for ids in wishes(desk) for id_ in ids]


def wishes(desk: Desk) -> list[list[str]]:
    return [ids for _, ids in desk.requests.pending()]


@pytest.mark.parametrize(
    ("names", "wanted", "numbers"),
    [
        ([], {"reason": "low_confidence"}, [1, 3, 5, 7]),
        ([], {"status": "ok"}, [0, 2, 4, 6]),
        ([], {"since": "2026-03-03T12:00:00Z", "until": "2026-03-05T12:00:00Z"}, [2, 3]),
        ([], {"since": "2026-03-08"}, [7]),
        ([], {"model": "old-1"}, [0, 1, 2, 3]),
        ([], {"other_than": "old-1", "status": "review"}, [5, 7]),
        (["scans/*.png"], {}, [0, 1, 2, 3, 4, 5]),
        (["other/*"], {}, [6, 7]),
        (["*/[12].png"], {}, [1, 2]),
        (["archive/2026-03-01/scans/?.png"], {"reason": "low_confidence"}, [1, 3, 5]),
        (["scans/0.png", "*/7.png"], {}, [0, 7]),
        (["scans/0.png", "scans/1.png"], {"status": "ok"}, [0]),
    ],
)
def test_pictures_are_chosen_by_what_is_said_of_them(
    many: Desk, config: Config, names: list[str], wanted: dict[str, str], numbers: list[int]
) -> None:
    """All that is asked must be true; of several names, one; times are those of reading, `until` is not in it."""
    requeue_command(config, chosen(config, names, None, wanted))
    assert numbers == chosen_numbers(many)


def test_at_most_so_many_are_chosen(many: Desk, config: Config) -> None:
    """The oldest first."""
    requeue_command(config, chosen(config, [], 3, {"status": "ok"}))
    assert [0, 2, 4] == chosen_numbers(many)


def test_the_ledger_is_gone_through_in_pieces(many: Desk, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """None is left out or doubled between two of them."""
    monkeypatch.setattr("watcher.choice._SEQS_AT_ONCE", 3)
    requeue_command(config, chosen(config, ["*"], None, {}))
    assert [*range(8)] == chosen_numbers(many)


def test_an_exact_name_that_looks_like_a_pattern_is_a_name(many: Desk, config: Config) -> None:
    """Scanners number their files in brackets."""
    many.drop("scan[1].png", encoded(digit(1)))
    many.drop("scan1.png", encoded(digit(1)))
    many.turns(2)
    requeue_command(config, chosen(config, ["scan[1].png"], None, {}))
    assert [["scan[1].png"]] == [[many.ledger.place_of(id_).claim.file.decode() for id_ in w] for w in wishes(many)]


def test_what_fits_and_is_gone_is_counted(many: Desk, config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    """By what became of it; the others are asked for."""
    ids = many.ids()
    for number, state in ((0, "expired"), (1, "missing"), (2, "requeued")):
        many.ledger._db.execute("UPDATE records SET state = ? WHERE id = ?", (state, ids[number]))
    (many.outbox / "archive" / "2026-03-01" / "scans" / "3.png").unlink()
    requeue_command(config, chosen(config, ["scans/*"], None, {}))
    assert [4, 5] == chosen_numbers(many)
    said = capsys.readouterr().err
    for what in ("deleted by retention", "missing", "read again since", "not to be seen at the recorded place"):
        assert f"left out: 1 that fit too, {what}\n" in said


def test_the_current_model_is_the_one_of_the_config(
    many: Desk, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While no daemon runs; else the one that it says it reads by."""

    class Model:
        name = "new-2"

    monkeypatch.setattr("watcher.recognition.model.load_model", lambda *_: Model)
    requeue_command(config, chosen(config, [], None, {"other_than": "current"}))
    assert [0, 1, 2, 3] == chosen_numbers(many)
    lock = Lock(config.state_folder, "state")
    (config.outbox / "status.json").write_text(f'{{"state": "running", "pid": {os.getpid()}, "model": "old-1"}}')
    assert "old-1" == chosen(config, [], None, {"model": "current"}).model
    lock.release()
