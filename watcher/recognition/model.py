"""Load a model, and ask it: 28×28 pictures in, logits out.

Three kinds: our bundle (LiteRT weights and a card), and the Keras files and SavedModel folders that
tutorials leave behind. TensorFlow is imported only for the latter two.
"""

import hashlib
import json
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from watcher.errors import ModelError
from watcher.recognition.accepted import AcceptedError, keeping_to, listed
from watcher.recognition.model_files import CARD_NAME, ModelFiles, read_model_files
from watcher.recognition.quiet import quiet
from watcher.recognition.second_look import SecondLook
from watcher.recognition.verdict import DIGITS, Calibration, Thresholds

CARD_FORMAT = 1
NOT_A_DIGIT = "not_a_digit"


class Scale(StrEnum):
    """How pixel values 0–255 were brought to the range that a Keras model was trained on."""

    UNIT = "unit"  # divided by 255
    RAW = "raw"  # left at 0–255
    L2_COLUMNS = "l2_columns"  # keras.utils.normalize(x, axis=1): each column of the picture has length 1


class Shape(StrEnum):
    """What one picture looks like to a Keras model."""

    IMAGE = "image"  # (28, 28) or (28, 28, 1), whichever the model's input says
    FLAT = "flat"  # (784,)


@dataclass(frozen=True, slots=True)
class InputConvention:
    """How a Keras model wants to be fed. Bundles say it themselves, in their card."""

    scale: Scale = Scale.UNIT
    shape: Shape = Shape.IMAGE

    @classmethod
    def named(cls, scale: str, shape: str) -> Self:
        """The convention that a config or a command line names."""
        return cls(Scale(scale), Shape(shape))


