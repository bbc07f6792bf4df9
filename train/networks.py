"""The networks, by name. Each takes float32 (n, 28, 28, 1) in 0..1."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from numpy.typing import NDArray

from watcher.errors import UsageError
from watcher.recognition.model import NOT_A_DIGIT
from watcher.recognition.verdict import DIGITS


def build(name: str) -> keras.Model:
    """A fresh network. `mlp` and `cnn` end in ten probabilities, `digitnet` in eleven logits."""
    if name not in _NETWORKS:
        raise UsageError(f"--network {name}: no such network", hint=f"choose one of {', '.join(_NETWORKS)}")
    return _NETWORKS[name]()


def classes(model: keras.Model) -> tuple[str, ...]:
    """What the outputs of a network stand for: the ten digits, and garbage where there is an eleventh."""
    return (*DIGITS, NOT_A_DIGIT) if model.output_shape[-1] == 11 else DIGITS


def ends_in_softmax(model: keras.Model) -> bool:
    """Whether the outputs are probabilities and not logits."""
    last = model.layers[-1]
    return isinstance(last, layers.Softmax) or getattr(last, "activation", None) is keras.activations.softmax


def log_probabilities(model: keras.Model, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Natural logarithms of the class probabilities, float32 (n, k), for uint8 (n, 28, 28)."""
    bare = as_logits(model)
    forward = tf.function(lambda batch: tf.nn.log_softmax(bare(batch, training=False)))
    batches = [pictures[at : at + 500, ..., None] for at in range(0, len(pictures), 500)]
    return np.concatenate([np.asarray(forward(tf.constant(batch / np.float32(255)))) for batch in batches])


def as_logits(model: keras.Model) -> keras.Model:
    """The same network with logits as its output: a closing softmax is taken off."""
    if not ends_in_softmax(model):
        return model
    last = model.layers[-1]
    if isinstance(last, layers.Softmax | layers.Activation):
        return keras.Model(model.inputs, last.input)
    bare = keras.models.clone_model(model, clone_function=_without_softmax)
    bare.set_weights(model.get_weights())
    return bare


def multiply_adds(model: keras.Model) -> int:
    """Multiply-adds of one picture in the dense and convolution layers."""
    total = 0
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D):
            total += int(np.prod(layer.kernel.shape)) * int(np.prod(layer.output.shape[1:3]))
        elif isinstance(layer, layers.Dense):
            total += int(np.prod(layer.kernel.shape))
    return total


def _without_softmax(layer: keras.Layer) -> keras.Layer:
    settings = layer.get_config()
    if settings.get("activation") == "softmax":
        settings["activation"] = "linear"
    return layer.__class__.from_config(settings)


def _mlp() -> keras.Model:
    """The network of most tutorials."""
    stack = [
        keras.Input((28, 28, 1)),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
    return keras.Sequential(stack, name="mlp")


def _cnn() -> keras.Model:
    """The convolution network of most tutorials."""
    stack = [
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 5, activation="relu"),
        layers.MaxPooling2D(),
        layers.Dropout(0.25),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
    ]
    return keras.Sequential(stack, name="cnn")


def _digitnet() -> keras.Model:
    """Ours: five convolutions and a dense layer, 0.37 M parameters, 5.7 M multiply-adds.

    Only convolution, batch norm and relu: all of it folds into integer arithmetic.
    """
    picture = keras.Input((28, 28, 1))
    return keras.Model(picture, head(body(picture)), name="digitnet")


def body(picture: Any) -> Any:
    """All of digitnet below its head: one stride, then no padding from 13×13 down to 5×5 (An et al., 2020).

    The stride stands first: at 28×28 a multiply-add takes three times as long.
    """
    seen = convolution(picture, 24, 4, strides=2, padding="valid")
    for channels in (40, 56, 64, 80):
        seen = convolution(seen, channels, 3, padding="valid")
    return seen


def head(seen: Any) -> Any:
    """One hidden layer and eleven logits."""
    seen = layers.Dropout(0.4)(layers.Flatten()(seen))
    seen = layers.ReLU()(layers.BatchNormalization()(layers.Dense(128, use_bias=False)(seen)))
    return layers.Dense(11)(layers.Dropout(0.3)(seen))


def convolution(seen: Any, channels: int, size: int, **settings: Any) -> Any:
    """A convolution, batch norm and relu; settings: of keras.layers.Conv2D."""
    settings = {"padding": "same", "use_bias": False, **settings}
    return layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(channels, size, **settings)(seen)))


_NETWORKS: dict[str, Callable[[], keras.Model]] = {"mlp": _mlp, "cnn": _cnn, "digitnet": _digitnet}
