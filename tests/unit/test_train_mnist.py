"""train.mnist: the idx format, and what is said of files that are none."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from train import mnist
from watcher.errors import UsageError


def idx(array: np.ndarray) -> bytes:
    """The idx file of an array of unsigned bytes."""
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


@pytest.fixture
def pictures() -> np.ndarray:
    return np.arange(3 * 28 * 28, dtype=np.uint8).reshape(3, 28, 28)


@pytest.mark.parametrize("gzipped", [False, True])
def test_an_idx_file_is_read_as_it_was_written(tmp_path: Path, pictures: np.ndarray, gzipped: bool) -> None:
    """Plain or gzipped, the array comes back with its shape."""
    path = tmp_path / ("a.gz" if gzipped else "a")
    path.write_bytes(gzip.compress(idx(pictures)) if gzipped else idx(pictures))
    np.testing.assert_array_equal(pictures, mnist.read_idx(path))


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("short", idx(np.zeros((3, 4), np.uint8))[:-1], "holds 11 bytes, its header promises (3, 4)"),
        ("cut-header", bytes([0, 0, 8, 3, 0, 0]), "ends within its header of 16 bytes"),
        ("floats", bytes([0, 0, 0x0D, 1, 0, 0, 0, 0]), "not an idx file of unsigned bytes (begins 00000d01)"),
        ("empty", b"", "not an idx file"),
        ("no-gzip.gz", b"plain", "cannot be read"),
    ],
)
def test_what_is_no_idx_file_is_refused_by_name(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    """The message names the file and what is wrong with it; the hint says what to do."""
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UsageError) as caught:
        mnist.read_idx(tmp_path / name)
    assert says in str(caught.value)
    assert str(tmp_path / name) in str(caught.value)
    assert "fetch the file again" in caught.value.hint


def test_a_folder_of_idx_files_is_a_set_of_digits(tmp_path: Path, pictures: np.ndarray) -> None:
    """Images and labels of the wanted part are paired."""
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(idx(pictures))
    (tmp_path / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(np.array([7, 0, 9], np.uint8))))
    digits = mnist.load(str(tmp_path), "test")
    assert [7, 0, 9] == digits.labels.tolist()
    assert (3, 28, 28) == digits.pictures.shape


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A folder without the files says which one it looked for."""
    with pytest.raises(UsageError, match="neither train-images-idx3-ubyte nor"):
        mnist.load(str(tmp_path), "train")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """--data with a wrong path says so."""
    with pytest.raises(UsageError, match="no such folder"):
        mnist.load(str(tmp_path / "nowhere"), "train")


def test_images_and_labels_that_do_not_belong_together_are_refused(tmp_path: Path, pictures: np.ndarray) -> None:
    """Three images with two labels are no data set."""
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(pictures))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(np.array([7, 0], np.uint8)))
    with pytest.raises(UsageError, match="no set of digits"):
        mnist.load(str(tmp_path), "train")
