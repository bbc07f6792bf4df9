"""Models that people already have: .keras, .h5 and SavedModel, read by `predict --model` and by the daemon."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import run_in_one

pytestmark = pytest.mark.timeout(500)  # the first test waits for one fixture for all
needs_tensorflow = pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is None,
    reason="TensorFlow is not installed: pip install 'digit-watcher[train]'",
)

# What a tutorial's script leaves behind, but trained in no time: the ten outputs are set by hand so that
# the answer tells how the picture was fed. Input flat or (28, 28) or (28, 28, 1), each saved in three forms.
SAVE = """
import sys, pathlib, numpy as np, keras
keras.utils.set_random_seed(1)
folder = pathlib.Path(sys.argv[1])
for name, shape in {"flat": (784,), "square": (28, 28), "channel": (28, 28, 1)}.items():
    layers = [keras.layers.Input(shape)]
    layers += [] if name == "flat" else [keras.layers.Flatten()]
    layers += [keras.layers.Dense(10, activation="softmax")]
    model = keras.Sequential(layers)
    # The logit of 5 grows with the sum of all ink: 0 to 1 a pixel leaves it below 3's, 0 to 255 lifts it above.
    kernel = np.zeros((784, 10), np.float32)
    kernel[:, 5] = 0.01
    bias = np.zeros(10, np.float32)
    bias[3] = 20
    model.layers[-1].set_weights([kernel, bias])
    if name != "channel":
        model.save(folder / f"{name}.keras")
    else:
        model.save(folder / f"{name}.h5")
        model.export(folder / "exported", verbose=False)
"""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with flat.keras, square.keras, channel.h5 and exported/."""
    folder = tmp_path_factory.mktemp("models")
    done = subprocess.run([sys.executable, "-c", SAVE, str(folder)], capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return folder


Asked = tuple[str, str, str]  # a model's name, `input.shape`, `input.scale`
ASKED: list[Asked] = [
    ("flat.keras", "flat", "unit"),
    ("flat.keras", "flat", "raw"),
    ("channel.h5", "image", "unit"),
    ("exported", "image", "unit"),
    ("flat.keras", "image", "unit"),
    ("no_model.keras", "image", "unit"),
]


@pytest.fixture(scope="module")
def answers(models: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Asked, subprocess.CompletedProcess[str]]:
    """What `predict --model` says of one picture by each of the models and settings."""
    place = Place(tmp_path_factory.mktemp("answers") / "place")
    (place.root / "one.png").write_bytes(png(1))
    (models / "no_model.keras").write_bytes(b"not a zip")
    commands = []
    for name, shape, scale in ASKED:
        place.configure(input={"shape": shape, "scale": scale})
        config = place.config_file.rename(place.root / f"{shape}-{scale}.yaml")
        commands.append(("predict", "one.png", "--json", "--model", models / name, "--config", config))
    return dict(zip(ASKED, run_in_one("watcher.cli", commands, cwd=place.root), strict=True))


@needs_tensorflow
@pytest.mark.parametrize(("asked", "digit"), list(zip(ASKED[:4], ["3", "5", "3", "3"], strict=True)))
def test_each_form_is_read_as_config_says(
    answers: dict[Asked, subprocess.CompletedProcess[str]], asked: Asked, digit: str
) -> None:
    """Scale `unit` feeds 0 to 1 and `raw` 0 to 255: this model answers 3 to the one and 5 to the other."""
    done = answers[asked]
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["prediction"] == digit


@needs_tensorflow
def test_the_wrong_shape_is_refused_with_the_right_one(
    answers: dict[Asked, subprocess.CompletedProcess[str]],
) -> None:
    """Exit code 5; the hint says which setting fits."""
    done = answers["flat.keras", "image", "unit"]
    assert done.returncode == 5
    assert "(784,)" in done.stderr
    assert "input.shape" in done.stderr


@needs_tensorflow
def test_a_file_that_is_no_model_is_refused(
    answers: dict[Asked, subprocess.CompletedProcess[str]], models: Path
) -> None:
    """Exit code 5 with the path, no traceback."""
    done = answers["no_model.keras", "image", "unit"]
    assert done.returncode == 5
    assert f"error: Keras cannot load {models / 'no_model.keras'}" in done.stderr
    assert "Traceback" not in done.stderr


@needs_tensorflow
def test_the_daemon_reads_with_it_too(place: Place, models: Path) -> None:
    """`model:` in config.yaml; the model's name stands in the row."""
    place.configure(model=models / "square.keras", input={"shape": "image", "scale": "l2_columns"})
    place.drop("one.png", png(1))
    place.once()
    row = place.row("one.png")
    assert row is not None
    assert row["prediction"] == "3"
    assert row["model"].startswith("square-")


def test_without_tensorflow_the_error_names_the_extra(place: Place, tmp_path: Path) -> None:
    """Exit code 5 from `predict` and from `run`, with the command that installs it; the picture stays."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    for module in ("tensorflow", "keras"):
        (hidden / f"{module}.py").write_text(f"raise ImportError('no {module} here')\n", encoding="utf-8")
    (place.root / "mine.h5").write_bytes(b"whatever")
    place.configure(model=place.root / "mine.h5")
    place.drop("a.png", png())
    for arguments in (["predict", "inbox/a.png"], ["run", "--once"]):
        done = place.command(*arguments, PYTHONPATH=str(hidden))
        assert done.returncode == 5, done.stderr
        assert "TensorFlow is not installed" in done.stderr
        assert "pip install 'digit-watcher[train]'" in done.stderr
    assert (place.inbox / "a.png").exists()
