"""`python -m train improve` as a person runs it: written where it is better, refused where it is not."""

import importlib.util
import json
import os
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.end_to_end.process import run_in_one
from tests.end_to_end.test_train_fit import REPOSITORY, drawn, write_idx

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("tensorflow") is None,
        reason="TensorFlow is not installed: pip install 'digit-watcher[train]'",
    ),
    pytest.mark.timeout(300),
]


def struck_through(folder: Path, count: int) -> Path:
    """Pictures by people who strike their zeros through, with their labels; nobody trained on such."""
    (folder / "pictures").mkdir(parents=True)
    images, labels = drawn(10 * count, 7)
    zeros, others = np.flatnonzero(labels == 0)[: count // 2], np.flatnonzero(labels > 0)[: count // 2]
    for zero in zeros:
        cv2.line(images[zero], (4, 4), (23, 23), 255, 2)
    chosen = [*zeros, *others]
    for place, image in enumerate(images[chosen]):
        cv2.imwrite(str(folder / "pictures" / f"{place}.png"), 255 - image)
    labels = labels[chosen]
    lines = [f"{place}.png,{label}" for place, label in enumerate(labels)]
    (folder / "labels.csv").write_text("\n".join(["file,label", *lines]) + "\n")
    return folder


def muddled(folder: Path) -> Path:
    """The same pictures with labels that have nothing to do with them."""
    head, *lines = (folder / "labels.csv").read_text().split()
    names, labels = zip(*(line.split(",") for line in lines), strict=True)
    dealt = np.random.default_rng(5).permutation(labels)
    (folder / "labels.csv").write_text("\n".join([head, *map(",".join, zip(names, dealt, strict=True))]) + "\n")
    return folder


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[subprocess.CompletedProcess[str]]]:
    """A small network, then two attempts to improve it, all in one process: TensorFlow starts slower than it trains."""
    folder = tmp_path_factory.mktemp("improve")
    for part, count, seed in (("train", 700, 1), ("t10k", 60, 2)):
        for what, array in zip(("images-idx3", "labels-idx1"), drawn(count, seed), strict=True):
            write_idx(folder, f"{part}-{what}-ubyte", array)
    good, bad = struck_through(folder / "good", 120), muddled(struck_through(folder / "bad", 120))
    data, run, old = ("--data", folder), folder / "run", folder / "old"
    improve = ("improve", "--from", old, *data, "--epochs", "12")
    commands = [
        ("fit", "--network", "mlp", "--epochs", "1", "--holdout", "100", "--run", run, *data),
        ("export", run, "--out", old),
        (*improve, good, "--out", folder / "better"),
        (*improve, bad, "--out", folder / "worse"),
    ]
    return folder, run_in_one("tests.end_to_end.little_training", commands, cwd=REPOSITORY)


def test_a_better_bundle_is_written_with_what_it_came_from(
    done: tuple[Path, list[subprocess.CompletedProcess[str]]],
) -> None:
    """Before and after stand in what is said and in the card; the old bundle stays as it was."""
    folder, (_, _, end, _) = done
    assert (0, "") == (end.returncode, end.stderr)
    assert "before → after" in end.stdout
    old, new = (json.loads((folder / name / "model.json").read_text(encoding="utf-8")) for name in ("old", "better"))
    (step,) = new["improved"]
    assert {"name": old["name"], "sha256": old["sha256"]} == step["from"]
    assert 120 == step["pictures"]["trained_on"] + step["pictures"]["held_out"]
    held_out = step["judged_on"]["people's, held out"]
    assert held_out["right"]["after"] > held_out["right"]["before"]
    assert 60 == step["reported"]["mnist t10k"]["n"] == new["scores"]["mnist_t10k"]["n"]
    assert ["model.json", "model.keras", "model.tflite"] == sorted(os.listdir(folder / "better"))
    assert str(folder) not in (folder / "better" / "model.json").read_text(encoding="utf-8")


def test_what_is_no_better_is_not_written(done: tuple[Path, list[subprocess.CompletedProcess[str]]]) -> None:
    """Wrong labels spoil what it could: exit code 6, why not, and nothing of it left behind."""
    folder, (*_, end) = done
    assert 6 == end.returncode
    assert "nothing was written" in end.stderr
    assert "against: mnist held out: fewer right" in end.stderr
    assert {"better", "old"} == {path.parent.name for path in folder.glob("*/model.json")}
    assert [] == [name for name in os.listdir(folder) if name.startswith(".")]
