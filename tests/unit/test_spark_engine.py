"""watcher.spark.engine: a session opens, pictures go out as jobs, verdicts come back by id. The session is played."""

from pathlib import Path
from typing import Any

import pytest
from fakes import claim, id_of
from played_session import MARK, READY, Cluster, refused, state, verdict

from watcher.engine import Loss, Outcome, Trouble
from watcher.errors import ConfigError, DigitWatcherError, ModelError, SurroundingsError
from watcher.records import Identity
from watcher.spark import engine as module
from watcher.spark.parts import LEAST_BYTES


def test_it_is_ready_once_executors_read(tmp_path: Path) -> None:
    """Then it is known by which model, how well that reads the specimens, and by how many at a time."""
    cluster = Cluster(tmp_path)
    engine = cluster.engine
    assert ("", 0, 0) == (engine.model_name, engine.slots, engine.executors)
    assert not engine.is_ready()
    cluster.session.coming.append(READY)
    assert engine.is_ready()
    assert ("net", "37", 2, 1) == (engine.model_name, engine.misread, engine.slots, engine.executors)
    cluster.say(state(8, 4))
    assert (8, 4) == (engine.slots, engine.executors)


def test_other_versions_on_executors_are_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """They read all the same: whether their verdicts are the same to the bit, nobody knows."""
    cluster = Cluster(tmp_path)
    cluster.say(READY.model_copy(update={"differing": "numpy 1.26 on there, here 2.2"}))
    assert ["executors have other versions than this machine: numpy 1.26 on there, here 2.2"] == caplog.messages
    assert cluster.engine.is_ready()
    assert "numpy 1.26 on there, here 2.2" == cluster.engine.differing


@pytest.mark.parametrize(("kind", "error"), [
    ("ConfigError", ConfigError), ("ModelError", ModelError), ("SurroundingsError", SurroundingsError),
    ("UsageError", SurroundingsError), ("SystemExit", SurroundingsError), ("", SurroundingsError),
])  # fmt: skip
def test_a_refusal_is_raised_as_what_it_is_said_to_be(
    tmp_path: Path, kind: str, error: type[DigitWatcherError]
) -> None:
    """With what is to be done; a word that is no class of ours means the surroundings. The session is over."""
    cluster = Cluster(tmp_path)
    cluster.session.coming.append(refused(kind, "no Java", "Install it."))
    with pytest.raises(DigitWatcherError, match="no Java") as raised:
        cluster.engine.is_ready()
    assert (error, "Install it.") == (type(raised.value), raised.value.hint)
    assert ([], 1) == (cluster.engine.waitables(), cluster.session.closed)
    with pytest.raises(SurroundingsError, match="there is no session on spark://there:7077"):
        cluster.engine.is_ready()


