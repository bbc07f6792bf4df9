"""The cluster of these tests itself: nobody else can reach it, and nothing of it stays behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.process import wait_for
from tests.spark.cluster import Cluster, why_missing
from tests.spark.processes import marked
from tests.spark.sockets import beyond_loopback, listening

_STARTS_ONE = """
import sys, time
from tests.spark.cluster import Cluster
cluster = Cluster(workers=1).start()
print(cluster.mark, cluster.folder, flush=True)
time.sleep(600)
"""


def test_it_listens_on_the_loopback_alone(cluster: Cluster) -> None:
    """Master and workers: their ports for Spark and for their pages."""
    places = listening(cluster.processes())
    assert len(places) >= 6
    assert [] == beyond_loopback(places)


def test_a_socket_that_others_could_reach_would_be_found() -> None:
    """Of IPv4 and IPv6: the test before can fail."""
    import socket

    with socket.create_server(("", 0)) as any4, socket.create_server(("::", 0), family=socket.AF_INET6) as any6:
        found = beyond_loopback(listening([os.getpid()]))
        assert {("0.0.0.0", any4.getsockname()[1]), ("::", any6.getsockname()[1])} <= set(found)


def test_it_ends_with_a_process_that_was_killed() -> None:
    """Kill -9 of whoever started it leaves no process of it."""
    if missing := why_missing():
        pytest.skip(missing)
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", _STARTS_ONE],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
    ) as starter:
        assert starter.stdout is not None
        mark, folder = starter.stdout.readline().decode().split()
        assert 2 == len(marked(mark))
        starter.kill()
        wait_for(lambda: not marked(mark), "an end of the cluster")
    subprocess.run(["rm", "-r", folder], check=True)
