"""watcher.spark.asking: jobs that die, in any order with all else; and each picture is answered, or accused, once."""

from collections import Counter
from collections.abc import Iterable
from random import Random

from fakes import claim, id_of
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from watcher.spark.asking import JOBS, Asking, Job, Level

MOST = st.integers(1, 12)
WORLDS = st.integers(1, 150).flatmap(
    lambda count: st.tuples(st.just(count), st.sets(st.integers(0, count - 1), max_size=4))
)
SEED = st.randoms(use_true_random=False)


def ids(numbers: Iterable[int]) -> set[str]:
    """Of pictures with these numbers."""
    return {id_of(number) for number in numbers}


class AnyOrder(RuleBasedStateMachine):
    """Everything that may happen to pictures, in any order. The model is the set of those in the engine's hands."""

    def __init__(self) -> None:
        super().__init__()
        self.suspicion = dict[str, Level]()
        self.asking = Asking(self.suspicion)
        self.running = dict[int, Job]()
        self.pending = set[str]()
        self.over = Counter[str]()
        self.came = 0

    @rule(count=st.integers(1, 30), attempt=st.sampled_from([1, 1, 2]))
    def come(self, count: int, attempt: int) -> None:
        """Pictures are handed over."""
        numbers = range(self.came, self.came + count)
        self.came += count
        self.pending |= ids(numbers)
        self.asking.add(claim(number, attempt=attempt) for number in numbers)

    @rule(most=MOST)
    def begin(self, most: int) -> None:
        """As many jobs as may."""
        for job in self.asking.jobs(most):
            assert 0 < len(job.claims) <= most
            self.running[job.number] = job
        assert not self.asking.may_begin

    @rule(random=SEED, share=st.sampled_from([0.0, 0.5, 1.0]), how=st.sampled_from(["answered", "put_back"]))
    def speak(self, random: Random, share: float, how: str) -> None:
        """Of some pictures that are on their way, and of one that is not."""
        some = [id_ for job in self.running.values() for id_ in list(job.claims) if random.random() < share]
        if how == "put_back":
            self.asking.put_back([*some, "nobody"])
        else:
            assert self.asking.answered("nobody") is None
            for id_ in some:
                assert self.asking.answered(id_) is not None
                self._out(id_)

    @rule(pick=st.integers(0, 5))
    def end(self, pick: int) -> None:
        """A job ends well, whatever it said."""
        if self.running:
            self.asking.ended(self._job(pick).number)

    @rule(pick=st.integers(0, 5))
    def die(self, pick: int) -> None:
        """A job dies; one over which it did so alone is out, and asked again at its next attempt."""
        if self.running and (accused := self.asking.died(self._job(pick).number)):
            assert Level.ALONE is self.suspicion[accused.id]
            self._out(accused.id)

    @rule(most=MOST)
    def another_session(self, most: int) -> None:
        """All that is unfinished is handed over to the next one, in the order of the ledger."""
        self.asking, self.running = Asking(self.suspicion), {}
        self.asking.add(claim(int(id_[-12:], 16)) for id_ in sorted(self.pending))

    def _job(self, pick: int) -> Job:
        return self.running.pop(sorted(self.running)[pick % len(self.running)])

    def _out(self, id_: str) -> None:
        self.pending.remove(id_)
        self.over[id_] += 1

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        """What came is in hand, or over, and never twice; suspects run by themselves."""
        assert len(self.pending) == len(self.asking)
        assert ids(range(self.came)) == self.pending | set(self.over)
        assert not self.over or {1} == set(self.over.values())
        on_their_way = [id_ for job in self.running.values() for id_ in job.claims]
        assert len(set(on_their_way)) == len(on_their_way)
        assert set(on_their_way) <= self.pending
        assert len(self.running) <= (1 if any(job.level for job in self.running.values()) else JOBS)
        assert bool(self.running) == self.asking.running

    def teardown(self) -> None:
        """Left alone, on a cluster that works, all is read."""
        for number in list(self.running):
            self.asking.ended(number)
        while self.asking:
            for job in list(self.asking.jobs(5)):
                for id_ in list(job.claims):
                    assert self.asking.answered(id_)
                    self._out(id_)
                self.asking.ended(job.number)
        assert set() == self.pending
        assert ids(range(self.came)) == set(self.over)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=max(40, settings().max_examples // 20),
    stateful_step_count=max(25, settings().stateful_step_count // 2),
    deadline=None,
)


@given(WORLDS, st.integers(1, 200), st.integers(1, 3), SEED)
def test_poison_is_found_by_few_deaths_and_nobody_else_is_accused(
    world: tuple[int, set[int]],
    most: int,
    attempts: int,
    random: "st.random",  # type: ignore[name-defined]
) -> None:
    """Four pictures, say, over which every job dies that holds them: a death as fresh, one as asked again, one in a
    share, and one alone for each attempt. All others are read. A session that ends costs one more: what was found out
    in shares is asked for together again."""
    count, poison = world[0], ids(world[1])
    suspicion, cost = dict[str, Level](), Counter[str]()
    asking, running, sessions = Asking(suspicion), list[Job](), 1
    claims = {id_of(number): claim(number) for number in range(count)}
    asking.add(claims.values())
    while claims:
        if random.random() < 0.05:
            asking, running, sessions = Asking(suspicion), [], sessions + 1
            asking.add(claims.values())
        running += asking.jobs(most)
        now = running.pop(random.randrange(len(running)))
        if doomed := poison & now.claims.keys():
            cost.update(doomed)
            if accused := asking.died(now.number):
                assert {accused.id} == doomed
                again = claims.pop(accused.id)._replace(attempt=accused.attempt + 1)
                if again.attempt <= attempts:
                    claims[again.id] = again
                    asking.add([again])
        else:
            for id_ in list(now.claims):
                assert claims.pop(id_) == asking.answered(id_)
            asking.ended(now.number)
    assert 0 == len(asking)
    assert poison == set(cost)
    assert all(2 + sessions + attempts >= deaths for deaths in cost.values()), cost
    assert poison == suspicion.keys()
