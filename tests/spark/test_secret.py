"""A cluster that asks for a secret, and a daemon that does not have it."""

from pathlib import Path

from tests.spark.cluster import Cluster
from tests.spark.clustered import LONG, clustered

CLOSED = {
    "spark.authenticate": "true",
    "spark.authenticate.secret": "the master's",
    "spark.network.crypto.enabled": "true",
}


def test_a_secret_that_is_not_the_cluster_s_is_told(python: Path) -> None:
    """The master listens, and takes nobody: what to compare is said, instead of what Spark makes of it."""
    with Cluster(1, properties=CLOSED) as cluster, clustered(cluster.start(), python) as place:
        place.configure(properties=CLOSED | {"spark.authenticate.secret": "another"})
        done = place.command("run", "--once", seconds=LONG)
    assert 4 == done.returncode
    assert f"the Spark cluster at {cluster.master} does not take us: All masters are unresponsive" in done.stderr
    assert "`spark.authenticate` and secret" in done.stderr
