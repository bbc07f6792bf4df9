"""watcher.spark.driver: jobs are run and told of, and it ends with whatever it stands between. Spark is played."""

import json
import os
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from watcher.spark import driver as module
from watcher.spark.driver import STATE_SECONDS, WARM_SECONDS, _Driver, _Speech


class Ended(BaseException):
    """The process has ended."""


class Cluster:
    """A session that does what it is told to. script: what comes of a job; looks: executors, at one look a second."""

    slots, keeps_executors = 4, True

    def __init__(self) -> None:
        self.script, self.looks = list[list[bytes] | Exception](), list[int | Exception]()
        self.read_parts = list[tuple[str, list[list[str]]]]()
        self.open, self.now = True, 0.0

    @property
    def is_open(self) -> bool:
        return self.open and bool(self.looks)

    @property
    def executors(self) -> int:
        look = self.looks.pop(0)
        if isinstance(look, Exception):
            raise look
        return look

    def read(self, mark: str, parts: list[list[str]]) -> list[bytes]:
        self.read_parts.append((mark, parts))
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        return step

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Driven:
    """A driver, and the daemon's end of its socket."""

    def __init__(self) -> None:
        self.link, self.theirs = socket.socketpair()
        self.cluster = Cluster()
        self.driver = _Driver(self.cluster, _Speech(self.theirs), patience=20.0)  # type: ignore[arg-type]

    def heard(self) -> list[Any]:
        """All that was said since the last call."""
        self.link.setblocking(False)
        try:
            return [json.loads(line) for line in self.link.recv(1 << 20).splitlines()]
        except BlockingIOError:
            return []

    def job(self, number: int = 7) -> list[Any]:
        self.driver._job(number, "mark", [["a"], ["b"]])
        return self.heard()

    def close(self) -> None:
        self.driver._pool.shutdown()
        for end in (self.link, self.theirs):
            end.close()


@pytest.fixture
def driven(monkeypatch: pytest.MonkeyPatch) -> Iterator[Driven]:
    """A driver whose clock runs as it sleeps, and whose end can be seen."""

    def end(_: int) -> None:
        raise Ended

    driven = Driven()
    monkeypatch.setattr(module.time, "monotonic", lambda: driven.cluster.now)
    monkeypatch.setattr(module.time, "sleep", driven.cluster.sleep)
    monkeypatch.setattr(os, "_exit", end)
    yield driven
    driven.close()


def at_once(call: Callable[[], None]) -> Future[None]:
    """As a pool whose threads are never late."""
    call()
    done = Future[None]()
    done.set_result(None)
    return done


REFUSED = {"refused": "SurroundingsError", "hint": "Another session is tried until there is one."}


def test_what_executors_said_comes_before_the_end_of_their_job(driven: Driven) -> None:
    """Passed on as it is."""
    driven.cluster.script = [[b'["x"]', b'{"away":["a"]}'], []]
    assert [["x"], {"away": ["a"]}, {"done": 7}] == driven.job()
    assert [{"done": 0}] == driven.job(0)
    assert 2 * [("mark", [["a"], ["b"]])] == driven.cluster.read_parts


def test_of_a_job_that_died_nothing_is_said_but_why(driven: Driven) -> None:
    """Whatever stands in Spark's words, and also where there are none: else nobody would hear of it."""
    driven.cluster.looks = [1] * 3
    driven.cluster.script = [RuntimeError("lost \udcff"), RuntimeError(), ValueError("\n at x")]
    assert [{"died": 7, "why": "lost \\udcff"}] == driven.job()
    assert [{"died": 8, "why": "RuntimeError"}] == driven.job(8)
    assert [{"died": 9, "why": "ValueError"}] == driven.job(9)


def test_a_job_of_a_session_that_is_over_ends_the_process(driven: Driven) -> None:
    """Said as the end of the session: no picture is suspected."""
    driven.cluster.open, driven.cluster.script = False, [RuntimeError("the context was stopped")]
    with pytest.raises(Ended):
        driven.job()
    assert [{"ended": "the context was stopped"}] == driven.heard()


def test_without_a_daemon_it_ends(driven: Driven) -> None:
    """Nobody hears what came of a job."""
    driven.cluster.script = [[]]
    driven.link.close()
    with pytest.raises(Ended):
        driven.driver._job(7, "mark", [[]])


