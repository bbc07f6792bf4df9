"""Executors that are another user's: the work folder is closed to them."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.spark.cluster import Cluster, why_missing
from tests.spark.clustered import Clustered, clustered
from tests.spark.pythons import executors_python

NOBODY = 65534


@pytest.fixture
def theirs() -> Iterator[Clustered]:
    """A place that all may look into, with a cluster of nobody's; skips where nobody may run a Python of ours."""
    if missing := why_missing():
        pytest.skip(missing)
    if os.geteuid() != 0:
        pytest.skip("only root may start another user's processes")
    folder = Path(tempfile.mkdtemp(prefix="dw"))  # pytest's own folders are closed to others
    folder.chmod(0o755)
    python = next((path for path in pythons_of_all(folder) if nobody_may_run(path)), None)
    if python is None:
        pytest.skip(f"user {NOBODY} may run no Python {sys.version.split()[0]} with what is installed here")
    with Cluster(workers=1, user=NOBODY) as cluster, clustered(cluster.start(), python) as place:
        yield place
    shutil.rmtree(folder)


def pythons_of_all(folder: Path) -> Iterator[Path]:
    """Ours, and the system's, if it is of the same version."""
    yield executors_python(folder / "ours")
    if (system := Path(f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}")).exists():
        yield executors_python(folder / "system's", base=system)


def nobody_may_run(python: Path) -> bool:
    """Whether it has what executors need, for nobody."""
    try:
        done = subprocess.run(
            [python, "-c", "import cv2, pyspark"], cwd="/", user=NOBODY, group=NOBODY, extra_groups=[],
            capture_output=True, check=False,
        )  # fmt: skip
    except PermissionError:
        return False
    return done.returncode == 0


def test_that_is_said_before_the_first_picture_is_taken(theirs: Clustered) -> None:
    """Exit code 4, with the folder, their user and what to do; nothing is opened to them, and nothing is claimed."""
    theirs.drop("a.png", png(1))
    done = theirs.command("run", "--once")
    assert done.returncode == 4, done.stderr
    for word in (str(theirs.inbox / ".work"), "Permission denied", f"user {NOBODY}"):
        assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert (theirs.inbox / "a.png").exists()
    assert [] == theirs.rows()
    assert 0o700 == (theirs.inbox / ".work").stat().st_mode & 0o777
