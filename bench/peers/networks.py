"""The tutorials' network, with fresh weights: how right it is makes it neither slower nor faster."""

from typing import Any


def tutorial_mlp() -> Any:
    """Flatten, 128, 128, 10: a Keras model of (n, 28, 28) float32."""
    import keras

    return keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
