"""`python -m train` as a person runs it, on a few hundred drawn digits; and its figures on real MNIST."""

import csv
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.end_to_end.process import run_in_one
from tests.unit.terminal import LEFT, Terminal, screen

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("tensorflow") is None,
        reason="TensorFlow is not installed: pip install 'digit-watcher[train]'",
    ),
    pytest.mark.timeout(500),  # the first test waits for it
]

REPOSITORY = Path(__file__).parents[2]
MNIST = Path(os.environ.get("SHARED_DATA", REPOSITORY.parent / "shared" / "data")) / "mnist"
FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
)


def drawn(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Digits of plotter fonts in varied size, weight and place, light on black."""
    random = np.random.default_rng(seed)
    labels = random.integers(10, size=count).astype(np.uint8)
    sheets = np.zeros((count, 28, 28), np.uint8)
    for sheet, label in zip(sheets, labels, strict=True):
        large = np.zeros((56, 56), np.uint8)
        at = (int(random.integers(8, 20)), int(random.integers(42, 52)))
        font, size = FONTS[random.integers(len(FONTS))], float(random.uniform(1.2, 1.7))
        cv2.putText(large, str(label), at, font, size, 255, int(random.integers(2, 5)))
        sheet[:] = cv2.resize(large, (28, 28), interpolation=cv2.INTER_AREA)
    return sheets, labels


def write_idx(folder: Path, name: str, array: np.ndarray) -> None:
    """An idx file of unsigned bytes."""
    head = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    (folder / name).write_bytes(head + array.tobytes())


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small data set in the four files of MNIST."""
    folder = tmp_path_factory.mktemp("idx")
    for part, count, seed in (("train", 700, 1), ("t10k", 120, 2)):
        images, labels = drawn(count, seed)
        write_idx(folder, f"{part}-images-idx3-ubyte", images)
        write_idx(folder, f"{part}-labels-idx1-ubyte", labels)
    return folder


def command(*arguments: str | Path) -> Sequence[str]:
    """The command line of `python -m train`."""
    return [sys.executable, "-m", "train", *map(str, arguments)]


def train(*commands: Sequence[str | Path]) -> list[str]:
    """What each of the commands prints, all in one process; each must succeed."""
    ends = run_in_one("train.cli", commands, cwd=REPOSITORY)
    assert [(0, "")] * len(ends) == [(done.returncode, done.stderr if done.returncode else "") for done in ends]
    return [done.stdout for done in ends]


def history(run: Path) -> list[str]:
    """The epochs in history.csv."""
    with (run / "history.csv").open(newline="") as lines:
        return [row["epoch"] for row in csv.DictReader(lines)]


@dataclass
class Made:
    """Runs of `mlp`, `digitnet` and, interrupted and resumed, `mlp` again; bundles of the first two."""

    folder: Path
    said: dict[str, str]  # by what was done
    interrupted: tuple[int, str, str]  # exit code, words, and what its terminal got beside them
    epochs_before: list[str]  # of the interrupted run
    weights_before: bool  # whether the interrupted run had left a network


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Made:
    """Three processes, as each start of TensorFlow takes longer than the training: all that is fitted, one that is
    interrupted, and all that takes up what others have left on the disk."""
    folder = tmp_path_factory.mktemp("made")
    labelled(folder / "more")
    fit, few = ("fit", "--data", data, "--holdout", "100"), folder / "few"
    fits = {
        "mlp": (*fit, "--network", "mlp", "--epochs", "6", "--run", folder / "mlp"),
        "digitnet": (*fit, "--pictures", folder / "more", "--epochs", "1", "--run", folder / "digitnet"),
    }
    if MNIST.is_dir():
        fits["mnist"] = ("fit", "--network", "mlp", "--data", MNIST, "--epochs", "3", "--run", folder / "mnist")
    said = dict(zip(fits, train(*fits.values()), strict=True))
    end = interrupted(*fit, "--network", "mlp", "--epochs", "400", "--run", few)
    before, network = history(few), (few / "model.keras").is_file()
    shorten(few, len(before) + 2)
    taken_up = {
        "resumed": ("fit", "--run", few, "--resume"),
        "mlp bundle": ("export", folder / "mlp", "--out", folder / "mlp-bundle"),
        "digitnet bundle": ("export", folder / "digitnet", "--out", folder / "digitnet-bundle"),
    }
    said |= zip(taken_up, train(*taken_up.values()), strict=True)
    return Made(folder, said, end, before, network)


def labelled(folder: Path) -> None:
    """Forty pictures in folders by label, dark on light."""
    for place, (image, label) in enumerate(zip(*drawn(40, 3), strict=True)):
        (folder / str(label)).mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / str(label) / f"{place}.png"), 255 - image)


def interrupted(*arguments: str | Path) -> tuple[int, str, str]:
    """Exit code and words of a command that gets Ctrl-C after its first epoch, and what was drawn on its terminal."""
    terminal = Terminal()
    with subprocess.Popen(
        command(*arguments), stdout=subprocess.PIPE, stderr=terminal.child, text=True, cwd=REPOSITORY,
        env=os.environ | {"TERM": "xterm"},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("epoch 1/"):
                break
        process.send_signal(signal.SIGINT)
        said = process.stdout.read()
    return process.returncode, said, terminal.close()


def shorten(run: Path, epochs: int) -> None:
    """Make a run end earlier; 400 epochs are there to be interrupted."""
    path = run / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"epochs": epochs}))


