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
from tests.spark.clustered import Clustered

NOBODY = 65534


@pytest.fixture
def theirs() -> Iterator[Clustered]:
    """A place that all may look into, with a cluster of nobody's; skips where nobody may run our Python."""
    if missing := why_missing():
        pytest.skip(missing)
    if os.geteuid() != 0:
        pytest.skip("only root may start another user's processes")
    tried = subprocess.run(
        [sys.executable, "-c", "import cv2, pyspark, watcher"], cwd="/", user=NOBODY, group=NOBODY, extra_groups=[],
        capture_output=True, check=False,
    )  # fmt: skip
    if tried.returncode != 0:
        pytest.skip(f"user {NOBODY} may not run {sys.executable} with what is installed there")
    folder = Path(tempfile.mkdtemp(prefix="dw"))  # pytest's own folders are closed to others
    folder.chmod(0o755)
    with Cluster(workers=1, user=NOBODY) as cluster:
        place = Clustered(folder / "place", cluster.start())
        yield place
        place.end()
    shutil.rmtree(folder)


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
