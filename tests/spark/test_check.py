"""`check` and `status`, where pictures are read on a cluster."""

import json
import os
from typing import Any

from tests.end_to_end.pictures import png
from tests.end_to_end.process import wait_for
from tests.spark.clustered import Clustered


def engine_lines(place: Clustered) -> tuple[int, str]:
    """What check says of the engine, and its exit code."""
    done = place.command("check")
    assert "Traceback" not in done.stderr
    return done.returncode, "\n".join(line for line in done.stdout.splitlines() if " engine: " in line)


def engine_told(place: Clustered) -> dict[str, Any]:
    """What `status --json` says of it."""
    return dict(json.loads(place.command("status", "--json").stdout)["engine"])


def test_before_the_first_start_a_session_is_tried_and_nothing_is_left(place: Clustered) -> None:
    """Pyspark, Java, master, executors; what is not known yet is said."""
    code, said = engine_lines(place)
    assert 0 == code, said
    for words in ("pyspark 4.", "Java ", f"{place.cluster.master} answers", "2 executors, 2 pictures at a time"):
        assert words in said
    assert "not known: whether executors see the work folder" in said
    assert not place.outbox.exists()
    assert [] == os.listdir(place.inbox)
    wait_for(lambda: not place.processes(), "an end of the session")


def test_beside_a_daemon_its_own_session_is_told(place: Clustered) -> None:
    """No second one is opened; where the cluster goes, status and check say so."""
    place.configure(spark={"patience_seconds": 10.0})
    place.start()
    assert {"kind": "spark", "master": place.cluster.master, "executors": 2, "slots": 2} == engine_told(place)
    driver = place.processes(b"watcher.spark.driver")
    code, said = engine_lines(place)
    assert (0, driver) == (code, place.processes(b"watcher.spark.driver"))
    assert "the daemon has a session: 2 executors, 2 pictures at a time" in said
    assert f"Spark at {place.cluster.master}: 2 executors, 2 pictures at a time" in place.command("status").stdout
    place.cluster.stop()
    place.drop("a.png", png(1))
    place.wait_for_pause()
    wait_for(lambda: engine_told(place)["executors"] == 0, "no executor in status")
    code, said = engine_lines(place)
    assert 4 == code
    assert f"no Spark master answers at {place.cluster.master}" in said
    assert "the daemon has no executor" in said
