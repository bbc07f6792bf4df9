"""train.card: the card that the watcher reads back."""

import hashlib
import json
from pathlib import Path

from train import card
from train.calibrate import Fitted
from train.card import Origin
from watcher.recognition.accepted import AcceptedError
from watcher.recognition.second_look import SecondLook
from watcher.recognition.verdict import Calibration, Thresholds

FITTED = Fitted(
    Calibration(1.5),
    Thresholds(0.97, 0.3, 0.95),
    (AcceptedError(0.001, 0.97, 0.98),),
    {"wild": {"ok": 0.9}},
    [],
    SecondLook(4.5),
)
ORIGIN = Origin(("python -m train fit",), ("MNIST",), {"seed": 1}, 55_000, 12.5, {"keras": "3"})


def test_the_card_names_the_weights_by_their_hash(tmp_path: Path) -> None:
    """What is written is the hash of the file beside it."""
    contents = card.card("digitnet", b"weights", ("0", "1"), FITTED, ORIGIN, {})
    card.write(tmp_path / "bundle", contents, b"weights")
    stored = json.loads((tmp_path / "bundle" / "model.json").read_text(encoding="utf-8"))
    assert hashlib.sha256((tmp_path / "bundle" / stored["weights"]).read_bytes()).hexdigest() == stored["sha256"]


def test_the_card_says_how_to_feed_and_to_trust_the_network() -> None:
    """Format, input, second look, calibration, thresholds and scores under the names that the watcher reads."""
    contents = card.card("digitnet", b"", ("0", "1"), FITTED, ORIGIN, {"mnist_t10k": {"n": 1}})
    assert 1 == contents["format"]
    assert {"height": 28, "width": 28, "scale": "unit", "shape": "image"} == contents["input"]
    assert {"margin": 4.5} == contents["second_look"]
    assert {"temperature": 1.5} == contents["calibration"]
    assert {"ok": 0.97, "garbage_review": 0.3, "garbage_unreadable": 0.95} == contents["thresholds"]
    assert [{"error": 0.001, "ok": 0.97, "share": 0.98}] == contents["accepted_errors"]
    validation = {"chosen_by": [], "shares": {"wild": {"ok": 0.9}}}
    assert {"mnist_t10k": {"n": 1}, "validation": validation} == contents["scores"]
