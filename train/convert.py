"""A Keras network → LiteRT weights."""

import contextlib
import io
import warnings
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from train.networks import as_logits
from watcher.recognition.quiet import quiet

_REPRESENTATIVE = 500


def to_litert(model: keras.Model, representative: NDArray[np.uint8], *, int8: bool) -> bytes:
    """The network for one picture at a time, as a flat buffer: pictures in, float32 logits (1, k) out.

    With int8 all of it is integer arithmetic (Jacob et al., 2018), and the input is the uint8 picture itself;
    the ranges are measured on the first representative pictures, uint8 (n, 28, 28).
    """
    bare = as_logits(model)
    one = keras.Input(batch_shape=(1, *bare.input_shape[1:]))
    converter = tf.lite.TFLiteConverter.from_keras_model(keras.Model(one, bare(one)))
    if int8:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: _samples(representative, one.shape)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.uint8
        converter.inference_output_type = tf.float32
    # The converter prints its whole signature, and warns of options that are set on purpose.
    with quiet(), contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return bytes(converter.convert())


def _samples(pictures: NDArray[np.uint8], shape: tuple[int, ...]) -> Iterator[list[Any]]:
    for picture in pictures[:_REPRESENTATIVE]:
        yield [(picture / np.float32(255)).reshape(shape)]
