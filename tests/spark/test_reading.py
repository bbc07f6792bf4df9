"""Pictures are read by the cluster, and by nobody else; the daemon stays within its folders and the loopback."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.pictures import KINDS, png
from tests.end_to_end.process import wait_for
from tests.spark.cluster import Cluster
from tests.spark.clustered import DRIVER, JVM, READER, Clustered
from tests.spark.sockets import beyond_loopback, listening


@pytest.fixture(scope="module")
def daemon(one_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clustered]:
    """Executors of the Python that runs this, and a state folder too deep for Spark's Unix sockets."""
    place = Clustered(tmp_path_factory.mktemp("d" * 60) / "place", one_cluster.start())
    try:
        place.start()
        yield place
    finally:
        place.end()


def test_one_picture_in_an_idle_cluster_is_read(warm: Clustered) -> None:
    """Nobody waits for others to come; each goes the whole way by itself."""
    for number in range(3):
        warm.drop(f"one-{number}.png", png(number))
        assert str(number) == warm.wait_for_row(f"one-{number}.png")["prediction"]
    warm.assert_conserved(warm.dropped)


def test_many_of_every_kind_are_read(warm: Clustered) -> None:
    """In folders, under hard names: each one row, one line and one file, and `status --verify` misses nothing."""
    for number in range(10):
        for name, make in KINDS.items():
            warm.drop(f"a/b/{number}-{name}", make(number))
    for number in range(200):
        warm.drop(f"{number}\n=,\"'.png".encode() + b"\xff.png", png(number % 10, str(number)))
    warm.assert_conserved(warm.dropped)
    assert {"ok"} == {row["status"] for row in warm.rows()}
    done = warm.command("status", "--verify", "--exit-code")
    assert 0 == done.returncode, done.stdout + done.stderr


def test_no_picture_is_opened_but_on_executors(warm: Clustered) -> None:
    """Readers are the executors' children; the daemon itself has started a driver and nothing that decodes."""
    executors = warm.cluster.processes(READER)
    assert executors
    assert set(executors).isdisjoint(warm.processes())
    assert [] == warm.processes(READER)
    assert 1 == len(warm.processes(DRIVER))


def test_everything_listens_on_the_loopback_alone(warm: Clustered) -> None:
    """The driver, where it is told to, and what it starts."""
    places = listening([*warm.processes(), *warm.cluster.processes()])
    assert places
    assert [] == beyond_loopback(places)


def test_nothing_is_written_but_in_its_folders(warm: Clustered) -> None:
    """Daemon, driver and JVM have no other file open for writing, nor mapped a temporary one."""
    assert warm.processes(JVM)
    allowed = (str(warm.inbox), str(warm.outbox), str(warm.state), "/memfd:")  # the last: memory, no file
    paths = {path for pid in warm.processes() for path in (*written(pid), *mapped(pid))}
    assert [] == sorted(path for path in paths if not path.startswith(allowed))
    assert [] == os.listdir(warm.elsewhere)


def written(pid: int) -> Iterator[str]:
    """Files that a process has open for writing, but for its standard output and error."""
    for entry in os.scandir(f"/proc/{pid}/fd"):
        path = os.readlink(entry.path)
        words = Path(f"/proc/{pid}/fdinfo/{entry.name}").read_text(encoding="ascii").split()
        flags = int(words[words.index("flags:") + 1], 8)
        if flags & os.O_ACCMODE and Path(entry.path).is_file() and path != os.readlink(f"/proc/{pid}/fd/2"):
            yield path


def mapped(pid: int) -> Iterator[str]:
    """Files that a process has in memory, shared for writing or unpacked for it and deleted since."""
    for line in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8", errors="replace").splitlines():
        _, rights, _, _, _, *path = line.split(maxsplit=5)
        if path and path[0].startswith("/") and (rights == "rw-s" or path[0].endswith(" (deleted)")):
            yield path[0]


def test_a_daemon_that_is_asked_to_end_leaves_nothing_behind(warm: Clustered) -> None:
    """Driver and JVM end with it, and executors with them; the next one is read as well."""
    assert 0 == warm.daemon.stop()
    assert "stopped" == warm.status()["state"]
    wait_for(lambda: not warm.processes() and not warm.cluster.executors(), "an end of all")
    warm.drop("later.png", png(5, "later"))
    assert "1 picture" in warm.once().stderr
    warm.assert_conserved(warm.dropped)
