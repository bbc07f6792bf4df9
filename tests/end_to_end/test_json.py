"""--json of every command that reads: what programs get is JSON and nothing else, by the names of the results."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import run_in_one
from watcher.cli import cli
from watcher.rows import COLUMNS

# By lines: one object for each picture. The others print one.
LINES = (
    ["predict", "picture.png"],
    ["find"],
    ["requeue", "*.png", "--dry-run"],
    ["requeue", "--status", "ok", "--yes"],
)
OBJECTS = (
    ["status"], ["status", "--verify"], ["check"], ["config"], ["expire"], ["expire", "--days", "0"],
    ["backup", "b.sqlite3"], ["report"], ["repair", "--dry-run"], ["expire", "--days", "0", "--now"],
)  # fmt: skip


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """What each of them prints in a folder in which three pictures were read, one of them no picture."""
    place = Place(tmp_path_factory.mktemp("json"))
    place.drop("6.png", png(6))
    place.drop("7.png", png(7))
    place.drop("broken.png", b"no picture")
    (place.root / "picture.png").write_bytes(png(3))
    place.once()
    done = run_in_one("watcher.cli", [[*command, "--json"] for command in LINES + OBJECTS], cwd=place.root)
    found = {}
    for one, command in zip(done, LINES + OBJECTS, strict=True):
        assert 0 == one.returncode, one.stderr
        found[" ".join(command)] = [*map(json.loads, one.stdout.splitlines())] if command in LINES else [
            json.loads(one.stdout)]  # fmt: skip
    return found


def test_every_command_that_reads_has_it() -> None:
    """All but those that work, and those whose output is a file of its own."""
    have = {name for name, command in cli.commands.items() if any("--json" in p.opts for p in command.params)}
    tried = {command[0] for command in LINES + OBJECTS}
    assert tried == have
    assert {"run", "init", "export", "completion", "review"} >= {*cli.commands} - have


def test_rows_have_the_names_of_the_results(said: dict[str, list[dict[str, Any]]]) -> None:
    """What a command says of a picture, results.csv calls so too."""
    assert {*COLUMNS, "scores", "detail", "state", "label"} == {*said["find"][0]}
    assert ["6.png", "7.png", "broken.png"] == sorted(row["file"] for row in said["find"])
    assert {"scores", "detail", "file", *COLUMNS} - {"id", "model", "arrived_at", "processed_at", "archived_to"} == {
        *said["predict picture.png"][0]
    }
    assert ["3"] == [row["prediction"] for row in said["predict picture.png"]]
    for command, count in (("requeue *.png --dry-run", 3), ("requeue --status ok --yes", 2)):
        assert [{"id", "file", "archived_to"}] * count == [{*row} for row in said[command]]


def test_the_others_say_how_many(said: dict[str, list[dict[str, Any]]]) -> None:
    """As numbers."""
    backup = said["backup b.sqlite3"][0]
    assert ("b.sqlite3", 3, True) == (backup["file"], backup["results"], backup["bytes"] > 10_000)
    assert (0, True) == (said["repair --dry-run"][0]["rows"], said["repair --dry-run"][0]["dry_run"])
    assert [] == said["expire"][0]["due"]
    assert [2, 1] == [due["count"] for due in said["expire --days 0"][0]["due"]]
    deleted = said["expire --days 0 --now"][0]
    assert ([2, 1], 0) == ([deleted["deleted"][kind]["count"] for kind in ("archive", "rejected")], deleted["stuck"])
    assert (3, True) == (said["status --verify"][0]["results"], said["status --verify"][0]["well"])


def test_errors_are_no_json(place: Place) -> None:
    """They go where errors go, and the output is empty."""
    for command in (["find", "--json"], ["expire", "--json"], ["repair", "--from", str(Path(__file__)), "--json"]):
        done = place.command(*command)
        assert (4, "") == (done.returncode, done.stdout)
        assert "error: " in done.stderr
