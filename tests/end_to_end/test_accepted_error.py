"""config.yaml's `reading.accepted_error` reaches the processes that read."""

import json
import shutil
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from watcher.errors import ModelError
from watcher.models import SHIPPED

# So strict that no picture is `ok`, and so lax that each is.
TABLE = [{"error": 0.001, "ok": 1.0, "share": 0.0}, {"error": 0.1, "ok": 0.0, "share": 1.0}]


@pytest.fixture
def model(place: Place) -> Path:
    """The shipped model with a table of its own."""
    folder = place.root / "model"
    shutil.copytree(SHIPPED, folder)
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    card["accepted_errors"] = TABLE
    (folder / "model.json").write_text(json.dumps(card), encoding="utf-8")
    return folder


def test_the_error_that_one_accepts_decides_what_is_ok(place: Place, model: Path) -> None:
    """The same digit goes to review where few mistakes are accepted, and is ok where many are."""
    for number, (error, status, reason) in enumerate([(0.001, "review", "low_confidence"), (0.1, "ok", "")]):
        place.configure(model=model, reading={"accepted_error": error})
        place.drop(f"{number}.png", png(7))
        place.once()
        row = place.row(f"{number}.png")
        assert row is not None
        assert (status, reason, "7") == (row["status"], row["reason"], row["prediction"])
        predicted = place.command("predict", "--json", place.outbox / row["archived_to"])
        assert status == json.loads(predicted.stdout)["status"]


def test_an_error_that_the_model_cannot_keep_to_is_refused(place: Place, model: Path) -> None:
    """Before a picture is touched, with the key and what to do; `check` says it too."""
    place.configure(model=model, reading={"accepted_error": 0.0001})
    place.drop("7.png", png(7))
    for command in (("run", "--once"), ("check",)):
        refused = place.command(*command)
        assert ModelError.exit_code == refused.returncode
        said = refused.stdout + refused.stderr
        assert "`reading.accepted_error` is 0.0001" in said
        assert "Set it to 0.001 or more" in said
    assert (place.inbox / "7.png").is_file()
