"""train.checkpoint: what a kill leaves can be resumed, what is damaged is said."""

from pathlib import Path

import numpy as np
import pytest

from train import checkpoint
from train.checkpoint import Checkpoint
from watcher.errors import UsageError

SHAPES = [(2, 3), ()]


def state(step: int) -> Checkpoint:
    """A state with one finished epoch."""
    rows = ({"epoch": 1, "loss": 0.25},)
    return Checkpoint(step, rows, (np.full((2, 3), step, np.float32), np.int64(step)))


def test_a_checkpoint_comes_back_as_it_was(tmp_path: Path) -> None:
    """Step, rows and arrays with their types."""
    checkpoint.save(state(7), tmp_path)
    found = checkpoint.load(tmp_path, SHAPES)
    assert (7, state(7).rows) == (found.step, found.rows)
    assert [np.float32, np.int64] == [array.dtype for array in found.arrays]
    np.testing.assert_array_equal(state(7).arrays[0], found.arrays[0])


def test_a_kill_while_writing_leaves_the_one_before(tmp_path: Path) -> None:
    """Half a new file beside the old one does no harm."""
    checkpoint.save(state(7), tmp_path)
    (tmp_path / "checkpoint.npz.tmp").write_bytes(b"PK half")
    assert 7 == checkpoint.load(tmp_path, SHAPES).step
    checkpoint.save(state(8), tmp_path)
    assert 8 == checkpoint.load(tmp_path, SHAPES).step


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    """Cut in half by a full disk or a copy, it is named."""
    checkpoint.save(state(7), tmp_path)
    path = tmp_path / checkpoint.FILE
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(UsageError, match="damaged") as caught:
        checkpoint.load(tmp_path, SHAPES)
    assert "--run" in caught.value.hint


def test_the_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    """Shapes that do not fit are not stretched."""
    checkpoint.save(state(7), tmp_path)
    with pytest.raises(UsageError, match="belongs to another network"):
        checkpoint.load(tmp_path, [(3, 3), ()])


def test_a_run_without_checkpoint_says_so(tmp_path: Path) -> None:
    """Nothing to resume from."""
    with pytest.raises(UsageError, match="no checkpoint to resume from"):
        checkpoint.load(tmp_path, SHAPES)
