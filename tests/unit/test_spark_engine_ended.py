"""watcher.spark.engine: sessions that end, hang or talk nonsense, and marks that cannot be read. It is played."""

import os
from pathlib import Path

import pytest
from fakes import id_of
from played_session import MARK, READY, Cluster, verdict

from watcher.errors import SurroundingsError
from watcher.spark import engine as module
from watcher.spark.words import Done


@pytest.mark.parametrize(
    "error", [EOFError(), ConnectionResetError(104, "reset"), ValueError("nonsense")], ids=lambda error: type(error)
)
def test_a_session_that_is_none_any_more_is_given_up(tmp_path: Path, error: Exception) -> None:
    """Its process has ended, or says what it should not: it is closed, and another one is to be had."""
    cluster = Cluster(tmp_path).ready()
    cluster.submit(1)
    with pytest.raises(SurroundingsError, match="the process that holds the Spark session has ended") as raised:
        cluster.say([verdict(id_of(1))], error)
    assert "The logs in /state/spark say more." in raised.value.hint
    assert ([], 1, 0, 0) == (
        cluster.engine.waitables(), cluster.session.closed, cluster.engine.slots, cluster.engine.executors,
    )  # fmt: skip
    with pytest.raises(SurroundingsError, match="there is no session"):
        cluster.engine.collect()


def test_one_that_says_nothing_any_more_is_given_up(tmp_path: Path) -> None:
    """It says every few seconds how the cluster is. The loop looks when the time is over."""
    cluster = Cluster(tmp_path).ready()
    cluster.now = 1.5
    assert module.SILENCE_SECONDS - 1.5 == cluster.engine.patience(cluster.now)
    cluster.now = module.SILENCE_SECONDS - 0.1
    cluster.engine.collect()
    cluster.now = module.SILENCE_SECONDS
    with pytest.raises(SurroundingsError, match="has not been heard of for 60 s"):
        cluster.engine.collect()
    assert 1 == cluster.session.closed


def test_one_that_opens_may_be_silent_as_long_as_executors_are_waited_for(tmp_path: Path) -> None:
    """`spark.patience_seconds` is waited in one piece there: then it says by itself that none came."""
    cluster = Cluster(tmp_path)  # of 90 seconds' patience
    cluster.now = 149.9
    assert not cluster.engine.is_ready()
    assert pytest.approx(0.1) == cluster.engine.patience(cluster.now)
    cluster.now = 150.0
    with pytest.raises(SurroundingsError, match="has not been heard of for 150 s"):
        cluster.engine.is_ready()
    assert 1 == cluster.session.closed


def test_it_may_be_closed_twice(tmp_path: Path) -> None:
    """A daemon closes what it pauses over, and all at its end."""
    cluster = Cluster(tmp_path).ready()
    cluster.engine.close()
    cluster.engine.close()
    assert ([], 1) == (cluster.engine.waitables(), cluster.session.closed)


def test_what_is_handed_over_to_a_closed_engine_is_asked_of_nobody(tmp_path: Path) -> None:
    """The loop learns of the end with the next look, and hands it to the engine that follows."""
    cluster = Cluster(tmp_path).ready()
    cluster.engine.close()
    cluster.submit(1)
    assert [] == cluster.news()


def unreadable(mark: Path) -> None:
    """A file that not even root can read: a folder."""
    mark.unlink()
    mark.mkdir()


def readable(mark: Path) -> None:
    mark.rmdir()
    mark.write_text(f"{MARK}\n")


@pytest.mark.parametrize("tell", [Cluster.submit, lambda cluster, *_: cluster.engine.collect()], ids=["submit", "look"])
def test_a_mark_that_cannot_be_read_loses_no_picture(tmp_path: Path, tell: object) -> None:
    """Storage that fails is the loop's to see; once it is back, all is asked for as if nothing had been."""
    cluster = Cluster(tmp_path)
    cluster.submit(1, 2)
    cluster.session.coming.append(READY)
    assert cluster.engine.is_ready()
    unreadable(tmp_path / "identity")
    for _ in range(2):
        with pytest.raises(OSError, match="Is a directory"):
            tell(cluster, 3)  # type: ignore[operator]
    assert [] == cluster.news()
    assert [cluster.session] == cluster.engine.waitables()
    readable(tmp_path / "identity")
    cluster.engine.collect()
    assert {id_of(1), id_of(2)} <= cluster.job().ids


def test_verdicts_that_came_just_before_are_kept(tmp_path: Path) -> None:
    """They are given with the next look."""
    cluster = Cluster(tmp_path).ready()
    cluster.submit(1, 2)
    asked = cluster.job()
    cluster.die(asked.number)
    (again,) = cluster.news()
    unreadable(tmp_path / "identity")
    cluster.session.coming += [[verdict(id_of(1))], Done(done=again.number)]
    with pytest.raises(OSError, match="Is a directory"):
        cluster.engine.collect()
    readable(tmp_path / "identity")
    assert [id_of(1)] == [outcome.id for outcome in cluster.engine.collect()]
    assert {id_of(2)} == cluster.job().ids


def test_one_that_is_accused_is_tried_when_the_mark_can_be_read_again(tmp_path: Path) -> None:
    """Until then nothing else is asked for; the session goes on."""
    cluster = Cluster(tmp_path).ready()
    cluster.submit(1)
    for _ in range(3):
        cluster.die(cluster.job().number)
    number = cluster.job().number
    unreadable(tmp_path / "identity")
    with pytest.raises(OSError, match="Is a directory"):
        cluster.die(number)
    with pytest.raises(OSError, match="Is a directory"):
        cluster.submit(2)
    assert ([], 0) == (cluster.news(), cluster.session.closed)
    cluster.session.coming.append(Done(done=0))  # of an earlier one: it says nothing of this picture
    with pytest.raises(OSError, match="Is a directory"):
        cluster.engine.collect()
    readable(tmp_path / "identity")
    cluster.engine.collect()
    assert (0, MARK, [[]]) == cluster.job()


def test_a_work_folder_whose_name_is_no_text_has_a_mark_too(tmp_path: Path) -> None:
    """Paths are bytes; here they travel as Python carries such."""
    folder = Path(os.fsdecode(bytes(tmp_path) + b"/\xff"))
    folder.mkdir()
    cluster = Cluster(folder).ready()
    cluster.submit(1)
    assert MARK == cluster.job().mark


def test_where_there_is_no_mark_yet_none_is_asked_for(tmp_path: Path) -> None:
    """Of a folder that was made anew: the daemon itself sees to that before it reads on."""
    cluster = Cluster(tmp_path).ready()
    (tmp_path / "identity").unlink()
    cluster.submit(1)
    assert "" == cluster.job().mark
