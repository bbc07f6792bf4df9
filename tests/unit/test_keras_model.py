"""watcher.recognition.keras_model, without TensorFlow: how pictures are fed and answers are taken."""

import sys
from pathlib import Path

import numpy as np
import pytest

from watcher.errors import ModelError
from watcher.recognition.keras_model import KerasNetwork, _fed_shape, load_keras
from watcher.recognition.model import InputConvention, Scale, Shape
from watcher.recognition.model_files import ModelFiles

PICTURE = np.zeros((1, 28, 28), np.uint8)
PICTURE[0, :, 3] = 255
PICTURE[0, :14, 5] = 51


@pytest.mark.parametrize(
    ("scale", "expected"),
    [(Scale.UNIT, (1.0, 0.2)), (Scale.RAW, (255.0, 51.0)), (Scale.L2_COLUMNS, (28**-0.5, 14**-0.5))],
)
def test_pixels_are_scaled_as_the_tutorial_did(scale: Scale, expected: tuple[float, float]) -> None:
    """Divided by 255, left alone, or each column of length 1; empty columns stay 0."""
    seen = []
    network = KerasNetwork(lambda x: seen.append(x) or np.zeros((1, 10), np.float32), (28, 28), scale)
    network.logits(PICTURE)
    assert expected == (pytest.approx(seen[0][0, 0, 3]), pytest.approx(seen[0][0, 0, 5]))
    assert 0 == seen[0][0, :, 0].max()


def test_probabilities_become_logits_again() -> None:
    """Softmax over the logits gives the model's own probabilities; logits pass unchanged."""
    share = np.array([[0.7, 0.2, 0.1] + [0.0] * 7], np.float32)
    found = KerasNetwork(lambda x: share, (784,), Scale.UNIT).logits(PICTURE)
    assert np.exp(found[0, :3]) == pytest.approx([0.7, 0.2, 0.1])
    raw = np.linspace(-3, 9, 10, dtype=np.float32)[None]
    assert np.array_equal(raw, KerasNetwork(lambda x: raw, (784,), Scale.UNIT).logits(PICTURE))


@pytest.mark.parametrize(
    ("shape", "convention", "fed"),
    [
        ((28, 28), Shape.IMAGE, (28, 28)),
        ((28, 28, 1), Shape.IMAGE, (28, 28, 1)),
        ((None, None, 1), Shape.IMAGE, (28, 28, 1)),
        ((784,), Shape.FLAT, (784,)),
    ],
)
def test_the_models_own_shape_is_fed(shape: tuple[int | None, ...], convention: Shape, fed: tuple[int, ...]) -> None:
    """Both image shapes are served; an unknown size takes 28."""
    assert fed == _fed_shape(Path("m.keras"), shape, InputConvention(shape=convention))


@pytest.mark.parametrize(
    ("shape", "convention"), [((784,), Shape.IMAGE), ((28, 28), Shape.FLAT), ((32, 32, 3), Shape.IMAGE)]
)
def test_another_shape_is_refused_with_the_setting(shape: tuple[int, ...], convention: Shape) -> None:
    """The hint names input.shape."""
    with pytest.raises(ModelError) as error:
        _fed_shape(Path("m.keras"), shape, InputConvention(shape=convention))
    assert "Set input.shape" in error.value.hint


def test_a_model_without_ten_answers_is_refused() -> None:
    """A picture is tried at once, so that the daemon does not find out later."""
    network = KerasNetwork(lambda x: np.zeros((1, 1000), np.float32), (784,), Scale.UNIT)
    with pytest.raises(ModelError, match=r"answers with shape \(1000,\), not ten digits"):
        network.try_once(Path("m.keras"))


def test_without_tensorflow_the_hint_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A Keras model on a machine without TensorFlow is a ModelError, not an ImportError."""
    monkeypatch.setitem(sys.modules, "keras", None)
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(ModelError) as error:
        load_keras(ModelFiles(tmp_path / "m.keras", {"": b"trained"}), InputConvention())
    assert "pip install" in error.value.hint
