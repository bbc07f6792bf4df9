"""The unit files as they lie in deploy/: clean, closed, explained, and alike."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = ("digit-watcher.service", "digit-watcher@.service")
REVIEW = "digit-watcher-review.service"  # listens on the loopback
LISTENS = "10"  # of 100, as MOST_EXPOSED
DROP_INS = ("keras-model.conf", "metrics-port.conf", "private-files.conf", "spark-engine.conf")
MOST_TOGETHER = 3  # directives that one comment may speak for
MOST_EXPOSED = {None: "5", "keras-model.conf": "5", "metrics-port.conf": "10", "private-files.conf": "10",
                "spark-engine.conf": "11"}  # fmt: skip  # of 100


def analyze(*command: str | Path) -> str:
    """What systemd-analyze says, with its exit code at the end; skips the test where it is not there."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    done = subprocess.run(["systemd-analyze", *command], capture_output=True, text=True, check=False)
    return f"{done.stdout}{done.stderr}{done.returncode}"


def laid_out(folder: Path, unit: str, drop_in: str | None) -> Path:
    """The unit as systemd-analyze wants it: its program exists, an instance has a name."""
    text = (DEPLOY / unit).read_text(encoding="utf-8").replace("\\\n", "")
    path = folder / unit.replace("@", "@scans")
    path.write_text(re.sub(r"^ExecStart=.*", "ExecStart=/bin/true", text, flags=re.MULTILINE), encoding="utf-8")
    if drop_in:
        path.with_name(f"{path.name}.d").mkdir()
        shutil.copy(DEPLOY / drop_in, path.with_name(f"{path.name}.d") / drop_in)
    return path


@pytest.mark.parametrize("drop_in", [None, *DROP_INS])
@pytest.mark.parametrize("unit", UNITS)
def test_systemd_finds_nothing_wrong(unit: str, drop_in: str | None, tmp_path: Path) -> None:
    """Not a word: also no unknown key, which it would only warn of."""
    said = analyze("verify", "--man=no", "--recursive-errors=yes", laid_out(tmp_path, unit, drop_in))
    assert said == "0", said


@pytest.mark.parametrize("drop_in", [None, *DROP_INS])
@pytest.mark.parametrize("unit", UNITS)
def test_little_is_exposed(unit: str, drop_in: str | None, tmp_path: Path) -> None:
    """0.5 of 10 at most, as systemd counts it; 1.0 with what an operator may open, 1.1 with a whole network."""
    most = f"--threshold={MOST_EXPOSED[drop_in]}"
    said = analyze("security", "--offline=yes", most, laid_out(tmp_path, unit, drop_in))
    assert said.endswith("0"), said


def test_of_the_review_page_systemd_says_the_same(tmp_path: Path) -> None:
    """Nothing is wrong in its unit, and it is exposed as the daemon is that opens a port."""
    unit = laid_out(tmp_path, REVIEW, None)
    said = analyze("verify", "--man=no", "--recursive-errors=yes", unit)
    assert said == "0", said
    said = analyze("security", "--offline=yes", f"--threshold={LISTENS}", unit)
    assert said.endswith("0"), said


@pytest.mark.parametrize("file", [*UNITS, REVIEW, *DROP_INS])
def test_each_directive_has_its_reason_beside_it(file: str) -> None:
    """A comment stands above it, or above the one or two that stand right before it."""
    since = 0
    for line in (DEPLOY / file).read_text(encoding="utf-8").splitlines():
        if re.match(r"\w+=", line) and not line.startswith("Description="):
            since += 1
            assert since <= MOST_TOGETHER, line
        else:
            since = 0 if line.startswith("#") else MOST_TOGETHER


def test_both_units_are_alike() -> None:
    """They differ in paths and in the words that describe them."""
    one, other = ((DEPLOY / unit).read_text(encoding="utf-8").partition("[Unit]")[2] for unit in UNITS)
    for of_the_instance, of_the_one in (
        (" (%i)", ""),
        ("/etc/digit-watcher/%i.yaml", "/etc/digit-watcher/config.yaml"),
        ("/var/lib/digit-watcher-%i", "/var/lib/digit-watcher"),
        ("StateDirectory=digit-watcher-%i", "StateDirectory=digit-watcher"),
    ):
        assert of_the_instance in other
        other = other.replace(of_the_instance, of_the_one)
    assert one == other
