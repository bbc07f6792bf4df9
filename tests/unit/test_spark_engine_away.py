"""watcher.spark.engine: executors that cannot read the storage, for now or at all. The session is played."""

from pathlib import Path

import pytest
from fakes import id_of
from played_session import Cluster, verdict

from watcher.errors import SurroundingsError
from watcher.spark.absence import PATIENCE_SECONDS
from watcher.spark.words import Away, Done


def away(host: str, why: str) -> Away:
    """What the executor on that host says of picture 1."""
    return Away(away=[id_of(1)], host=host, why=why)


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the log has since the last call."""
    messages = list(caplog.messages)
    caplog.clear()
    return messages


def test_what_an_executor_could_not_read_is_asked_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """No picture is blamed for it; and it is said once of each host, and for each reason."""
    cluster = Cluster(tmp_path).ready()
    cluster.submit(1, 2)
    for _ in range(3):
        asked = cluster.job()
        assert {id_of(1), id_of(2)} == asked.ids
        assert [] == cluster.say(Away(away=[id_of(1)], host="one", why="not mounted"), Done(done=asked.number))
    assert ["executor on one cannot read, its pictures are asked again: not mounted"] == said(caplog)
    cluster.away([], why="not mounted", host="other")
    cluster.away([], why="stale", host="one")
    assert 2 == len(said(caplog))
    assert [] == cluster.lost


def test_what_another_said_of_a_picture_stands(tmp_path: Path) -> None:
    """Executors may speak of one that is read by now, or that nobody asked for."""
    cluster = Cluster(tmp_path).ready()
    cluster.submit(1)
    cluster.say([verdict(id_of(1))], Away(away=[id_of(1), "nobody"], host="one", why="w"))
    assert ([], 400) == (cluster.news()[1:], cluster.engine.room)


def test_executors_that_read_nothing_for_long_are_a_trouble(tmp_path: Path) -> None:
    """With each host and what it says; the session stays, and with the first verdict it is over."""
    cluster = Cluster(tmp_path).ready()
    cluster.submit(1)
    cluster.now = 1.0
    cluster.say(away("b", "not mounted"), Done(done=1))
    cluster.now = 5.0
    cluster.say(away("a", "stale"), Done(done=2))
    cluster.now = 1.0 + PATIENCE_SECONDS
    assert [] == cluster.engine.collect()
    cluster.now += 0.1
    for _ in range(2):
        with pytest.raises(
            SurroundingsError, match="no executor can read the claimed pictures: a: stale; b: not mo"
        ) as e:
            cluster.engine.collect()
        assert "`spark.inbox` in config.yaml" in e.value.hint
    assert [cluster.session] == cluster.engine.waitables()
    assert [id_of(1)] == [outcome.id for outcome in cluster.say([verdict(id_of(1))])]
    cluster.now += 100
    cluster.away([], why="stale", host="a")
    assert [] == cluster.engine.collect()


def test_where_others_read_on_there_is_none(tmp_path: Path) -> None:
    """Each verdict begins the count anew."""
    cluster = Cluster(tmp_path).ready()
    cluster.submit(*range(10))
    for number in range(9):
        cluster.away([id_of(9)])
        cluster.now += PATIENCE_SECONDS
        assert [id_of(number)] == [outcome.id for outcome in cluster.say([verdict(id_of(number))])]


def test_a_verdict_that_comes_late_is_given_and_not_the_trouble(tmp_path: Path) -> None:
    """The last word of all that came decides."""
    cluster = Cluster(tmp_path).ready()
    cluster.submit(1, 2)
    cluster.away([id_of(1)])
    cluster.now += 2 * PATIENCE_SECONDS
    found = cluster.say([verdict(id_of(2))], Away(away=[id_of(1)], host="one", why="w"))
    assert [id_of(2)] == [outcome.id for outcome in found]
    assert [] == cluster.engine.collect()


def test_a_picture_that_is_convicted_ends_it_too(tmp_path: Path) -> None:
    """The job without a picture found the storage. The engine must not be in trouble over nothing at all for ever."""
    cluster = Cluster(tmp_path).ready()
    cluster.submit(1)
    cluster.say(away("a", "stale"), Done(done=cluster.job().number))
    for _ in range(4):
        cluster.die(cluster.job().number)
    assert [id_of(1)] == [outcome.id for outcome in cluster.end(0)]
    cluster.now += 2 * PATIENCE_SECONDS
    assert [] == cluster.engine.collect()


def test_executors_that_read_nothing_for_another_reason_get_another_session(tmp_path: Path) -> None:
    """Other code than was shipped, a reader that does not start: storage is not blamed, and this session is closed."""
    cluster = Cluster(tmp_path).ready()
    cluster.submit(1)
    cluster.say(Away(away=[id_of(1)], host="a", why="other code", storage=False), Done(done=1))
    cluster.now += PATIENCE_SECONDS + 0.1
    with pytest.raises(SurroundingsError, match="a: other code") as caught:
        cluster.engine.collect()
    assert "A new session is tried" in caught.value.hint
    assert [] == cluster.engine.waitables()
