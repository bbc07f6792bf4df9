"""The state of an unfinished run, written so that a kill at any instant leaves a whole one."""

import json
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watcher.errors import UsageError

FILE = "checkpoint.npz"

Row = dict[str, float]


@dataclass(frozen=True)
class Checkpoint:
    """step: batches done. rows: one a finished epoch. arrays: every variable, in the order of the trainer."""

    step: int
    rows: tuple[Row, ...]
    arrays: tuple[NDArray[Any], ...]


def save(state: Checkpoint, run: Path) -> None:
    """Replace the run's checkpoint at one stroke."""
    arrays = {f"a{place}": array for place, array in enumerate(state.arrays)}
    temporary = run / f"{FILE}.tmp"
    with temporary.open("wb") as file:
        np.savez(
            file,
            allow_pickle=False,
            step=np.int64(state.step),
            rows=np.array(json.dumps(state.rows)),
            **arrays,
        )
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(run / FILE)


def load(run: Path, like: Sequence[tuple[int, ...]]) -> Checkpoint:
    """The run's checkpoint; its arrays must have these shapes. Raises UsageError where they do not."""
    path = run / FILE
    hint = "begin a new run with another --run"
    if not path.is_file():
        raise UsageError(f"{path}: no checkpoint to resume from", hint=hint)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = tuple(stored[f"a{place}"] for place in range(len(stored.files) - 2))
            state = Checkpoint(int(stored["step"]), tuple(json.loads(str(stored["rows"]))), arrays)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise UsageError(f"{path}: damaged: {error}", hint=hint) from error
    if [array.shape for array in state.arrays] != list(like):
        raise UsageError(f"{path}: belongs to another network than {run / 'config.json'} names", hint=hint)
    return state