class Network(Protocol):
    """Anything that reads 28×28 pictures."""

    def logits(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Take (n, 28, 28) uint8 with ink 255 on 0; give (n, 10) or (n, 11) float32 logits."""
        ...


@dataclass(frozen=True, slots=True)
class Model:
    """A network with what is needed to trust its answers.

    name: what stands in the results: the model's name and the first eight hex digits of its weights' sha256.
    classes: "0" to "9", then "not_a_digit" where the network has that output.
    accepted_errors: which `ok` threshold keeps to which error; () where that was never measured.
    second_look: calibration and thresholds hold for answers that were given with it.
    """

    name: str
    network: Network
    classes: tuple[str, ...] = DIGITS
    calibration: Calibration = field(default_factory=Calibration)
    thresholds: Thresholds = field(default_factory=Thresholds)
    accepted_errors: tuple[AcceptedError, ...] = ()
    second_look: SecondLook = field(default_factory=SecondLook)

    def logits(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(n, 28, 28) uint8, ink 255 on 0 → (n, len(classes)) float32, after a second look where one is due."""
        return self.second_look.logits(self.network.logits, batch)

    def accepting(self, error: float | None) -> Self:
        """This model with the `ok` threshold that keeps to a share of wrong ones among `ok`; None: its own.

        Raises ModelError where the model does not say what keeps to so small an error.
        """
        if error is None:
            return self
        point = keeping_to(error, self.accepted_errors, self.name)
        return replace(self, thresholds=replace(self.thresholds, ok=point.ok))


def load_model(path: Path, convention: InputConvention | None = None) -> Model:
    """Load the model at `path`: a bundle folder, a .keras or .h5 file, or a SavedModel folder.

    convention is for Keras models; bundles carry their own.
    Raises ModelError where nothing usable is there.
    """
    return model_of(read_model_files(path), convention)


def model_of(found: ModelFiles, convention: InputConvention | None = None) -> Model:
    """Do as `load_model` does, with files that were read before."""
    if CARD_NAME in found.files:
        return _bundle(found)
    from watcher.recognition.keras_model import load_keras

    return load_keras(found, convention or InputConvention())


def _bundle(found: ModelFiles) -> Model:
    card_path = found.path / CARD_NAME
    card = _card(card_path, found.files[CARD_NAME])
    try:
        weights_name = Path(card["weights"]).name
        expected = str(card["sha256"])
        classes = tuple(str(name) for name in card["classes"])
        calibration = Calibration(**card["calibration"])
        thresholds = Thresholds(**card["thresholds"])
        accepted = listed(card.get("accepted_errors", []))
        second_look = SecondLook(**card.get("second_look", {}))
        name = str(card["name"])
    except ValueError as error:
        raise ModelError(f"{card_path}: {error}", hint="Export the bundle again with `digit-train export`.") from error
    except (KeyError, TypeError) as error:
        raise ModelError(
            f"{card_path} lacks or misspells {error}", hint="Export the bundle again with `digit-train export`."
        ) from error
    weights = found.files[weights_name]
    _check_weights(found.path / weights_name, weights, expected)
    if classes[:10] != DIGITS or len(classes) > 11:
        raise ModelError(
            f"{card_path}: classes are {classes}, not the ten digits in order",
            hint="Use a model trained on MNIST's ten digits.",
        )
    network = LiteRTNetwork(weights, len(classes))
    return Model(f"{name}-{expected[:8]}", network, classes, calibration, thresholds, accepted, second_look)


def _card(path: Path, data: bytes) -> dict[str, Any]:
    try:
        card = json.loads(data)
    except ValueError as error:
        raise ModelError(f"cannot read the card {path}: {error}", hint="Export the bundle again.") from error
    if not isinstance(card, dict) or card.get("format") != CARD_FORMAT:
        found = card.get("format") if isinstance(card, dict) else type(card).__name__
        raise ModelError(
            f"{path}: card format {found!r}, this version reads format {CARD_FORMAT}",
            hint="Export the bundle again with this version's `digit-train export`.",
        )
    return card


def _check_weights(path: Path, weights: bytes, expected_sha256: str) -> None:
    found = hashlib.sha256(weights).hexdigest()
    if found != expected_sha256:
        raise ModelError(
            f"{path} is damaged or not the card's: sha256 {found[:12]}…, the card says {expected_sha256[:12]}…",
            hint="Restore the bundle from where it came, or export it again.",
        )


class LiteRTNetwork:
    """A .tflite network run one picture at a time, so that an answer never depends on its neighbours."""

    def __init__(self, weights: bytes, classes: int) -> None:
        from ai_edge_litert.interpreter import Interpreter

        try:
            with quiet():
                self._interpreter = Interpreter(model_content=weights, num_threads=1)
                self._interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"LiteRT cannot load the weights: {error}", hint="Export the bundle again.") from error
        entry = self._interpreter.get_input_details()[0]
        out = self._interpreter.get_output_details()[0]
        if int(np.prod(entry["shape"])) != 28 * 28 or int(np.prod(out["shape"])) != classes:
            raise ModelError(
                f"the weights map {tuple(entry['shape'])} to {tuple(out['shape'])}, not one 28×28 picture to {classes}",
                hint="Export the bundle again with `digit-train export`.",
            )
        self._entry, self._out, self._classes = entry, out, classes
        self._table = _input_table(entry)

    def logits(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(n, 28, 28) uint8, ink 255 on 0 → (n, classes) float32."""
        answers = np.empty((len(batch), self._classes), self._out["dtype"])
        entries = self._table[batch].reshape(len(batch), *self._entry["shape"])
        for entry, said in zip(entries, answers, strict=True):
            self._interpreter.set_tensor(self._entry["index"], entry)
            self._interpreter.invoke()
            said[:] = self._interpreter.get_tensor(self._out["index"])[0]
        return self._real(answers)

    def _real(self, value: NDArray[Any]) -> NDArray[np.float32]:
        scale, zero = self._out["quantization"]
        if scale == 0:
            return np.asarray(value, np.float32)
        return np.asarray((value.astype(np.float32) - zero) * np.float32(scale), np.float32)


def _input_table(entry: dict[str, Any]) -> NDArray[Any]:
    """Pixel value 0–255 → what the input tensor wants, as a table of 256: x/255, quantised where it is int8."""
    unit = np.arange(256, dtype=np.float64) / 255
    dtype, (scale, zero) = entry["dtype"], entry["quantization"]
    if scale == 0:
        return np.asarray(unit, dtype)
    info = np.iinfo(dtype)
    return np.asarray(np.clip(np.rint(unit / scale + zero), info.min, info.max), dtype)
