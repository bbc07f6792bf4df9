"""watcher.spark.asking: which pictures are asked for together, and how one is found over which jobs die."""

from collections.abc import Iterable

import pytest
from fakes import claim, id_of

from watcher.spark.asking import Asking, Job, Level


def begun(asking: Asking, most: int = 1000) -> list[set[str]]:
    """Which pictures the jobs have that begin now."""
    return [set(job.claims) for job in asking.jobs(most)]


def job(asking: Asking, most: int = 1000) -> Job:
    """The one job that begins now."""
    (found,) = asking.jobs(most)
    return found


def ids(numbers: Iterable[int]) -> set[str]:
    """Of pictures with these numbers."""
    return {id_of(number) for number in numbers}


def test_fresh_pictures_go_out_in_jobs_of_so_many() -> None:
    """Two jobs at a time, in the order in which pictures came; the next one when one of them ends."""
    asking = Asking({})
    asking.add(claim(number) for number in range(7))
    first, second = asking.jobs(3)
    assert (ids([0, 1, 2]), ids([3, 4, 5])) == (set(first.claims), set(second.claims))
    assert (False, 7) == (asking.may_begin, len(asking))
    for number in range(3):
        assert claim(number) == asking.answered(id_of(number))
    asking.ended(first.number)
    assert asking.may_begin
    assert [ids([6])] == begun(asking, 3)
    assert (4, True) == (len(asking), asking.running)


def test_a_job_that_died_is_asked_again_whole_then_in_shares_then_one_by_one() -> None:
    """Each of these with nothing else on its way. The one that dies alone is accused, and asked for no more."""
    asking, poison = Asking({}), id_of(5)
    asking.add(claim(number) for number in range(9))
    sizes = []
    accused = None
    while asking:
        now = job(asking)
        assert not asking.may_begin
        sizes.append(len(now.claims))
        if poison in now.claims:
            accused = asking.died(now.number)
        else:
            assert all(asking.answered(id_) for id_ in list(now.claims))
            asking.ended(now.number)
    assert [9, 9, 3, 3, 3, 1, 1, 1] == sizes
    assert claim(5) == accused
    assert not asking.running


def test_a_suspect_waits_until_it_has_the_cluster_to_itself() -> None:
    """Fresh pictures are not begun meanwhile: whoever dies with it would be suspected in its place."""
    asking = Asking({})
    asking.add(claim(number) for number in range(4))
    first, second = asking.jobs(2)
    asking.add([claim(8)])
    assert asking.died(first.number) is None
    assert not asking.may_begin
    assert [] == begun(asking)
    asking.ended(second.number)
    assert [ids([0, 1])] == begun(asking)
    assert [] == begun(asking)


def test_what_was_tried_before_is_as_good_as_fresh() -> None:
    """By a daemon that was killed, say, or one that cost a reader: readers keep it from others, jobs need not."""
    asking = Asking({})
    asking.add([claim(1), claim(2, attempt=2), claim(3, attempt=3)])
    now = job(asking)
    assert (ids([1, 2, 3]), Level.FRESH) == (set(now.claims), now.level)


def test_a_group_of_suspects_is_no_larger_than_a_job_may_be() -> None:
    """As after a session with more slots."""
    asking = Asking({id_of(number): Level.AGAIN for number in range(5)})
    asking.add(claim(number) for number in range(5))
    sizes = []
    while asking:
        now = job(asking, most=2)
        sizes.append((len(now.claims), now.level))
        assert all(asking.answered(id_) for id_ in list(now.claims))
        asking.ended(now.number)
    assert [(2, Level.AGAIN), (2, Level.AGAIN), (1, Level.AGAIN)] == sizes


def test_one_over_which_sessions_end_is_found() -> None:
    """Where executors are the session's own process, all that dies is sessions: the next one goes on from there."""
    suspicion, poison, sessions = dict[str, Level](), id_of(7), 0
    hand = {id_of(number): claim(number) for number in range(20)}
    convicted = list[str]()
    while hand:
        asking = Asking(suspicion)
        asking.add(hand.values())
        sessions += 1
        for one in asking.convicted():
            convicted.append(hand.pop(one.id).id)
        while hand and (now := next(asking.jobs(most=100), None)):
            if poison in now.claims:
                asking.lost()
                break
            for id_ in list(now.claims):
                assert asking.answered(id_)
                del hand[id_]
            asking.ended(now.number)
    assert ([poison], 5) == (convicted, sessions)
    assert {poison: Level.ALONE} == suspicion  # the next attempt is asked alone, too


def test_suspicion_outlives_the_session() -> None:
    """One that was found over days of dying executors is not among others again because a session ended."""
    suspicion = dict[str, Level]()
    asking = Asking(suspicion)
    asking.add(claim(number) for number in range(4))
    for _ in range(3):
        asking.died(job(asking).number)
    assert {id_of(number): Level.ALONE for number in (0, 1)} | {
        id_of(number): Level.SHARE for number in (2, 3)
    } == suspicion
    another = Asking(suspicion)
    another.add(claim(number) for number in range(5))
    groups = []
    while another:
        now = job(another)
        groups.append((set(now.claims), now.level))
        assert all(another.answered(id_) for id_ in list(now.claims))
        another.ended(now.number)
    assert [
        (ids([0]), Level.ALONE), (ids([1]), Level.ALONE), (ids([2, 3]), Level.SHARE), (ids([4]), Level.FRESH),
    ] == groups  # fmt: skip
    assert {} == suspicion  # a verdict clears of it


def test_what_nobody_asked_for_is_nobody_s() -> None:
    """A second verdict, one of another session, the end of a job that is over: nothing comes of it."""
    asking = Asking({})
    asking.add([claim(1)])
    assert asking.answered(id_of(1)) is None  # it waits, and is read soon
    now = job(asking)
    assert asking.answered(id_of(2)) is None
    assert claim(1) == asking.answered(id_of(1))
    assert asking.answered(id_of(1)) is None
    asking.put_back([id_of(1), id_of(2)])
    assert asking.died(now.number) is None
    asking.ended(now.number)
    assert asking.died(77) is None
    assert (0, False) == (len(asking), asking.running)


@pytest.mark.parametrize("count", [1, 2, 3, 10, 99, 100, 101])
def test_shares_are_as_many_as_they_are_large(count: int) -> None:
    """So that a group of n costs twice the root of n jobs, to the next whole number."""
    asking = Asking({})
    asking.add(claim(number) for number in range(count))
    for _ in range(2):
        asking.died(job(asking).number)
    sizes = []
    while asking:
        now = job(asking)
        sizes.append(len(now.claims))
        assert all(asking.answered(id_) for id_ in list(now.claims))
        asking.ended(now.number)
    assert count == sum(sizes)
    assert len(sizes) <= max(sizes) < count**0.5 + 1
