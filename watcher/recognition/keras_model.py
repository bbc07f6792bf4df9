"""Keras models from tutorials: .keras, .h5, SavedModel. The one place under watcher/ that imports TensorFlow."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watcher.errors import ModelError
from watcher.recognition.model import NOT_A_DIGIT, InputConvention, Model, Scale, Shape
from watcher.recognition.model_files import ModelFiles
from watcher.recognition.quiet import quiet
from watcher.recognition.verdict import DIGITS

_Call = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def load_keras(found: ModelFiles, convention: InputConvention) -> Model:
    """Load a Keras model whose outputs are the ten digits in order, as probabilities or as logits.

    An eleventh output, as `digitnet` has, is "not a digit".

    Raises ModelError where TensorFlow is missing or the file is not such a model.
    """
    path = found.path
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # one small picture at a time: a GPU only adds delay
    try:
        with quiet():
            import keras
            import tensorflow as tf
    except ImportError as error:
        raise ModelError(
            f"{path} is a Keras model, and TensorFlow is not installed",
            hint="Install it with: pip install 'digit-watcher[train]'  (in the repository: make train-env)",
        ) from error
    tf.config.threading.set_intra_op_parallelism_threads(1)
    try:
        call, shape = _loaded(found, keras, tf)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelError(
            f"Keras cannot load {path}: {str(error).splitlines()[0] if str(error) else type(error).__name__}",
            hint="Check that the file is whole and was saved by Keras 2 or 3 without custom layers.",
        ) from error
    network = KerasNetwork(call, _fed_shape(path, shape, convention), convention.scale)
    outputs = network.try_once(path)
    classes = DIGITS if outputs == 10 else (*DIGITS, NOT_A_DIGIT)
    digest = hashlib.sha256(b"".join(found.files.values())).hexdigest()
    return Model(f"{path.stem}-{digest[:8]}", network, classes)


def _loaded(found: ModelFiles, keras: Any, tf: Any) -> tuple[_Call, tuple[int | None, ...]]:
    # Keras and TensorFlow read paths alone.
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder, found.path.name)
        for name, content in found.files.items():
            file = top / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        if top.is_dir():
            return _saved_model(tf.saved_model.load(str(top)))
        model = keras.saving.load_model(top, compile=False)
        return (lambda x: np.asarray(model(x, training=False))), tuple(model.input_shape[1:])


def _saved_model(loaded: Any) -> tuple[_Call, tuple[int | None, ...]]:
    serve = loaded.signatures["serving_default"]
    ((name, spec),) = serve.structured_input_signature[1].items()

    def call(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        (out,) = serve(**{name: batch}).values()
        return np.asarray(out)

    call.keep = loaded  # type: ignore[attr-defined]  # the signature holds its variables only weakly
    return call, tuple(spec.shape[1:])


def _fed_shape(path: Path, shape: tuple[int | None, ...], convention: InputConvention) -> tuple[int, ...]:
    wanted = [(28 * 28,)] if convention.shape is Shape.FLAT else [(28, 28), (28, 28, 1)]
    for candidate in wanted:
        if len(shape) == len(candidate) and all(a in (None, b) for a, b in zip(shape, candidate, strict=True)):
            return candidate
    raise ModelError(
        f"{path} takes pictures of shape {shape}; `input: {{shape: {convention.shape}}}` gives {wanted[-1]}",
        hint="Set input.shape in config.yaml: flat for (784,), image for (28, 28) or (28, 28, 1).",
    )


class KerasNetwork:
    """A callable (n, …) float32 → (n, 10), fed as its tutorial fed it."""

    def __init__(self, call: _Call, shape: tuple[int, ...], scale: Scale) -> None:
        self._call, self._shape, self._scale = call, shape, scale

    def try_once(self, path: Path) -> int:
        """Read a blank picture; gives the number of outputs. Raises ModelError where it is neither 10 nor 11."""
        out = np.asarray(self._call(self._fed(np.zeros((1, 28, 28), np.uint8))))
        if out.shape not in ((1, 10), (1, 11)):
            raise ModelError(
                f"{path} answers with shape {out.shape[1:]}, not ten digits",
                hint="Use a model with ten outputs, or eleven where the last one is `not a digit`.",
            )
        return int(out.shape[1])

    def logits(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(n, 28, 28) uint8, ink 255 on 0 → (n, outputs) float32; probabilities are turned back into logits."""
        # One at a time: a matrix product over a batch may round differently from one row's.
        rows = [np.asarray(self._call(self._fed(batch[i : i + 1])), np.float32) for i in range(len(batch))]
        return np.concatenate([_as_logits(row) for row in rows]) if rows else np.empty((0, 10), np.float32)

    def _fed(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        values = batch.astype(np.float32)
        if self._scale is Scale.UNIT:
            values /= 255
        elif self._scale is Scale.L2_COLUMNS:
            length = np.sqrt((values**2).sum(axis=1, keepdims=True))
            values /= np.where(length == 0, 1, length)
        return values.reshape(len(batch), *self._shape)


def _as_logits(row: NDArray[np.float32]) -> NDArray[np.float32]:
    if row.min() >= 0 and abs(float(row.sum()) - 1) < 1e-3:
        return np.log(np.maximum(row, 1e-12))
    return row
