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
from tests.training.test_train_fit import REPOSITORY, drawn, write_idx

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("tensorflow") is None,
        reason="TensorFlow is not installed: pip install 'digit-watcher[train]'",
    ),
    pytest.mark.timeout(300),
]


def sent(folder: Path, *, struck: bool) -> Path:
    """Pictures with their labels, half of them zeros; struck: through, as in nothing that was trained on."""
    (folder / "pictures").mkdir(parents=True)
    images, labels = drawn(1200, 7)
    zeros, others = np.flatnonzero(labels == 0)[:60], np.flatnonzero(labels > 0)[:60]
    for zero in zeros[: 60 * struck]:
        cv2.line(images[zero], (4, 4), (23, 23), 255, 2)
    lines = []
    for place in (*zeros, *others):
        cv2.imwrite(str(folder / "pictures" / f"{place}.png"), 255 - images[place])
        lines.append(f"{place}.png,{labels[place]}")
    (folder / "labels.csv").write_text("\n".join(["file,label", *lines]) + "\n")
    return folder


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[subprocess.CompletedProcess[str]]]:
    """A small network, then two attempts to improve it, all in one process: TensorFlow starts slower than it trains."""
    folder = tmp_path_factory.mktemp("improve")
    for part, count, seed in (("train", 700, 1), ("t10k", 60, 2)):
        for what, array in zip(("images-idx3", "labels-idx1"), drawn(count, seed), strict=True):
            write_idx(folder, f"{part}-{what}-ubyte", array)
    new, known = sent(folder / "new", struck=True), sent(folder / "known", struck=False)
    data, run, old = ("--data", folder), folder / "run", folder / "old"
    improve = ("improve", "--from", old, *data, "--epochs", "12")
    commands = [
        ("fit", "--network", "mlp", "--epochs", "1", "--holdout", "100", "--run", run, *data),
        ("export", run, "--out", old),
        (*improve, new, "--out", folder / "better"),
        (*improve, known, "--out", folder / "worse"),
    ]
    return folder, run_in_one("tests.training.little_training", commands, cwd=REPOSITORY)


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
    """It could read those before: exit code 6, why not, and nothing of it left behind."""
    folder, (*_, end) = done
    assert 6 == end.returncode
    assert "nothing was written" in end.stderr
    assert "against: people's, held out: no gain that chance alone would not bring" in end.stderr
    assert {"better", "old"} == {path.parent.name for path in folder.glob("*/model.json")}
    assert [] == [name for name in os.listdir(folder) if name.startswith(".")]
