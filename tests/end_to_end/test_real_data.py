"""Real pictures through `run --once`: the figures that the README states must hold in the program itself."""

import csv
import gzip
import os
import struct
from pathlib import Path

import numpy as np
import pytest

from tests.end_to_end.pictures import encoded
from tests.end_to_end.place import Place

DATA = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[2].parent / "shared" / "data"))


def test_pictures_that_people_made_themselves(place: Place) -> None:
    """Of 300 single digits from Paint, scanners and cameras (part `tune`), at least 95 % are read right."""
    folder = DATA / "wild"
    if not folder.is_dir():
        pytest.skip(f"{DATA / 'wild'} is not here")
    with open(folder / "labels.csv", encoding="utf-8", newline="") as file:
        labels = [row for row in csv.DictReader(file) if row["kind"] == "single" and row["part"] == "tune"]
    chosen = {row["file"]: row["label"] for row in labels[:: max(1, len(labels) // 300)][:300]}
    for name in chosen:
        place.drop(name, (folder / "pictures" / name).read_bytes())
    place.configure(reading={"workers": 2})
    place.once()
    right = sum(row["prediction"] == chosen[row["file"]] for row in place.rows())
    assert len(place.rows()) == len(chosen)
    assert right >= 0.95 * len(chosen), f"{right} of {len(chosen)}"


def read_idx(path: Path) -> np.ndarray:
    """An array from MNIST's own file format."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    dimensions = data[3]
    shape = struct.unpack_from(f">{dimensions}I", data, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def test_the_first_thousand_of_mnists_test_set(place: Place) -> None:
    """As PNG files in the inbox, at least 99 % are read right."""
    found = {kind: sorted((DATA / "mnist").glob(f"t10k-{kind}*")) for kind in ("images", "labels")}
    if not all(found.values()):
        pytest.skip(f"{DATA / 'mnist'} is not here")
    images, labels = (read_idx(found[kind][0])[:1000] for kind in ("images", "labels"))
    for number, image in enumerate(images):
        place.drop(f"{number}.png", encoded(image))
    place.configure(reading={"workers": 2})
    place.once()
    right = sum(row["prediction"] == str(labels[int(row["file"].removesuffix(".png"))]) for row in place.rows())
    assert len(place.rows()) == len(images)
    assert right >= 990, right