def test_from_data_to_a_bundle_that_reads(tmp_path: Path, data: Path, made: Made) -> None:
    """fit leaves a whole run, export a bundle with its own scores, evaluate reads with it."""
    run, bundle = made.folder / "mlp", made.folder / "mlp-bundle"
    assert "test: accuracy" in made.said["mlp"]
    expected = [
        "config.json",
        "confusion.png",
        "coverage.png",
        "curves.png",
        "history.csv",
        "metrics.json",
        "mistakes.png",
        "model.keras",
        "reliability.png",
    ]
    assert expected == [name for name in sorted(os.listdir(run)) if name != "checkpoint.npz"]
    (said,) = train(("evaluate", bundle, "--data", data, "--json", "--out", tmp_path / "scores"))
    found = json.loads(said)
    assert 120 == found["n"]
    assert found["accuracy"] > 0.7
    card = json.loads((bundle / "model.json").read_text(encoding="utf-8"))
    assert found["right"] == card["scores"]["mnist_t10k"]["right"]
    assert str(data) not in (bundle / "model.json").read_text(encoding="utf-8")
    drawn = {"confusion.png", "coverage.png", "mistakes.png", "reliability.png"}
    assert drawn | {"scores.json"} == set(os.listdir(tmp_path / "scores"))


def test_digitnet_trains_with_pictures_and_exports_its_garbage_class(made: Made) -> None:
    """Labelled pictures join the training digits; the bundle has eleven classes."""
    assert "640 digits to train on, 100 held out" in made.said["digitnet"]
    bundle = made.folder / "digitnet-bundle"
    assert "not_a_digit" == json.loads((bundle / "model.json").read_text(encoding="utf-8"))["classes"][10]
    (said,) = train(("evaluate", bundle, "--pictures", made.folder / "more", "--by", "label"))
    assert "label" in said


def test_ctrl_c_leaves_a_run_that_goes_on(made: Made) -> None:
    """Interrupted after its first epoch: exit 130, how to resume is said, and resuming reaches the end."""
    run, done = made.folder / "few", len(made.epochs_before)
    code, said, _ = made.interrupted
    assert 130 == code
    assert f"python -m train fit --run {run} --resume" in said
    assert 1 <= done < 400
    assert made.weights_before
    assert "done before" in made.said["resumed"]
    assert [str(epoch + 1) for epoch in range(done + 2)] == history(run)


def test_on_a_terminal_fit_says_how_long_the_whole_run_still_takes(made: Made) -> None:
    """Of all batches of all 400 epochs, with the epoch; and nothing of it stays."""
    *_, drawn = made.interrupted
    found = re.search(r"epoch [1-9]/400: +\d+%\|.*?\| \d+/(\d+) " + LEFT.pattern, drawn)
    assert found, drawn
    assert 0 == int(found[1]) % 400
    assert not [line for line in screen(drawn) if "%|" in line]
    assert all("%|" not in words for words in made.said.values())


STOPPED_AND_NOT = """
import keras, numpy as np
from keras import layers
from train.checkpoint import load, save
from train.digits import Digits
from train.recipe import Recipe
from train.trainer import Trainer
from pathlib import Path
random = np.random.default_rng(0)
digits = Digits(random.integers(0, 256, (64, 28, 28), dtype=np.uint8), random.integers(0, 10, 64))
garbage = random.integers(0, 256, (16, 28, 28), dtype=np.uint8)
recipe = Recipe(batch_size=16, garbage_share=0.25, augmented=True, ema=0.9, weight_decay=0.02, epochs=2)
# All kinds of layers that keep something of their own between two steps; digitnet has more of them, and takes long.
def build(_):
    picture = keras.Input((28, 28, 1))
    seen = layers.Conv2D(4, 5, strides=4)(picture)
    seen = layers.Dropout(0.3)(layers.BatchNormalization()(seen))
    return keras.Model(picture, layers.Dense(11)(layers.Flatten()(seen)))
whole, first, second = (Trainer(recipe, digits, garbage, build=build) for _ in range(3))
for _ in range(6): whole.advance()
for _ in range(3): first.advance()
save(first.state(()), Path("."))
second.restore(load(Path("."), second.shapes()))
for _ in range(3): second.advance()
one, other = whole.state(()).arrays, second.state(()).arrays
print(max(float(np.abs(np.subtract(a, b, dtype=float)).max()) for a, b in zip(one, other)))
"""


def test_a_resumed_run_is_the_run_that_was_not_stopped(tmp_path: Path) -> None:
    """Same batches, distortions, dropout, optimizer and averages: the weights agree."""
    ends = subprocess.run(
        [sys.executable, "-c", STOPPED_AND_NOT], capture_output=True, text=True, cwd=tmp_path, timeout=300,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    assert 0 == ends.returncode, ends.stderr
    assert 0.0 == pytest.approx(float(ends.stdout), abs=1e-5)


@pytest.mark.skipif(not MNIST.is_dir(), reason=f"{MNIST} is not here")
def test_the_tutorials_mlp_reaches_its_figure(made: Made) -> None:
    """Three epochs on MNIST: more than 96 % already, 97 % and more with the default eight."""
    assert json.loads((made.folder / "mnist" / "metrics.json").read_text())["test"]["accuracy"] > 0.96
