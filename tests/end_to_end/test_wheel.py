"""The built wheel works as the repository does: installed without a network, it reads a picture."""

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png

REPOSITORY = Path(__file__).parents[2]


def run(*command: str | Path, cwd: Path) -> str:
    """The command's output; it must end well."""
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by pip from the repository."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--no-deps", "--no-build-isolation")
    run(*pip, "--no-index", "--wheel-dir", folder, REPOSITORY, cwd=folder)
    (built,) = folder.glob("digit_watcher-*.whl")
    return built


@pytest.fixture(scope="module")
def commands(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a fresh environment with our wheel; other packages are those of this interpreter."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=True)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", folder / "bin" / "python")
    run(*pip, "install", "--no-deps", "--no-index", "--quiet", wheel, cwd=folder)
    (packages,) = folder.glob("lib/python*/site-packages")
    # A path alone: .pth files in there, as that of an editable install, are not followed.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder / "bin"


def test_the_model_is_inside_and_its_source_is_not(wheel: Path) -> None:
    """Card and weights travel in the wheel; the Keras file, tests and data do not."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "watcher/models/digitnet/model.json" in names
    assert "watcher/models/digitnet/model.tflite" in names
    assert "watcher/report/templates/report.html" in names
    assert not [name for name in names if name.endswith((".keras", ".png")) or name.startswith(("tests", "inbox"))]
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"watcher", "train"}


def test_the_installed_commands_read_a_picture(commands: Path, tmp_path: Path) -> None:
    """`digit-watcher predict` and `run --once`, from the wheel's own code and with the wheel's own model."""
    python = (commands / "python", "-c", "import watcher; print(watcher.__file__)")
    assert Path(run(*python, cwd=tmp_path).strip()).is_relative_to(commands.parent)
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "7.png").write_bytes(png(7))
    said = run(commands / "digit-watcher", "predict", "inbox/7.png", cwd=tmp_path)
    assert said.startswith("inbox/7.png: 7 ")
    run(commands / "digit-watcher", "run", "--once", "--inbox", "inbox", "--outbox", "outbox", cwd=tmp_path)
    assert ",7.png,ok,7," in (tmp_path / "outbox" / "results.csv").read_text(encoding="utf-8")
    run(commands / "digit-watcher", "report", "--inbox", "inbox", "--outbox", "outbox", cwd=tmp_path)
    assert "7.png" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_digit_train_is_installed_too(commands: Path, tmp_path: Path) -> None:
    """It explains itself also where TensorFlow is not there."""
    said = run(commands / "digit-train", "--help", cwd=tmp_path)
    assert "fit" in said
    assert "export" in said
