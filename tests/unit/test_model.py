"""watcher.recognition.model: a bundle is loaded whole and checked, or refused with what to do."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_network import FLOAT, INT8

from watcher.errors import ModelError
from watcher.recognition.model import InputConvention, LiteRTNetwork, load_model
from watcher.recognition.model_files import CARD_NAME, ModelFiles, read_model_files
from watcher.recognition.second_look import SecondLook
from watcher.recognition.verdict import DIGITS, Calibration, Thresholds


def bundle(folder: Path, content: bytes = FLOAT, **changes: Any) -> Path:
    """A bundle folder whose card has these fields changed; None takes one out."""
    card = {
        "format": 1, "name": "tiny", "weights": "model.tflite", "sha256": hashlib.sha256(content).hexdigest(),
        "classes": list(DIGITS), "calibration": {"temperature": 2.0},
        "thresholds": {"ok": 0.8, "garbage_review": 0.4, "garbage_unreadable": 0.9},
    }  # fmt: skip
    folder.mkdir(exist_ok=True)
    (folder / "model.tflite").write_bytes(content)
    kept = {key: value for key, value in (card | changes).items() if value is not None}
    (folder / CARD_NAME).write_text(json.dumps(kept), encoding="utf-8")
    return folder


def refused(path: Path) -> str:
    """The message and hint of the error."""
    with pytest.raises(ModelError) as error:
        load_model(path)
    assert "" != error.value.hint
    return f"{error.value} | {error.value.hint}"


def test_a_bundle_brings_its_own_calibration_and_thresholds(tmp_path: Path) -> None:
    """What the card says is what the model has; its name ends in the weights' hash."""
    model = load_model(bundle(tmp_path))
    assert f"tiny-{hashlib.sha256(FLOAT).hexdigest()[:8]}" == model.name
    assert (Calibration(2.0), Thresholds(0.8, 0.4, 0.9)) == (model.calibration, model.thresholds)
    assert DIGITS == model.classes


def test_a_card_without_a_second_look_means_none(tmp_path: Path) -> None:
    """Cards of older bundles still load, and their model looks once; others look as their card says."""
    assert SecondLook(0.0) == load_model(bundle(tmp_path / "old")).second_look
    model = load_model(bundle(tmp_path / "new", second_look={"margin": 2.5}))
    assert SecondLook(2.5) == model.second_look
    picture = np.zeros((1, 28, 28), np.uint8)
    picture[0, 1, 1] = 255
    # The tiny network gives the first ten pixels back: one of five looks has the ink among them, at class 1.
    assert [0, 0.2, 0] == pytest.approx(model.logits(picture)[0, :3], abs=1e-6)


@pytest.mark.parametrize("weights", [FLOAT, INT8])
def test_pixels_are_fed_as_shares_of_255(weights: bytes) -> None:
    """The tiny networks give their first ten pixels back: as value/255, quantised or not."""
    picture = np.zeros((1, 28, 28), np.uint8)
    picture[0, 0, :10] = [0, 1, 50, 100, 127, 128, 200, 254, 255, 0]
    found = LiteRTNetwork(weights, 10).logits(picture)
    assert (np.float32, (1, 10)) == (found.dtype, found.shape)
    assert found[0] == pytest.approx(picture[0, 0, :10] / 255, abs=0.003)


@pytest.mark.parametrize("weights", [FLOAT, INT8])
def test_an_answer_does_not_depend_on_its_neighbours(weights: bytes) -> None:
    """A batch gives to the bit what its pictures give one by one; an empty batch gives nothing."""
    batch = np.random.default_rng(3).integers(0, 256, (5, 28, 28), dtype=np.uint8)
    network = LiteRTNetwork(weights, 10)
    expected = np.concatenate([network.logits(batch[i : i + 1]) for i in range(5)])
    assert np.array_equal(expected, network.logits(batch))
    assert (0, 10) == network.logits(batch[:0]).shape


def test_loading_says_nothing_on_stderr(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """LiteRT's chatter stays off people's terminals."""
    load_model(bundle(tmp_path))
    assert "" == capfd.readouterr().err


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"format": 2}, "card format 2, this version reads format 1"),
        ({"sha256": "0" * 64}, "is damaged or not the card's"),
        ({"thresholds": None}, "lacks or misspells 'thresholds'"),
        ({"thresholds": {"okay": 1}}, "okay"),
        ({"classes": list("9876543210")}, "not the ten digits in order"),
        ({"classes": [*DIGITS, "a", "b"]}, "not the ten digits in order"),
        ({"classes": [*DIGITS, "not_a_digit"]}, "not one 28×28 picture to 11"),
        ({"second_look": {"margin": -1}}, "the second look's margin is -1, not a number from 0"),
        ({"second_look": {"width": 2}}, "width"),
        ({"weights": "other.tflite"}, "cannot read the weights"),
        ({"weights": "../../etc/passwd"}, "cannot read the weights"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    """Each fault of a bundle is named, with the file."""
    folder = bundle(tmp_path, **changes)
    message = refused(folder)
    assert says in message


def test_a_flipped_bit_in_the_weights_is_refused(tmp_path: Path) -> None:
    """The hash of the card is compared before anything is run."""
    folder = bundle(tmp_path)
    (folder / "model.tflite").write_bytes(FLOAT[:-1] + b"\xff")
    assert "sha256" in refused(folder)


def test_weights_that_are_no_network_are_refused(tmp_path: Path) -> None:
    """A hash that fits does not make a network of a text."""
    assert "LiteRT cannot load the weights" in refused(bundle(tmp_path, content=b"not a flatbuffer at all"))


def test_a_card_that_is_no_json_is_refused(tmp_path: Path) -> None:
    """A torn card, and one that is a list."""
    folder = bundle(tmp_path)
    (folder / CARD_NAME).write_text('{"format": 1,', encoding="utf-8")
    assert "cannot read the card" in refused(folder)
    (folder / CARD_NAME).write_text("[1]", encoding="utf-8")
    assert "card format 'list'" in refused(folder)


def test_what_is_no_model_is_told_apart_from_nothing(tmp_path: Path) -> None:
    """A path that is not there, and a folder of something else, have hints of their own."""
    assert "no model at" in refused(tmp_path / "nowhere")
    assert "is not a model" in refused(tmp_path)


@pytest.mark.parametrize("name", ["mnist.keras", "mnist.h5"])
def test_keras_files_go_to_the_keras_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Tutorial models are handed on with the convention of the config; TensorFlow is asked only then."""
    from watcher.recognition import keras_model

    asked = []
    monkeypatch.setattr(keras_model, "load_keras", lambda found, convention: asked.append((found, convention)))
    (tmp_path / name).write_bytes(b"trained")
    load_model(tmp_path / name)
    assert [(ModelFiles(tmp_path / name, {"": b"trained"}), InputConvention())] == asked


def test_a_model_goes_from_process_to_process_in_one_piece(tmp_path: Path) -> None:
    """Path, names and bytes are as they were, whatever they are called; the disk is not asked again."""
    folder = tmp_path / "exported\n\udcff"
    (folder / "variables").mkdir(parents=True)
    for name, content in {"saved_model.pb": b"graph\n", "variables/index": b"", "variables/data": b"\0\n\xff"}.items():
        (folder / name).write_bytes(content)
    found = read_model_files(folder)
    assert ["saved_model.pb", "variables/data", "variables/index"] == list(found.files)
    assert found == ModelFiles.unpacked(found.packed())
