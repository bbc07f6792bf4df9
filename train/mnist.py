"""MNIST, from Keras or from the original idx files."""

import gzip
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from train.digits import Digits
from watcher.errors import SurroundingsError, UsageError

LICENCE = "MNIST, Y. LeCun, C. Cortes, C. Burges, CC BY-SA 3.0"

_FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
_UINT8 = 0x08


def load(source: str, part: str) -> Digits:
    """The `train` or the `test` part (t10k) of MNIST, as it is published: not yet normalised.

    `source` is `mnist` (downloaded once by Keras) or a folder with the four idx files, gzipped or not.
    """
    if source == "mnist":
        return _from_keras(part)
    folder = Path(source)
    if not folder.is_dir():
        raise UsageError(
            f"--data {source}: no such folder",
            hint="give `mnist`, or a folder with the four idx files of MNIST",
        )
    images, labels = (read_idx(_find(folder, name)) for name in _FILES[part])
    return _checked(images, labels, folder)


def read_idx(path: Path) -> NDArray[np.uint8]:
    """The array in an idx file of unsigned bytes, any number of dimensions; `.gz` is unpacked.

    Format: two zero bytes, type, number of dimensions, each dimension as a big-endian uint32, the data
    (http://yann.lecun.com/exdb/mnist). Raises UsageError for anything else.
    """
    hint = "fetch the file again; the four idx files of MNIST are needed as published"
    try:
        data = path.read_bytes()
        if path.suffix == ".gz":
            data = gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"{path}: cannot be read: {error}", hint=hint) from error
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] != _UINT8:
        raise UsageError(f"{path}: not an idx file of unsigned bytes (begins {data[:4].hex()})", hint=hint)
    start = 4 + 4 * data[3]
    if len(data) < start:
        raise UsageError(f"{path}: ends within its header of {start} bytes", hint=hint)
    shape = tuple(int(size) for size in np.frombuffer(data, ">u4", count=data[3], offset=4))
    body = np.frombuffer(data, np.uint8, offset=start)
    if body.size != int(np.prod(shape)):
        raise UsageError(f"{path}: holds {body.size} bytes, its header promises {shape}", hint=hint)
    return body.reshape(shape)


def _find(folder: Path, name: str) -> Path:
    for candidate in (folder / name, folder / f"{name}.gz"):
        if candidate.is_file():
            return candidate
    raise UsageError(f"{folder}: neither {name} nor {name}.gz is there", hint="put the four idx files of MNIST there")


def _checked(images: NDArray[np.uint8], labels: NDArray[np.uint8], folder: Path) -> Digits:
    fits = images.ndim == 3 and labels.ndim == 1 and len(images) == len(labels)
    if not fits or (labels.size and labels.max() > 9):
        raise UsageError(
            f"{folder}: images {images.shape} and labels {labels.shape} are no set of digits 0 to 9",
            hint="images and labels must come from the same data set, labels from 0 to 9",
        )
    return Digits(images, labels.astype(np.int64))


def _from_keras(part: str) -> Digits:
    import keras

    try:
        train, test = keras.datasets.mnist.load_data()
    # Keras wraps every fault of the download, DNS and TLS included, into a bare Exception.
    except Exception as error:
        raise SurroundingsError(
            f"keras.datasets.mnist could not be fetched: {error}",
            hint="without a network, give the idx files: --data DIR",
        ) from error
    images, labels = train if part == "train" else test
    return Digits(images, labels.astype(np.int64))
