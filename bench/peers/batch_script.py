"""What a careful person writes in an afternoon: watchdog on the folder, batches through a `tf.function`, a CSV, a move.

No ledger, no fsync, no check of what it opens: it is fast and may lose or double pictures.
"""

import csv
import os
import queue
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from watchdog.events import FileClosedEvent, FileSystemEventHandler
from watchdog.observers import Observer

from bench.cost import Cost, Meter
from bench.peers.networks import tutorial_mlp

BATCH = 256


class _Arrivals(FileSystemEventHandler):
    def __init__(self) -> None:
        self.paths: queue.Queue[str] = queue.Queue()

    def on_closed(self, event: FileClosedEvent) -> None:  # type: ignore[override]
        self.paths.put(os.fsdecode(event.src_path))


def batch_script(inbox: Path) -> Cost:
    """From a loaded model to the last picture's row and move; it starts with what is there."""
    import tensorflow as tf

    model = tutorial_mlp()
    predict = tf.function(lambda batch: tf.argmax(model(batch, training=False), axis=1))
    predict(tf.zeros((BATCH, 28, 28)))
    count = len(os.listdir(inbox))
    done = inbox.parent / "done"
    done.mkdir()
    arrivals = _Arrivals()
    observer = Observer()
    observer.schedule(arrivals, str(inbox))
    observer.start()
    meter = Meter()
    try:
        with open(inbox.parent / "results.csv", "w", newline="") as file:
            _work(inbox, done, csv.writer(file), arrivals, predict, count)
        return meter.read()
    finally:
        observer.stop()
        observer.join()


def _work(inbox: Path, done: Path, rows: Any, arrivals: _Arrivals, predict: Any, count: int) -> None:
    for name in sorted(os.listdir(inbox)):
        arrivals.paths.put(str(inbox / name))
    while count:
        batch = [arrivals.paths.get()]
        while len(batch) < BATCH and not arrivals.paths.empty():
            batch.append(arrivals.paths.get())
        pictures = np.zeros((BATCH, 28, 28), np.float32)  # of one size, so that the function is traced once
        for place, path in enumerate(batch):
            grey = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
            if grey.shape != (28, 28):
                grey = cv2.resize(grey, (28, 28), interpolation=cv2.INTER_AREA)
            pictures[place] = (255 - grey if grey.mean() > 127 else grey) / 255.0
        for path, digit in zip(batch, predict(pictures).numpy(), strict=False):
            name = os.path.basename(path)
            rows.writerow([name, int(digit)])
            os.rename(path, done / name)
        count -= len(batch)
