"""The bare floor: the least that must be done with a folder of pictures."""

import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np

from bench.cost import Cost, Meter


def bare_floor(inbox: Path) -> Cost:
    """Read each file, decode it, rename it once; on all cores, nothing else."""
    done = inbox.parent / "done"
    done.mkdir()
    names = sorted(os.listdir(inbox))
    cores = len(os.sched_getaffinity(0))
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        list(pool.map(time.sleep, [0.2] * cores))  # all of them have started
        meter = Meter()
        list(pool.map(_read_and_move, [(inbox, done, names[i::cores]) for i in range(cores)]))
        return meter.read()


def _read_and_move(job: tuple[Path, Path, Sequence[str]]) -> None:
    inbox, done, names = job
    cv2.setNumThreads(1)
    for name in names:
        with open(inbox / name, "rb") as file:
            cv2.imdecode(np.frombuffer(file.read(), np.uint8), cv2.IMREAD_GRAYSCALE)
        os.rename(inbox / name, done / name)
