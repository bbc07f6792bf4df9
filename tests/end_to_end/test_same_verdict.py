"""The same bytes get the same verdict from everything that reads, alone and among others."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from tests.end_to_end.pictures import KINDS, digit, encoded, png
from tests.end_to_end.place import Place
from tests.end_to_end.process import run_program
from watcher.models import SHIPPED
from watcher.recognition.decode import Limits
from watcher.recognition.model import load_model
from watcher.recognition.recogniser import Recogniser

FIELDS = (
    "status", "reason", "prediction", "confidence", "second_prediction", "second_confidence", "width", "height",
    "sha256", "scores",
)  # fmt: skip


def comparable(facts: dict[str, Any]) -> dict[str, Any]:
    """The verdict's fields, with probabilities to the six places that results.jsonl has."""
    found = {name: facts[name] for name in FIELDS}
    found["scores"] = [round(score, 6) for score in found["scores"]]
    for name in ("confidence", "second_confidence"):
        found[name] = None if found[name] is None else round(found[name], 6)
    return found


def doubtful() -> bytes:
    """A picture between two digits: scores that are not all 0 and 1."""
    return encoded(np.minimum(digit(4), digit(9)))


def make_pictures() -> dict[str, bytes]:
    """Every kind, some with other digits, a doubtful one and bad ones."""
    made = {name: make(number % 10) for number, (name, make) in enumerate(KINDS.items())}
    return made | {"doubtful.png": doubtful(), "bad.png": png()[:-40], "empty.png": b""}


def test_daemon_predict_and_library_agree(place: Place) -> None:
    """`predict --json` alone and in a batch, the daemon's results.jsonl and Recogniser.read: the same scores."""
    pictures = make_pictures()
    originals = place.root / "originals"
    originals.mkdir()
    for name, data in pictures.items():
        (originals / name).write_bytes(data)
        place.drop(name, data)
    place.configure(reading={"workers": 2})
    place.once()
    daemon = {line["file"]: comparable(line) for line in place.lines()}
    done = place.command("predict", "--json", *(originals / name for name in pictures))
    batch = {Path(fact["file"]).name: comparable(fact) for fact in map(json.loads, done.stdout.splitlines())}
    done = place.command("predict", "--json", originals / "doubtful.png")
    alone = comparable(json.loads(done.stdout))
    recogniser = Recogniser(load_model(SHIPPED), Limits())
    library = {}
    for name, data in pictures.items():
        verdict = recogniser.read(data)
        library[name] = comparable({field: getattr(verdict, field) for field in FIELDS})
    assert set(daemon) == set(pictures)
    assert daemon == library
    assert batch == library
    assert alone == library["doubtful.png"]


def test_unrounded_scores_are_equal_to_the_bit(tmp_path: Path) -> None:
    """`predict --json` gives all digits of each score: the same alone, in a batch, in another order."""
    pictures = {name: data for name, data in make_pictures().items() if data}
    for name, data in pictures.items():
        (tmp_path / name).write_bytes(data)

    def scores(*names: str) -> dict[str, list[float]]:
        done = run_program("predict", "--json", *names, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return {fact["file"]: fact["scores"] for fact in map(json.loads, done.stdout.splitlines())}

    forwards, backwards = scores(*pictures), scores(*reversed(pictures))
    assert forwards == backwards
    assert scores("doubtful.png")["doubtful.png"] == forwards["doubtful.png"]
    recogniser = Recogniser(load_model(SHIPPED))
    assert list(recogniser.read(pictures["doubtful.png"]).scores) == forwards["doubtful.png"]
