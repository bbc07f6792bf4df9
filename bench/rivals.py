"""What is timed. Each takes a folder of PNG files and gives the seconds it took to deal with all of them."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import cv2

from watcher.recognition.quiet import quiet


def bare_floor(inbox: Path) -> float:
    """The least that must be done: read each file, decode it, rename it once; on all cores, nothing else."""
    done = inbox.parent / "done"
    done.mkdir()
    names = sorted(os.listdir(inbox))
    cores = len(os.sched_getaffinity(0))
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        list(pool.map(time.sleep, [0.2] * cores))  # all of them have started
        started = time.perf_counter()
        list(pool.map(_read_and_move, [(inbox, done, names[i::cores]) for i in range(cores)]))
        return time.perf_counter() - started


def _read_and_move(job: tuple[Path, Path, Sequence[str]]) -> None:
    import numpy as np

    inbox, done, names = job
    cv2.setNumThreads(1)
    for name in names:
        with open(inbox / name, "rb") as file:
            cv2.imdecode(np.frombuffer(file.read(), np.uint8), cv2.IMREAD_GRAYSCALE)
        os.rename(inbox / name, done / name)


def daemon(inbox: Path) -> float:
    """The real thing: `run --once`, timed from READY to its last durable row and rename."""
    count = len(os.listdir(inbox))
    address = str(inbox.parent / "notify")
    outbox = inbox.parent / "outbox"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(address)
        command = [sys.executable, "-m", "watcher", "run", "--once", "--inbox", str(inbox), "--outbox", str(outbox)]
        process = subprocess.Popen(
            command, env=os.environ | {"NOTIFY_SOCKET": address}, stderr=subprocess.PIPE, text=True
        )
        while b"READY=1" not in sock.recv(4096):
            pass
        started = time.perf_counter()
        _, said = process.communicate()
        seconds = time.perf_counter() - started
    found = re.search(r"([\d,]+) pictures? read", said)
    if process.returncode != 0 or not found or int(found[1].replace(",", "")) != count:
        raise RuntimeError(f"the daemon did not read all {count} pictures:\n{said}")
    return seconds


def tutorial_loop(inbox: Path) -> float:
    """What tutorials do: imread, invert, scale, `model.predict` for one picture after the other."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with quiet():
        import keras
    import numpy as np

    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.predict(np.zeros((1, 28, 28)), verbose=0)  # builds the graph: not counted against it
    started = time.perf_counter()
    for path in sorted(inbox.iterdir()):
        picture = np.invert(np.array([cv2.imread(str(path))[:, :, 0]])) / 255.0
        int(np.argmax(model.predict(picture, verbose=0)))
    return time.perf_counter() - started
