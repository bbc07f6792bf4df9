"""The loop of the tutorials, with their network."""

from pathlib import Path

import cv2
import numpy as np

from bench.cost import Cost, Meter
from bench.peers.networks import tutorial_mlp


def tutorial_loop(inbox: Path) -> Cost:
    """imread, invert, scale, `model.predict`, for one picture after the other; without loading anything."""
    model = tutorial_mlp()
    model.predict(np.zeros((1, 28, 28)), verbose=0)  # builds the graph: not counted against it
    meter = Meter()
    for path in sorted(inbox.iterdir()):
        picture = np.invert(np.array([cv2.resize(cv2.imread(str(path))[:, :, 0], (28, 28))])) / 255.0
        int(np.argmax(model.predict(picture, verbose=0)))
    return meter.read()
