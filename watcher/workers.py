"""The local engine: reader processes, each over a pipe of its own, watched by the loop.

Weighed and left: concurrent.futures and loky give up the whole pool when one process dies; pebble shares one
locked pipe among its processes, so that one killed while it holds the lock stops all, wakes ten times a
second and measures its timeouts by the wall clock. Here a process that dies or overruns costs what it had in
hand, and its pictures are tried again one by one.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait

from watcher.answers import Refused, read_answers, read_greeting
from watcher.blame import Blame
from watcher.cores import cores
from watcher.engine import Loss, Outcome, Trouble
from watcher.errors import ModelError, SurroundingsError
from watcher.pace import Leisure, Pace
from watcher.reader_process import ReaderProcess, ReaderSettings, start_reader
from watcher.records import Claim

log = logging.getLogger(__name__)
SHARE = 64  # ids that a reader is given together, at most: what is tried again, one by one, where it dies over one
LEAST_AHEAD = 4  # pictures for each reader that are in hand, however long each takes
SHARES_AHEAD = 16  # that it may have: it reads on while the loop's thread is busy recording
TURN_SECONDS = 0.05  # of the loop, in a backlog: each turn syncs several files, however few pictures it has
START_SECONDS = 60.0


class LocalEngine:
    """Reader processes on this machine. All methods are called by the loop's thread, and none waits for a reader."""

    def __init__(self, settings: ReaderSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Start the processes; `await_ready` says when they can read."""
        self._settings, self._clock = settings, clock
        self.on_lost: Callable[[Loss], None] = lambda _: None
        self._waiting: deque[list[str]] = deque()
        self._outcomes: list[Outcome] = []
        self._blame = Blame(settings.workers)
        self._came_round = 0.0
        self._pace, self._leisure = Pace(), Leisure()
        self._ending: list[ReaderProcess] = []
        self.model_name = self.misread = ""
        self._readers = [self._start() for _ in range(settings.workers)]

    def await_ready(self, seconds: float = START_SECONDS) -> None:
        """Wait, so long at most, until every reader has loaded the model.

        Raises ModelError where one cannot, or needs more than a minute; SurroundingsError where it was not long enough.
        """
        until = self._clock() + seconds
        while not self.is_ready():
            if (left := until - self._clock()) <= 0:
                raise SurroundingsError("the readers are still starting", hint="It is waited for.")
            starting = [reader for reader in self._readers if not reader.ready]
            wait(starting, max(0.0, min(left, self.patience(self._clock()))))  # type: ignore[arg-type]  # with fileno()

    def is_ready(self) -> bool:
        """Whether every reader has loaded the model by now. Raises ModelError where one cannot."""
        starting = [reader for reader in self._readers if not reader.ready]
        for reader in starting:
            self._hear(reader)
        self._check_start()
        return all(reader.ready for reader in starting)

    # -- Engine --------------------------------------------------------------------------------------

    @property
    def slots(self) -> int:
        """How many pictures are read at the same time: each reader has one before it."""
        return len(self._readers)

    @property
    def executors(self) -> int:
        """How many readers there are."""
        return len(self._readers)

    @property
    def busy(self) -> int:
        """How many pictures are in its hands."""
        return sum(r.load for r in self._readers) + sum(map(len, self._waiting))

    @property
    def room(self) -> int:
        """How many more pictures may be handed over."""
        least = min(2 * self._settings.batch_size, LEAST_AHEAD * len(self._readers))
        return max(0, self._pace.ahead(least, 2 * self._settings.batch_size) - self.busy)

    def submit(self, claims: Sequence[Claim]) -> None:
        """Hand over claimed pictures."""
        if fresh := [claim.id for claim in claims if claim.attempt == 1]:
            self.hand_over(fresh)
        for claim in claims:
            if claim.attempt > 1:  # somebody died over it, or we did: alone
                self.hand_over([claim.id])

    def hand_over(self, ids: Sequence[str]) -> None:
        """These are to be read; they are dealt out evenly among the readers in use."""
        if not self.busy:
            self._pace.begin(self._clock())
        share = max(1, min(SHARE, -(-len(ids) // len(self._readers))))
        self._waiting.extend(list(ids[i : i + share]) for i in range(0, len(ids), share))
        self._deal()

    def collect(self) -> list[Outcome]:
        """Outcomes since the last call. Replaces readers that died, and ends those that overran.

        Raises ModelError where one cannot be replaced.
        """
        self._came_round = self._clock()
        self._ending = [reader for reader in self._ending if reader.process.poll() is None]
        for reader in list(self._readers):
            self._hear(reader)
        self._leisure.end(self._came_round, len(self._outcomes))
        self._check_start()
        for reader in list(self._readers):
            if reader.hand and self._clock() - reader.since > self._settings.terms.seconds_per_picture:
                self._lose(reader, Trouble.TIMED_OUT)
        self._deal()
        if self._outcomes:
            self._pace.count(len(self._outcomes), self._clock())
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def waitables(self) -> list[ReaderProcess]:
        """The readers: each is readable when it has said something, or died. Asked for when the loop is to wait."""
        self._leisure.begin(self._clock())
        return list(self._readers)

    @property
    def rest(self) -> float:
        """Seconds for which the loop may stay away, as readers have enough to do until then."""
        if not (self._leisure.some and self._pace.enough(self.busy)):
            return 0.0
        return max(0.0, self._came_round + TURN_SECONDS - self._clock())

    def patience(self, now: float) -> float:
        """Seconds until the first deadline."""
        allowed = self._settings.terms.seconds_per_picture
        due = [reader.since + (allowed if reader.ready else START_SECONDS) for reader in self._readers if reader.owes]
        return min(due, default=float("inf")) - now

    def close(self) -> None:
        """End the readers."""
        for reader in self._readers:
            reader.process.kill()  # all of them, before any is waited for
        for reader in self._readers:
            reader.end()
        self._readers = []

    # -- inside --------------------------------------------------------------------------------------

    def _start(self) -> ReaderProcess:
        return start_reader(self._settings, self._clock())

    def _check_start(self) -> None:
        now = self._clock()
        if any(not reader.ready and now - reader.since >= START_SECONDS for reader in self._readers):
            raise ModelError(
                f"a reader did not start within {START_SECONDS:.0f} s", hint="Is the machine overloaded, or the disk?"
            )

    def _hear(self, reader: ReaderProcess) -> None:
        try:
            for line in reader.lines.receive():
                if reader.ready:
                    self._take(reader, line)
                else:
                    self._greet(reader, line)
        except (EOFError, OSError, ValueError):
            # It died, or talks nonsense: a picture that took it over must not end the daemon too.
            self._lose(reader)

    def _greet(self, reader: ReaderProcess, line: bytes) -> None:
        said = read_greeting(line)
        if isinstance(said, Refused):
            raise ModelError(said.error, hint=said.hint)
        reader.ready, self.model_name, self.misread = True, said.ready, said.misread

    def _take(self, reader: ReaderProcess, line: bytes) -> None:
        for outcome in read_answers(line):
            if not reader.hand:
                raise ValueError("an answer that nobody asked for")
            reader.hand[0].remove(outcome.id)  # before the outcome counts: it may speak for its own pictures only
            self._outcomes.append(outcome)
            self._blame.clear(outcome.id)
            if not reader.hand[0]:
                reader.hand.popleft()
        reader.since = self._clock()  # whole answers alone buy time

    def _lose(self, reader: ReaderProcess, trouble: Trouble | None = None) -> None:
        """A reader died, lies or overran: put another in its place, and see to the pictures it had."""
        code = reader.end()
        if code is None:
            self._ending.append(reader)
        if not reader.ready:
            raise ModelError(f"a reader ended with code {code} while it was starting", hint="See the lines above.")
        trouble, begun = trouble or self._blame.trouble(code), len(reader.hand[0]) if reader.hand else 0
        outcomes, again = self._blame.divided(reader.hand, trouble, code)
        reader.hand = deque()  # where no other can be started, it is lost again in the next turn, and holds nothing
        self._outcomes += outcomes
        self._waiting.extendleft(reversed(again))
        log.warning(
            "a reader %s (exit code %s) with %d pictures begun; another one starts",
            trouble, code, begun, extra={"REASON": str(trouble)},
        )  # fmt: skip
        self.on_lost(Loss[trouble.name])
        self._readers[self._readers.index(reader)] = self._start()

    def _deal(self) -> None:
        # A loop that never waits keeps a core busy: a reader for each core would only take it from the loop, which
        # all of them live on.
        most = len(self._readers) if self._leisure.some else max(1, cores() - 1)
        in_use = [reader for reader in self._readers if reader.ready][:most]
        while self._waiting:
            free = [reader for reader in in_use if len(reader.hand) < SHARES_AHEAD]
            if not free:
                return
            min(free, key=lambda reader: reader.load).give(self._waiting.popleft(), self._clock())