def test_how_the_cluster_is_is_said_every_few_seconds(driven: Driven) -> None:
    """So it is known to live."""
    driven.cluster.looks = [2] * int(2 * STATE_SECONDS + 1)
    with pytest.raises(Ended):
        driven.driver._watch_all()
    said = driven.heard()
    assert 2 * [{"slots": 4, "executors": 2}] == said[:-1]
    assert [{"ended": ""}] == said[-1:]


def test_a_watch_that_fails_ends_the_process(driven: Driven) -> None:
    """Java is gone, say: without the watch nobody would learn of it."""
    driven.cluster.looks = [1, ConnectionRefusedError(111, "refused"), 1, 1]
    with pytest.raises(Ended):
        driven.driver._watch_all()
    assert [{"ended": ""}] == driven.heard()


def test_pictures_that_no_executor_reads_end_it(driven: Driven) -> None:
    """After the patience of the settings, counted from the last executor that there was."""
    driven.driver._running = 1
    driven.cluster.looks = [0] * 10 + [1] + [0] * 30
    with pytest.raises(Ended):
        driven.driver._watch()
    assert REFUSED | {"error": "there has been no executor for 20 s"} == driven.heard()[-1]
    assert 31.0 == driven.cluster.now


def test_where_there_is_nothing_to_read_no_executor_is_needed(driven: Driven) -> None:
    """A cluster may let all of them go overnight."""
    driven.cluster.looks = [0] * 100
    driven.driver._watch()
    assert {"slots": 4, "executors": 0} == driven.heard()[-1]


def warmed(driven: Driven, looks: list[int]) -> int:
    """How many jobs there were without a picture in so many seconds. looks: executors, at each."""
    driven.cluster.looks, driven.cluster.read_parts = [*looks], []
    driven.driver._watch()
    driven.driver._pool.submit(lambda: None).result()
    assert {("", ((),) * 4)} >= {(mark, tuple(map(tuple, parts))) for mark, parts in driven.cluster.read_parts}
    return len(driven.cluster.read_parts)


def test_readers_are_kept_while_nobody_needs_them(driven: Driven, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job without a picture for each slot, within the minute in which Spark would end them; none is told of."""
    monkeypatch.setattr(driven.driver._pool, "submit", at_once)
    driven.driver._met, driven.cluster.script = 1, [[], RuntimeError("lost"), []]
    assert 0 == warmed(driven, [1] * int(WARM_SECONDS))
    assert 3 == warmed(driven, [1] * int(3 * WARM_SECONDS + 5))
    assert all("slots" in word for word in driven.heard())


def test_readers_begin_as_soon_as_their_executor_is_there(driven: Driven, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first ones, one that comes later or comes back, one that came amid other work; not where some go."""
    monkeypatch.setattr(driven.driver._pool, "submit", at_once)
    driven.cluster.script = [[], [], [], []]
    assert 3 == warmed(driven, [1, 1, 2, 2, 1, 1, 2, 2])
    driven.driver._running = 1
    assert 0 == warmed(driven, [3, 3, 3])
    driven.driver._running = 0
    assert 1 == warmed(driven, [3, 3])


def test_executors_that_spark_may_take_away_are_not_kept(driven: Driven) -> None:
    """As its dynamic allocation was told to; a job would hold them for ever."""
    driven.cluster.keeps_executors = False
    assert 0 == warmed(driven, [1] * int(5 * WARM_SECONDS))


def test_nobody_keeps_readers_that_read_or_do_not_answer(driven: Driven) -> None:
    """They have something to do; and one job that hangs is enough."""
    for name in ("_running", "_warming"):
        setattr(driven.driver, name, 1)
        assert 0 == warmed(driven, [1] * int(3 * WARM_SECONDS))
        setattr(driven.driver, name, 0)


def test_it_runs_what_it_is_told_until_the_daemon_hangs_up(driven: Driven, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then it signs off, which is no end of the session by Spark."""
    watched, watch = list[bool](), driven.driver._watch_all
    monkeypatch.setattr(_Driver, "_watch_all", lambda _: watched.append(True))
    driven.cluster.script = [[b"[1]"], [b"[2]"]]
    for number in (1, 2):
        driven.link.send(json.dumps({"job": number, "mark": "m", "parts": [["a"]]}).encode() + b"\n")
    driven.link.shutdown(socket.SHUT_WR)
    driven.driver.run(driven.theirs)
    driven.driver._pool.shutdown()
    said = driven.heard()
    assert ([{"done": 1}, {"done": 2}], [True]) == (sorted(said, key=str)[2:], watched)
    watch()
    assert (0, []) == (driven.driver._running, driven.heard())
