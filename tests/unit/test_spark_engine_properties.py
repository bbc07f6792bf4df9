"""watcher.spark.engine: whatever a cluster does, in any order, each picture comes back in one outcome. It is played."""

import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from random import Random

from fakes import claim, id_of
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from played_session import MARK, Asked, Cluster, state, verdict

from watcher.engine import Outcome, Trouble
from watcher.errors import SurroundingsError
from watcher.records import Claim
from watcher.spark.absence import PATIENCE_SECONDS
from watcher.spark.asking import Level
from watcher.spark.words import Away, Died, Done, Word

SEED = st.randoms(use_true_random=False)


class AnyCluster(RuleBasedStateMachine):
    """The model is what the loop has in hand: what it handed over, and has no outcome of."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="any-cluster-"))
        self.suspicion = dict[str, Level]()
        self.cluster = Cluster(self.folder, self.suspicion).ready()
        self.hand, self.poison = dict[str, Claim](), set[str]()
        self.jobs = list[Asked]()
        self.came, self.accidents = 0, False

    # -- what the loop does --------------------------------------------------------------------------

    @rule(count=st.integers(1, 40), poison=st.sets(st.integers(0, 39), max_size=2))
    def come(self, count: int, poison: set[int]) -> None:
        """Pictures are claimed. Over some of them each job dies."""
        claims = [claim(self.came + number) for number in range(count)]
        self.poison |= {one.id for number, one in enumerate(claims) if number in poison}
        self.came += count
        self._submit(claims)

    @rule(seconds=st.sampled_from([0.1, 5.0, 30.0]))
    def look(self, seconds: float) -> None:
        """Time passes, in which the cluster says nothing of pictures."""
        self.cluster.now += seconds
        self._say(state(2, 1))

    # -- what the cluster does -----------------------------------------------------------------------

    @rule(pick=st.integers(0, 1), random=SEED, share=st.sampled_from([0.0, 0.5, 1.0]), away=st.booleans())
    def work(self, pick: int, random: Random, share: float, away: bool) -> None:
        """A job ends: died over poison, or with what it had time for; of some it may say that they cannot be read."""
        if job := self._job(pick):
            known = [id_ for id_ in job.ids if random.random() < share]
            if job.ids & self.poison:
                self._say(Died(died=job.number, why="lost"))
            else:
                rest = sorted(job.ids - set(known)) if away else []
                gone = [Away(away=rest, host="one", why="gone")] if rest else []
                self._say([verdict(id_) for id_ in known], *gone, Done(done=job.number))

    @rule(pick=st.integers(0, 1))
    def accident(self, pick: int) -> None:
        """A job dies of something else."""
        if job := self._job(pick):
            self.accidents = True
            self._say(Died(died=job.number, why="an accident"))

    @rule(pick=st.integers(0, 1))
    def storage_away(self, pick: int) -> None:
        """An executor does not see the storage: it can read nothing of a job."""
        if job := self._job(pick):
            self._say(Away(away=sorted(job.ids), host="one", why="gone"), Done(done=job.number))

    @rule()
    def session_ends(self) -> None:
        """And another one begins. It may have been over what was asked."""
        self.accidents = True
        with suppress(SurroundingsError):
            self.cluster.say(EOFError())
        self._another()

    @rule(readable=st.booleans())
    def mark(self, readable: bool) -> None:
        """The daemon's own storage fails, or is there again."""
        file = self.folder / "identity"
        if readable and file.is_dir():
            file.rmdir()
            file.write_text(MARK)
        elif not readable and file.is_file():
            file.unlink()
            file.mkdir()

    # -- inside --------------------------------------------------------------------------------------

    def _job(self, pick: int) -> Asked | None:
        self.jobs += self.cluster.news()
        return self.jobs.pop(pick % len(self.jobs)) if self.jobs else None

    def _say(self, *words: Word | list[Outcome]) -> None:
        self.cluster.session.coming += words
        found = list[Outcome]()
        with suppress(OSError, SurroundingsError):
            found = self.cluster.engine.collect()
        if not self.cluster.engine.waitables():
            self._another()
        for outcome in found:
            self._settle(outcome)

    def _settle(self, outcome: Outcome) -> None:
        its = self.hand.pop(outcome.id)
        if outcome.trouble is None:
            assert its.identity == outcome.identity
            assert outcome.id not in self.poison
            return
        assert Trouble.CRASHED is outcome.trouble
        assert self.accidents or outcome.id in self.poison
        if its.attempt < 3:
            self._submit([its._replace(attempt=its.attempt + 1)])
        else:
            self.poison.discard(its.id)

    def _submit(self, claims: list[Claim]) -> None:
        self.hand |= {one.id: one for one in claims}
        with suppress(OSError):
            self.cluster.engine.submit(claims)

    def _another(self) -> None:
        self.mark(readable=True)
        self.cluster, self.jobs = Cluster(self.folder, self.suspicion).ready(), []
        self._submit(list(self.hand.values()))

    @invariant()
    def suspects_are_asked_for_alone(self) -> None:
        """One that died with others is on its way with nothing else but its like."""
        self.jobs += self.cluster.news()
        if any(id_ in self.suspicion for job in self.jobs for id_ in job.ids):
            assert 1 == len(self.jobs)
        assert {id_ for job in self.jobs for id_ in job.ids} <= self.hand.keys()

    def teardown(self) -> None:
        """Left alone, on a cluster and storage that work, all comes back."""
        try:
            if sys.exc_info()[0] is None:
                self._settle_all()
        finally:
            shutil.rmtree(self.folder)

    def _settle_all(self) -> None:
        self.mark(readable=True)
        self._say()
        for _ in range(2000):
            if not self.hand:
                break
            job = self._job(0)
            assert job, "nothing is asked for, and something is in hand"
            if job.ids & self.poison:
                self._say(Died(died=job.number, why="lost"))
            else:
                self._say([verdict(id_) for id_ in sorted(job.ids)], Done(done=job.number))
        assert {} == self.hand
        self.cluster.now += 2 * PATIENCE_SECONDS
        assert [] == self.cluster.say(state(2, 1))
        assert {id_of(number) for number in range(self.came)} >= self.suspicion.keys()


TestAnyCluster = AnyCluster.TestCase
TestAnyCluster.settings = settings(
    max_examples=max(25, settings().max_examples // 20),
    stateful_step_count=max(25, settings().stateful_step_count // 2),
    deadline=None,
)
