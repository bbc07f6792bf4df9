"""watcher.find: rows of the results, looked for in the ledger."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from fakes import PNG, SEVEN, Desk, id_of

from watcher.choosing import chosen
from watcher.config import Config
from watcher.corrections.labels import Said
from watcher.errors import SurroundingsError
from watcher.find import find_command
from watcher.rows import COLUMNS, csv_line

AT = "2026-04-01T08:00:00.000Z"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(inbox=tmp_path / "inbox", outbox=tmp_path / "outbox", state=tmp_path / "state")


class Finding:
    """What `find` prints."""

    def __init__(self, config: Config, capsys: pytest.CaptureFixture[str]) -> None:
        self._config, self._capsys = config, capsys

    def text(self, *names: str, form: str = "text", last: int | None = None, limit: int | None = None,
             labelled: bool = False, **wanted: str) -> str:  # fmt: skip
        choice = chosen(self._config, names, limit, wanted)
        find_command(self._config, choice, last=last, form=form, labelled=labelled)
        return self._capsys.readouterr().out

    def numbers(self, *names: str, **wanted: Any) -> list[int]:
        """Which of the eight, by the figure that each has in its name."""
        return [int(json.loads(line)["file"].rpartition("/")[2][0])
                for line in self.text(*names, form="jsonl", **wanted).splitlines()]  # fmt: skip


@pytest.fixture
def finding(config: Config, capsys: pytest.CaptureFixture[str]) -> Finding:
    return Finding(config, capsys)


@pytest.mark.parametrize(
    ("names", "wanted", "numbers"),
    [
        ([], {}, [0, 1, 2, 3, 4, 5, 6, 7]),
        (["scans/*"], {"status": "review"}, [1, 3, 5]),
        (["other/deep/6.png"], {}, [6]),
        ([], {"since": "2026-03-07", "digit": "7"}, [6, 7]),
        ([], {"digit": "3"}, []),
        ([], {"model": "old-1", "reason": "low_confidence"}, [1, 3]),
        ([], {"limit": 3}, [0, 1, 2]),
        ([], {"last": 3}, [5, 6, 7]),
        ([], {"limit": 5, "last": 2, "status": "ok"}, [4, 6]),
    ],
)
def test_rows_are_found_by_what_is_said_of_them(
    many: Desk, finding: Finding, names: list[str], wanted: dict[str, Any], numbers: list[int]
) -> None:
    """As requeue chooses; the oldest first, and of those the newest, if so many are wanted."""
    assert numbers == finding.numbers(*names, **wanted)


def test_csv_is_results_csv_with_two_columns_more(many: Desk, finding: Finding) -> None:
    """Byte for byte, and then state and label."""
    lines = finding.text(form="csv").splitlines(keepends=True)
    rows = [csv_line(record).decode().removesuffix("\r\n") for record in many.ledger.records_after(0)]
    assert [",".join((*COLUMNS, "state", "label")), *(f"{row},archived," for row in rows)] == [
        line.removesuffix("\r\n") for line in lines
    ]
    assert 8 == len([*csv.DictReader(lines)])


def test_what_people_say_stands_beside_it(many: Desk, finding: Finding) -> None:
    """In each form; what they took back does not; the reader's word stays as it was."""
    for word, (number, label) in enumerate(((1, "4"), (3, "not_a_digit"), (5, "1"), (5, ""))):
        many.ledger.correct([Said(id_of(1000 + word), many.ids()[number], label, "anna", AT)])
    found = [json.loads(line) for line in finding.text(form="jsonl", labelled=True).splitlines()]
    assert [("4", "7", "review"), ("not_a_digit", "7", "review")] == [
        (one["label"], one["prediction"], one["status"]) for one in found
    ]
    assert ["4", "not_a_digit"] == [line["label"] for line in csv.DictReader(
        finding.text(form="csv", labelled=True).splitlines())]  # fmt: skip
    assert [True, True] == ["people: " in line for line in finding.text(labelled=True).splitlines()]


def test_what_has_become_of_the_picture_is_said(many: Desk, finding: Finding) -> None:
    """A row stays when its picture goes."""
    many.ledger._db.execute("UPDATE records SET state = 'expired' WHERE seq = 1")
    states = [json.loads(line)["state"] for line in finding.text(form="jsonl", limit=2).splitlines()]
    assert ["expired", "archived"] == states


def test_a_line_for_people_has_one_line_whatever_the_name(desk: Desk, finding: Finding) -> None:
    """No terminal obeys it."""
    desk.verdict = SEVEN
    desk.drop("a\n\x1b[31m.png", PNG)
    desk.turns(2)
    shown = finding.text()
    assert 1 == shown.count("\n")
    assert "a\\x0a\\x1b[31m.png" in shown


def test_nothing_found_is_said_and_no_ledger_is_an_error(
    many: Desk, config: Config, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The first on stderr, so that a program reads no rows."""
    find_command(config, chosen(config, ["x*"], None, {}), last=None, form="jsonl", labelled=False)
    assert ("", "No row fits.\n") == tuple(capsys.readouterr())
    nowhere = Config(inbox=tmp_path / "inbox", outbox=tmp_path / "nowhere")
    with pytest.raises(SurroundingsError, match="there is no ledger"):
        find_command(nowhere, chosen(config, [], None, {}), last=None, form="csv", labelled=False)
    assert "" == capsys.readouterr().out
