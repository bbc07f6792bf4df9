"""The engine that reads on a Spark cluster: jobs of many pictures out, verdicts in, each by its id.

Spark's own streaming on the inbox was weighed and left: it skips files that come again under a name, or half written,
or old. Here Spark reads what the daemon has claimed, and the ledger says what has been read.
"""

import logging
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait

from watcher.engine import Loss, Outcome, Trouble
from watcher.errors import SurroundingsError
from watcher.pace import Pace
from watcher.records import Claim
from watcher.spark.absence import Absence
from watcher.spark.asking import Asking, Level
from watcher.spark.parts import divided
from watcher.spark.session import Session, SessionSettings
from watcher.spark.storage import read_mark
from watcher.spark.trial import CONTROL, Trial
from watcher.spark.words import Away, Died, Done, Ended, Ready, Refused, State, Word

log = logging.getLogger(__name__)
AHEAD_SECONDS = 2.0  # of work that is in hand: two jobs, of which each costs some 50 ms by itself
LEAST_AHEAD = 8  # pictures for each slot that are in hand, however long each takes
SILENCE_SECONDS = 60.0  # of the driver, which says every few seconds how the cluster is
_ENDED = "Spark has ended the session"
_OVER_A_PICTURE = (Trouble.CRASHED, Trouble.TIMED_OUT, Trouble.OUT_OF_MEMORY)  # an executor's reader ended


