"""What Spark needs is not installed: pyspark here, or Java."""

import os
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.spark.clustered import Clustered
from tests.spark.pythons import python_without


@pytest.fixture
def waiting(place: Clustered) -> Clustered:
    """A place with one picture in its inbox, which must stay there."""
    place.drop("a.png", png(1))
    return place


def assert_refused(place: Clustered, *words: str, **options: str) -> None:
    """A word on what to install, exit code 3; nothing is taken."""
    done = place.command("run", "--once", **options)
    assert done.returncode == 3, done.stderr
    assert all(word in done.stderr for word in words), done.stderr
    assert "Traceback" not in done.stderr
    assert (place.inbox / "a.png").read_bytes() == png(1)
    assert [] == place.rows()


def test_without_pyspark(waiting: Clustered, tmp_path: Path) -> None:
    """It names the extra that brings it."""
    python = python_without(tmp_path / "bare", {"pyspark"})
    assert_refused(waiting, "pyspark", "digit-watcher[spark]", program=str(python))


def test_without_java(waiting: Clustered, tmp_path: Path) -> None:
    """It says which one, and how it is found."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for folder in os.environ["PATH"].split(os.pathsep):
        for program in Path(folder).glob("*") if folder else ():
            if not program.name.startswith("java") and not (programs / program.name).is_symlink():
                (programs / program.name).symlink_to(program)
    assert_refused(waiting, "Java 17", PATH=str(programs), JAVA_HOME="")
