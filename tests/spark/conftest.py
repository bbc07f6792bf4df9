"""What the tests with Spark start from: one cluster for all, whole again for each, and a place that is read by it."""

import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.process import wait_for
from tests.spark.cluster import Cluster, why_missing
from tests.spark.clustered import Clustered
from tests.spark.pythons import executors_python

LAST = 5000  # characters of each log that are shown of a test that failed


@pytest.fixture(scope="session")
def one_cluster() -> Iterator[Cluster]:
    """A master and two workers with a core each; skips where there cannot be any, and says why."""
    if missing := why_missing():
        pytest.skip(missing)
    with Cluster() as cluster:
        yield cluster


@pytest.fixture
def cluster(one_cluster: Cluster) -> Cluster:
    """The same for all tests: what one of them broke is started again, and what it left running has ended."""
    one_cluster.start()
    wait_for(lambda: not one_cluster.executors(), "the end of executors of the test before")
    return one_cluster


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The executors' Python: digit-watcher itself is not installed there."""
    return executors_python(tmp_path_factory.mktemp("python") / "executors")


@pytest.fixture
def place(cluster: Cluster, python: Path) -> Iterator[Clustered]:
    """A fresh inbox, outbox and config.yaml with `engine: spark`; daemons started there end with the test."""
    folder = Path(tempfile.mkdtemp(prefix="dw"))  # short: Spark's sockets lie in the state folder
    place = Clustered(folder / "a place", cluster, python)
    yield place
    place.end()
    shutil.rmtree(folder)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the daemon and the cluster have said stands below a test that failed."""
    report = yield
    given: dict[str, Any] = getattr(item, "funcargs", {})
    if report.failed and isinstance(place := given.get("place"), Clustered):
        logs = {"the daemon and its driver": place.said(), **place.cluster.logs()}
        report.sections += [(name, text[-LAST:]) for name, text in logs.items()]
    return report