def test_it_is_waited_for_so_long_and_no_longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each word of the session is listened to meanwhile."""
    cluster, waits = Cluster(tmp_path), list[float]()

    def wait(sessions: list[Any], seconds: float) -> None:
        assert [cluster.session] == sessions
        waits.append(seconds)
        cluster.now += 3.0

    monkeypatch.setattr(module, "wait", wait)
    with pytest.raises(SurroundingsError, match=r"the Spark cluster at spark://there:7077 does not read yet") as raised:
        cluster.engine.await_ready(5.0)
    assert "It is waited for." == raised.value.hint
    assert [5.0, 2.0] == waits
    cluster.session.coming.append(READY)
    cluster.engine.await_ready(5.0)
    assert 2 == len(waits)


def test_what_is_handed_over_before_it_is_ready_waits(tmp_path: Path) -> None:
    """And is asked for as soon as it is."""
    cluster = Cluster(tmp_path)
    cluster.submit(1, 2)
    assert [] == cluster.news()
    cluster.ready()
    asked = cluster.job()
    assert (1, MARK, {id_of(1), id_of(2)}) == (asked.number, asked.mark, asked.ids)


def test_a_job_is_divided_among_slots(tmp_path: Path) -> None:
    """By bytes; its pictures are no more than a batch for each slot."""
    cluster = Cluster(tmp_path).ready(slots=3)
    heavy = Identity(1, 2, LEAST_BYTES, 4)
    cluster.submit(*range(700), identity=heavy)
    first, second = cluster.news()
    assert [100, 100, 100] == [len(part) for part in first.parts] == [len(part) for part in second.parts]
    assert {id_of(number) for number in range(600)} == first.ids | second.ids
    cluster.end(first.number)  # of which nothing was said
    assert {id_of(number) for number in range(600, 700)} < cluster.job().ids


def test_a_cluster_without_slots_for_now_is_asked_all_the_same(tmp_path: Path) -> None:
    """Executors may come: the jobs wait for them where they are."""
    cluster = Cluster(tmp_path).ready(slots=0)
    assert 200 == cluster.engine.room
    cluster.submit(1)
    assert [[id_of(1)]] == cluster.job().parts


def test_as_much_is_taken_as_is_soon_read(tmp_path: Path) -> None:
    """Eight pictures for each slot where they are slow, two batches for each where they are fast; two seconds' worth
    in between. What is in hand counts."""
    cluster = Cluster(tmp_path).ready()
    assert 400 == cluster.engine.room  # of two slots, and a first guess of 500 a second
    cluster.submit(*range(100))
    assert 300 == cluster.engine.room
    for number in range(100):
        cluster.now += 0.2
        cluster.say([verdict(id_of(number))])
    assert 16 == cluster.engine.room
    cluster.say(state(4, 4))
    assert 32 == cluster.engine.room


def test_a_verdict_is_of_the_file_that_was_claimed(tmp_path: Path) -> None:
    """Device and inode are this machine's, from the claim; size and time are those that the executor saw last."""
    cluster = Cluster(tmp_path).ready()
    one, other = claim(1, identity=Identity(5, 6, 7, 8)), claim(2, identity=Identity(9, 10, 11, 12))
    cluster.engine.submit([one, other])
    found = cluster.say([verdict(one.id, size=7, mtime_ns=8), verdict(other.id, size=100, mtime_ns=-3)])
    assert [(one.id, one.identity), (other.id, Identity(9, 10, 100, -3))] == [(o.id, o.identity) for o in found]
    assert verdict(one.id).verdict == found[0].verdict


def test_the_first_verdict_counts(tmp_path: Path) -> None:
    """What comes again, or was not asked for, or is another's, is passed over."""
    cluster = Cluster(tmp_path).ready()
    cluster.submit(1)
    assert [id_of(1)] == [o.id for o in cluster.say([verdict(id_of(1)), verdict(id_of(1)), verdict("nobody")])]
    assert [] == cluster.say([verdict(id_of(1))])


def test_what_happened_to_readers_there_is_passed_on_and_counted(tmp_path: Path) -> None:
    """One that ended over a picture alone is dealt with on its executor; a picture that cannot be read is none."""
    cluster = Cluster(tmp_path).ready()
    cluster.submit(1, 2, 3, 4)
    troubles = (Trouble.CRASHED, Trouble.TIMED_OUT, Trouble.OUT_OF_MEMORY, Trouble.UNREAD)
    said = [Outcome(id_of(n), trouble=trouble, message="m", errno=n) for n, trouble in enumerate(troubles, 1)]
    assert said == cluster.say(list(said))
    assert [Loss.CRASHED, Loss.TIMED_OUT, Loss.OUT_OF_MEMORY] == cluster.lost


def test_what_a_job_did_not_speak_of_is_asked_again(tmp_path: Path) -> None:
    """Nothing is lost where an executor says less than it was asked."""
    cluster = Cluster(tmp_path).ready()
    cluster.submit(1, 2, 3)
    asked = cluster.job()
    cluster.say([verdict(id_of(2))])
    assert [] == cluster.end(asked.number)
    assert {id_of(1), id_of(3)} == cluster.job().ids


def test_there_is_no_need_to_rest(tmp_path: Path) -> None:
    """What comes, comes for many pictures at once."""
    assert 0.0 == Cluster(tmp_path).ready().engine.rest
