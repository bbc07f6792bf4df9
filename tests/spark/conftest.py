"""What the tests with Spark start from: one cluster for all, whole again for each, and places that are read by it."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.spark.cluster import Cluster, why_missing
from tests.spark.clustered import Clustered, clustered
from tests.spark.pythons import executors_python

LAST = 5000  # characters of each log that are shown of a test that failed


@pytest.fixture(scope="session")
def one_cluster() -> Iterator[Cluster]:
    """A master and two workers with a core each; skips where there cannot be any, and says why."""
    if missing := why_missing():
        pytest.skip(missing)
    with Cluster() as cluster:
        yield cluster.start()


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The executors' Python: digit-watcher itself is not installed there."""
    return executors_python(tmp_path_factory.mktemp("python") / "executors")


@pytest.fixture
def cluster(one_cluster: Cluster) -> Cluster:
    """The same for all tests: what one of them broke is started again."""
    return one_cluster.start()


@pytest.fixture
def place(cluster: Cluster, python: Path) -> Iterator[Clustered]:
    """A fresh inbox, outbox and config.yaml with `engine: spark`; daemons started there end with the test."""
    with clustered(cluster, python) as place:
        yield place


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    """Of the daemon of this file's tests; a file that needs others has its own."""
    return {}


@pytest.fixture(scope="module")
def daemon(one_cluster: Cluster, python: Path, settings: dict[str, Any]) -> Iterator[Clustered]:
    """A place with a daemon that runs for all tests of a file: a session costs some ten seconds to open."""
    with clustered(one_cluster.start(), python) as place:
        place.configure(faulty=True, **settings)
        place.start()
        yield place


@pytest.fixture
def warm(daemon: Clustered, cluster: Cluster) -> Clustered:
    """That place; the test before must have left its daemon at work, and nothing unfinished."""
    daemon.wait_for_end_of_pause()
    assert [] == daemon.in_work()
    assert daemon.daemon
    return daemon


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the daemon and the cluster have said stands below a test that failed."""
    report = yield
    given: dict[str, Any] = getattr(item, "funcargs", {})
    for place in (one for one in given.values() if report.failed and isinstance(one, Clustered)):
        logs = place.logs() | place.cluster.logs()
        report.sections += [(name, text[-LAST:]) for name, text in logs.items()]
        break
    return report
