"""watcher.spark.engine: jobs that die, and whose fault it was: a picture's, or the cluster's. The session is played."""

from pathlib import Path

import pytest
from fakes import claim, id_of
from played_session import MARK, Asked, Cluster, verdict

from watcher.engine import Loss, Outcome, Trouble
from watcher.errors import SurroundingsError
from watcher.spark.asking import Level
from watcher.spark.trial import MOST_DEATHS
from watcher.spark.words import Done

CONTROL = Asked(0, MARK, [[]])


def accused(cluster: Cluster, number: int = 1) -> None:
    """A picture over which a job of it alone has died; its control is asked for."""
    cluster.submit(number)
    for _ in range(4):
        cluster.die(cluster.job().number)
    assert CONTROL == cluster.job()


def test_the_pictures_of_a_job_that_died_are_asked_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """All of them, with nothing else; it is said with Spark's words, and counted."""
    cluster = Cluster(tmp_path).ready()
    cluster.submit(1, 2)
    first = cluster.job()
    cluster.submit(3)
    second = cluster.job()
    assert [] == cluster.die(first.number, "an executor was lost")
    assert [] == cluster.news()
    assert [id_of(3)] == [o.id for o in cluster.say([verdict(id_of(3))], Done(done=second.number))]
    assert first.ids == cluster.job().ids
    assert [Loss.JOB] == cluster.lost
    assert ["a job on the cluster died, its pictures are asked again: an executor was lost"] == caplog.messages


def test_a_picture_is_convicted_when_a_job_without_one_passes(tmp_path: Path) -> None:
    """Right after the one that died with it alone; meanwhile nothing is asked for."""
    cluster = Cluster(tmp_path).ready()
    accused(cluster)
    cluster.submit(2)
    assert [] == cluster.news()
    assert [Outcome(id_of(1), trouble=Trouble.CRASHED, message="its executor ended")] == cluster.end(0)
    asked = cluster.job()
    assert {id_of(2)} == asked.ids
    cluster.end(asked.number)
    assert {id_of(2)} == cluster.job().ids
    assert 4 * [Loss.JOB] == cluster.lost


def test_among_many_the_one_is_found(tmp_path: Path) -> None:
    """All others are read on the way, none of them is blamed."""
    cluster = Cluster(tmp_path).ready()
    cluster.submit(*range(100))
    number = cluster.alone(id_of(42))
    cluster.die(number)
    assert CONTROL == cluster.job()
    assert [id_of(42)] == [outcome.id for outcome in cluster.end(0)]
    while asked := cluster.news():
        cluster.say([verdict(id_) for id_ in asked[0].ids], Done(done=asked[0].number))
    assert (400, 4) == (cluster.engine.room, len(cluster.lost))


def test_a_convict_that_is_tried_once_more_is_tried_alone(tmp_path: Path) -> None:
    """The loop says how often; each attempt costs one executor, and one control."""
    suspicion = dict[str, Level]()
    cluster = Cluster(tmp_path, suspicion).ready()
    accused(cluster)
    cluster.end(0)
    cluster.submit(2)
    cluster.engine.submit([claim(1, attempt=2)])
    cluster.end(cluster.job().number)
    asked = cluster.job()
    assert {id_of(1)} == asked.ids
    cluster.die(asked.number)
    assert CONTROL == cluster.job()
    assert [id_of(1)] == [outcome.id for outcome in cluster.end(0)]
    assert {id_of(1): Level.ALONE} == suspicion


def test_one_that_is_read_after_all_is_acquitted_for_good(tmp_path: Path) -> None:
    """An executor that was shut down at the wrong moment costs it nothing."""
    suspicion = dict[str, Level]()
    cluster = Cluster(tmp_path, suspicion).ready()
    cluster.submit(1)
    cluster.die(cluster.job().number)
    assert {id_of(1): Level.AGAIN} == suspicion
    assert [None] == [outcome.trouble for outcome in cluster.say([verdict(id_of(1))])]
    assert {} == suspicion


def test_a_control_that_dies_too_acquits(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is the cluster, then. The picture is asked for again, alone; a control that passes starts the count anew."""
    cluster = Cluster(tmp_path).ready()
    accused(cluster)
    for _ in range(MOST_DEATHS - 1):
        assert [] == cluster.die(0)
        asked = cluster.job()
        assert [[id_of(1)]] == asked.parts
        cluster.die(asked.number)
        assert CONTROL == cluster.job()
    assert [id_of(1)] == [outcome.id for outcome in cluster.end(0)]
    accused(cluster, 2)
    for _ in range(MOST_DEATHS - 1):
        cluster.die(0)
        cluster.die(cluster.job().number)
        assert CONTROL == cluster.job()
    assert [id_of(2)] == [outcome.id for outcome in cluster.end(0)]


def test_a_control_that_finds_no_storage_acquits(tmp_path: Path) -> None:
    """Its executor cannot read anything: nothing is known of the picture, which is asked for again."""
    cluster = Cluster(tmp_path).ready()
    accused(cluster)
    assert [] == cluster.away([])
    assert [[id_of(1)]] == cluster.job().parts
    assert [] == cluster.end(0)
    assert [] == cluster.news()


def test_controls_that_die_in_a_row_are_the_cluster(tmp_path: Path) -> None:
    """The session is given up; what was suspected stays so in the next."""
    suspicion = dict[str, Level]()
    cluster = Cluster(tmp_path, suspicion).ready()
    accused(cluster)
    for _ in range(MOST_DEATHS - 1):
        cluster.die(0)
        cluster.die(cluster.job().number)
        assert CONTROL == cluster.job()
    with pytest.raises(
        SurroundingsError, match="jobs die on the Spark cluster whatever they read: no Python"
    ) as raised:
        cluster.die(0, "no Python")
    assert "/state/spark" in raised.value.hint
    assert ([], 1, 0) == (cluster.engine.waitables(), cluster.session.closed, cluster.engine.slots)
    another = Cluster(tmp_path, suspicion).ready()
    another.submit(1, 2)
    assert {id_of(1)} == another.job().ids


def test_the_end_of_a_job_that_nobody_knows_changes_nothing(tmp_path: Path) -> None:
    """The one that is accused waits for its own control."""
    cluster = Cluster(tmp_path).ready()
    accused(cluster)
    assert [] == cluster.die(77)
    assert [] == cluster.end(77)
    assert [] == cluster.news()
    assert [id_of(1)] == [outcome.id for outcome in cluster.end(0)]
    assert [] == cluster.end(0)
