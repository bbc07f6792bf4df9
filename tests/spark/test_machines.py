"""Machines of their own, with a network between them that fails: what the loopback cannot show."""

import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.end_to_end.process import wait_for
from tests.spark.cluster import Cluster, why_missing
from tests.spark.clustered import LONG, READER, Clustered, clustered
from tests.spark.machines import Machine, Network

BREAK_SECONDS = 3.0
HASTY = {
    "spark.network.timeout": "15s", "spark.network.timeoutInterval": "2s", "spark.executor.heartbeatInterval": "3s",
}  # fmt: skip


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    """The daemon's machine, the master's, and two nodes."""
    if missing := why_missing():
        pytest.skip(missing)
    with Network("desk", "head", "node-0", "node-1") as network:
        yield network


@pytest.fixture(scope="module")
def away(network: Network, python: Path) -> Iterator[Clustered]:
    """A place on the desk, whose inbox nodes see under another path, and under that alone. Strangers are kept out."""
    desk, *others = network.machines
    closed = {
        "spark.authenticate": "true", "spark.authenticate.secret": uuid.uuid4().hex,
        "spark.network.crypto.enabled": "true",
    }  # fmt: skip
    with Cluster(machines=others, properties=closed) as cluster, clustered(cluster.start(), python, desk) as place:
        share = place.root / "as nodes see it"
        for node in others[1:]:
            node.share(place.inbox, share)
        place.configure(faulty=True, spark={"inbox": str(share), "patience_seconds": 20}, properties=HASTY | closed)
        yield place


@pytest.fixture
def daemon(away: Clustered) -> Clustered:
    """That place, with a daemon at work; one for all tests."""
    if not away.running:
        away.start()
    away.wait_for_end_of_pause()
    assert away.daemon
    return away


def nodes(network: Network) -> list[Machine]:
    """By the numbers of their workers."""
    return network.machines[2:]


@contextmanager
def no_way_back(network: Network, _: Path) -> Iterator[None]:
    """What nodes send to the desk arrives, and is not answered: a firewall."""
    desk = network.machines[0]
    for node in nodes(network):
        desk.run("ip", "route", "add", "blackhole", node.address)
    try:
        yield
    finally:
        for node in nodes(network):
            desk.run("ip", "route", "del", "blackhole", node.address)


@contextmanager
def no_name(network: Network, folder: Path) -> Iterator[None]:
    """Nodes do not know the desk by its name."""
    (folder / "hosts").write_text("127.0.0.1 localhost\n")
    for node in nodes(network):
        node.run("mount", "--bind", folder / "hosts", "/etc/hosts")
    try:
        yield
    finally:
        for node in nodes(network):
            node.run("umount", "/etc/hosts")


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [(no_way_back, "none got through to desk:"), (no_name, "the last one that ended: Command exited with code 1")],
)
def test_executors_that_do_not_get_through_are_told_of(
    away: Clustered, network: Network, tmp_path: Path,
    trouble: Callable[[Network, Path], AbstractContextManager[None]], expected: str,
) -> None:  # fmt: skip
    """They start, and none comes. Said as it is, with the address that they must reach."""
    with trouble(network, tmp_path):
        done = away.command("run", "--once", seconds=LONG)
    assert 4 == done.returncode
    assert f"no executor has come within 20 s from {away.cluster.master}: " in done.stderr
    assert expected in done.stderr
    assert "Executors must reach desk:" in done.stderr


def test_pictures_are_read_on_other_machines(daemon: Clustered, network: Network) -> None:
    """Through a mount point of their own, by what was sent there; the daemon's machine opens none."""
    daemon.assert_read(daemon.drop_some("first", 100))
    wait_for(lambda: readers_on(network, daemon) == {"node-0", "node-1"}, "readers on both nodes")
    wait_for(lambda: daemon.status()["engine"]["executors"] == 2, "both executors")
    assert [] == daemon.processes(READER)


def test_a_network_that_comes_and_goes_costs_nothing(daemon: Clustered, network: Network) -> None:
    """Each node is cut off for seconds, again and again, while jobs run: no job dies of it."""
    names = []
    for number in range(6):
        node = nodes(network)[number % 2]
        names += daemon.drop_some(f"break-{number}", 20)
        network.pull(node)
        time.sleep(BREAK_SECONDS)
        network.plug_in(node)
    daemon.assert_read(names)
    assert "a job on the cluster died" not in daemon.daemon.log()
    assert "paused" not in daemon.daemon.log()


def test_a_node_whose_cable_is_pulled_is_done_without(daemon: Clustered, network: Network) -> None:
    """What it had in hand is read by the other one; nothing is blamed. Plugged in again, it reads again."""
    names = daemon.drop_held("pulled", 20)
    node = nodes(network)[daemon.cluster.worker_of(daemon.holder())]
    network.pull(node)
    daemon.let_go()
    daemon.assert_read(names)
    assert "a job on the cluster died" in daemon.daemon.log()
    wait_for(lambda: daemon.status()["engine"]["executors"] == 1, "one executor")
    network.plug_in(node)
    wait_for(lambda: daemon.status()["engine"]["executors"] == 2, "the node among the executors", LONG)
    daemon.assert_read(daemon.drop_some("again", 20))


def test_a_daemon_whose_own_cable_is_pulled_pauses_and_goes_on(daemon: Clustered, network: Network) -> None:
    """In the middle of a job: nobody is heard of, and that is said; nothing is lost, and nothing blamed."""
    names = daemon.drop_held("alone", 20)
    desk = network.machines[0]
    network.pull(desk)
    daemon.let_go()
    assert daemon.wait_for_pause()
    assert 0 == daemon.status()["engine"]["executors"]
    network.plug_in(desk)
    daemon.assert_read(names)
    daemon.wait_for_end_of_pause()
    assert {"ok"} == {row["status"] for row in daemon.rows()}


def readers_on(network: Network, place: Clustered) -> set[str]:
    """The names of the machines on which there are any, of the cluster's."""
    names = {os.readlink(f"/proc/{one.pid}/ns/net"): one.name for one in network.machines}
    return {names[os.readlink(f"/proc/{pid}/ns/net")] for pid in place.cluster.processes(READER)}