class SparkEngine:
    """A session on the cluster, and all pictures that are asked of it. All methods are called by the loop's thread.

    differing: libraries whose versions on executors are not those here, once it is ready.
    """

    def __init__(
        self, settings: SessionSettings, batch_size: int, suspicion: dict[str, Level],
        clock: Callable[[], float] = time.monotonic, start: Callable[[SessionSettings], Session] = Session,
    ) -> None:  # fmt: skip
        """Open a session; `await_ready` says when it can read. suspicion: of pictures, from sessions before."""
        self._settings, self._batch_size, self._clock = settings, batch_size, clock
        self.on_lost: Callable[[Loss], None] = lambda _: None
        self.model_name = self.misread = self.differing = ""
        self.slots = self.executors = 0
        self._asking, self._pace = Asking(suspicion), Pace(AHEAD_SECONDS)
        self._outcomes, self._apart = list[Outcome](), set[str]()  # ids over which readers were lost
        self._trial, self._absence = Trial(), Absence()
        self._heard = clock()
        self._session: Session | None = start(settings)

    # -- Engine --------------------------------------------------------------------------------------

    def await_ready(self, seconds: float) -> None:
        """Wait, so long at most, until executors read. Raises what stands in the way."""
        until = self._clock() + seconds
        while not self.is_ready():
            if (left := until - self._clock()) <= 0:
                raise SurroundingsError(
                    f"the Spark cluster at {self._settings.master} does not read yet", hint="It is waited for."
                )
            wait(self.waitables(), left)  # type: ignore[arg-type]  # with fileno()

    def is_ready(self) -> bool:
        """Whether executors read. Raises what stands in the way."""
        self._hear()
        return bool(self.model_name)

    @property
    def room(self) -> int:
        """How many more pictures may be handed over."""
        slots = max(1, self.slots)
        return max(0, self._pace.ahead(LEAST_AHEAD * slots, 2 * self._batch_size * slots) - len(self._asking))

    def submit(self, claims: Sequence[Claim]) -> None:
        """Hand over claimed pictures."""
        if not self._asking:
            self._pace.begin(self._clock())
        self._asking.add(claims)
        self._outcomes += [_crashed(claim, "its session ended") for claim in self._asking.convicted()]
        self._deal()

    def collect(self) -> list[Outcome]:
        """Outcomes since the last call. Raises SurroundingsError where the cluster, or its storage, is away."""
        self._hear()
        self._deal()
        outcomes, self._outcomes = self._outcomes, []
        if outcomes:
            self._pace.count(len(outcomes), self._clock())
        else:
            self._check_absence()
        return outcomes

    def waitables(self) -> list[Session]:
        """The session; none once it is closed."""
        return [self._session] if self._session else []

    @property
    def rest(self) -> float:
        """What comes, comes for many pictures at once: there is no need to stay away."""
        return 0.0

    def patience(self, now: float) -> float:
        """Seconds until the driver must have said something."""
        return self._heard + self._silence - now

    def close(self) -> None:
        """End the session; what is in its hands is given up."""
        if self._session:
            self._session.close()
        self._session, self.slots, self.executors = None, 0, 0

    # -- inside --------------------------------------------------------------------------------------

    def _hear(self) -> None:
        if self._session is None:
            raise SurroundingsError(f"there is no session on {self._settings.master}", hint="Another one is tried.")
        try:
            for word in self._session.words():
                self._heard = self._clock()
                if isinstance(word, list):
                    for outcome in word:
                        self._take(outcome)
                else:
                    self._heed(word)
        except (EOFError, OSError, ValueError) as error:
            self._asking.lost()
            raise self._ended("the process that holds the Spark session has ended") from error
        if self._clock() - self._heard >= self._silence:
            raise self._ended(f"the Spark session has not been heard of for {self._silence:.0f} s")

    @property
    def _silence(self) -> float:
        # It says nothing while it waits for executors.
        return SILENCE_SECONDS if self.model_name else SILENCE_SECONDS + self._settings.patience_seconds

    def _take(self, outcome: Outcome) -> None:
        if outcome.trouble in _OVER_A_PICTURE:
            self.on_lost(Loss[outcome.trouble.name])
            self._apart.add(outcome.id)
        else:
            self._apart.discard(outcome.id)
        claim = self._asking.answered(outcome.id)
        if claim is None:
            return  # asked twice; the first verdict counted
        if (seen := outcome.identity) is not None:
            # Device and inode are other numbers there; which file it is, its claim says.
            here = claim.identity._replace(size=seen.size, mtime_ns=seen.mtime_ns)
            outcome = outcome._replace(identity=here)
        self._absence.over()
        self._outcomes.append(outcome)

    def _heed(self, word: Word) -> None:
        match word:
            case Ready():
                self.model_name, self.misread = word.ready, word.misread
                self.slots, self.executors, self.differing = word.slots, word.executors, word.differing
                if word.differing:
                    log.warning("executors have other versions than this machine: %s", word.differing)
            case State():
                self.slots, self.executors = word.slots, word.executors
            case Done():
                self._asking.ended(word.done)
                if word.done == CONTROL:
                    self._convict()
            case Died():
                self._mourn(word)
            case Away():
                self._put_back(word)
            case Ended():
                self._asking.lost()
                raise self._ended(f"Spark has ended the session: {word.ended}" if word.ended else _ENDED)
            case Refused():
                self.close()
                raise word.as_error()

    def _put_back(self, word: Away) -> None:
        self._asking.put_back(word.away)
        if not word.away:  # a job without a picture: nothing can be said of the one that is accused
            self._acquit()
        self._absence.told(word.host, word.why, self._clock(), storage=word.storage)

    def _check_absence(self) -> None:
        try:
            self._absence.check(self._clock())
        except SurroundingsError:
            if not self._absence.of_storage:  # what was shipped, or the reader's start: by this session nothing is read
                self.close()
            raise

    def _mourn(self, word: Died) -> None:
        self.on_lost(Loss.JOB)
        if word.died != CONTROL:
            log.warning("a job on the cluster died, its pictures are asked again: %s", word.why)
            if accused := self._asking.died(word.died):
                self._trial.accuse(accused)
        elif self._trial.died():
            raise self._ended(f"jobs die on the Spark cluster whatever they read: {word.why}")
        else:
            self._acquit()

    def _convict(self) -> None:
        if guilty := self._trial.passed():
            self._absence.over()  # the job without a picture found the storage
            self._outcomes.append(_crashed(guilty, "its executor ended"))

    def _acquit(self) -> None:
        if doubtful := self._trial.failed():
            self._asking.add([doubtful])

    def _deal(self) -> None:
        due = self._trial.is_due if self._trial.is_on else self._asking.may_begin
        if self._session is None or not self.model_name or not due:
            return
        mark = read_mark(self._work)  # where that fails, no job has begun
        if self._trial.is_on:
            self._trial.begin()
            self._session.ask(CONTROL, mark, [[]])
            return
        for job in self._asking.jobs(most=self._batch_size * max(1, self.slots)):
            claims, slots = list(job.claims.values()), max(1, self.slots)
            self._session.ask(job.number, mark, divided(claims, slots, self._settings.terms.max_bytes, self._apart))

    @property
    def _work(self) -> bytes:
        return self._settings.work.encode(errors="surrogateescape")

    def _ended(self, what: str) -> SurroundingsError:
        self.close()
        return SurroundingsError(what, hint=f"A new one is tried. The logs in {self._settings.scratch} say more.")


def _crashed(claim: Claim, message: str) -> Outcome:
    return Outcome(claim.id, trouble=Trouble.CRASHED, message=message)
