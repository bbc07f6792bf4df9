"""The loop: wake → claim → recognise → sync → record → archive; and recovery, at start and after a pause."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

from watcher.claiming import claim_batch
from watcher.corrections.hearing import Hearing
from watcher.counts import Counts
from watcher.engine import Engine, Outcome
from watcher.judging import Judging
from watcher.parts import Parts
from watcher.recalling import AT_ONCE, Recalling
from watcher.recording import Recorder
from watcher.records import Claim
from watcher.recovery import Recovery
from watcher.retention.care import Care
from watcher.rows import readable_name
from watcher.syncing import Result, Syncing
from watcher.unsettled import Unsettled

log = logging.getLogger(__name__)


class Service:
    """One turn of the loop at a time; time, engine and everything else are given."""

    def __init__(
        self,
        parts: Parts,
        engine: Engine,
        *,
        batch_size: int,
        max_attempts: int,
        settle_seconds: float,
        rescan_seconds: float,
        remove_emptied_seconds: float = float("inf"),
        executor: Executor,
        wake: Callable[[], None],
        counts: Counts | None = None,
        care: Care | None = None,
        hearing: Hearing | None = None,
    ) -> None:
        """executor: runs what only waits for the disk beside the loop. wake: ends the wait between two turns. counts:
        to go on from. care: of what has been read. hearing: of what people say of it."""
        self._p, self.engine = parts, engine
        self._batch_size = batch_size
        self._rescan, self._remove_emptied = rescan_seconds, remove_emptied_seconds
        self._unsettled = Unsettled(parts.files, settle_seconds)
        self._judging = Judging(parts, self._unsettled, max_attempts=max_attempts, read_again=self._submit)
        self._recorder = Recorder(parts)
        self._syncing = Syncing(self._recorder.sync_inbox, executor, wake)
        self._recovery = Recovery(parts, self._recorder.archive)
        self._recalling = Recalling(parts)
        self._hand: dict[str, Claim] = {}
        self._next_requests = 0.0
        self.counts = counts or Counts()
        self._care, self._hearing = care, hearing

    # -- the loop's turn -----------------------------------------------------------------------------

    def turn(self, now: float, *, take: bool = True) -> float:
        """Do what can be done now; gives the seconds until something is due without an event.

        Raises OSError, SurroundingsError or ModelError where the surroundings fail: then `recover` goes on.
        """
        if outcomes := self.engine.collect():
            self._settle_outcomes(outcomes, now)
        if on_disk := self._syncing.ended():
            self._record(on_disk)
        for claim, settled in self._unsettled.look(now):
            self._p.ledger.update_claims([claim])
            if settled:
                self._submit([claim])
        if not take:
            return 1.0 if self._unsettled else float("inf")
        if asked := self._p.requests.expected or now >= self._next_requests:
            self._next_requests = now + self._rescan
            self._p.check()  # an empty folder where a disk was mounted makes no error by itself
            self._recalling.due = True
            self._p.files.emptied.remove(now, self._remove_emptied)
        self._recorder.try_again(now)
        self._take_both(now)
        return min(self._patience(now), self._tend(now, asked=asked))

    def _tend(self, now: float, *, asked: bool) -> float:
        """See to what has been read; gives the seconds until more of that is due."""
        due = self._care.turn(now, busy=self.reading) if self._care else float("inf")
        if self._hearing:
            self._hearing.due |= asked
            due = min(due, self._hearing.turn(now, busy=self.reading))
        return due

    def replace_engine(self, engine: Engine) -> None:
        """Go on with another engine; what the old one had in its hands, `recover` hands over again."""
        self.engine = engine
        self._hand.clear()

    @property
    def idle(self) -> bool:
        """Whether nothing is in hand that is worth waiting for."""
        return not self.reading and not self._unsettled.settling

    @property
    def waiting(self) -> dict[bytes, str]:
        """Claimed files that wait, and why."""
        return self._unsettled.reasons

    @property
    def reading(self) -> bool:
        """Whether pictures are being read, or were read and are not recorded yet."""
        return bool(self._hand or self._syncing)

    def owes(self, now: float) -> bool:
        """Whether there is something to do right now, other than to wait."""
        asked = self._recalling.due or self._p.inbox.patience(now) <= 0
        return self.reading or bool(self.engine.room and asked)

    @property
    def in_hand(self) -> int:
        """Pictures claimed and not recorded yet."""
        return len(self._hand) + len(self._syncing) + len(self._unsettled)

    @property
    def drained(self) -> bool:
        """Whether everything that can be read has been read; what could not be taken is left aside."""
        settling = any(not waiting.failures for waiting in self._p.inbox.waiting.values())
        done = self.idle and self._p.inbox.drained and not settling and not self._recalling.due
        return done and not (self._hearing and self._hearing.busy)

    def _patience(self, now: float) -> float:
        due = [self.engine.patience(now), self._unsettled.patience(now), self._next_requests - now]
        if self.engine.room:
            due.append(0.0 if self._recalling.due else self._p.inbox.patience(now))
        return max(0.0, min(due))

    # -- claim ---------------------------------------------------------------------------------------

    def _take_both(self, now: float) -> None:
        """New pictures, and those that people want to be read again: neither keeps the other waiting."""
        room = min(self.engine.room, self._batch_size)
        asked = min(AT_ONCE, room // 2) if self._recalling.begun() else 0
        if room:
            self._take(now, room - asked)
        if self._recalling.begun() and (room := min(self.engine.room, AT_ONCE)):
            self._submit(self._recalling.some(room))

    def _take(self, now: float, most: int) -> None:
        found = self._p.inbox.ready(now, most)
        if not found:
            return
        taken, changed = claim_batch(self._p, found, now)
        for claim in changed:
            self._unsettled.add(claim, now)
        self.counts.claimed += len(taken) + len(changed)
        self.counts.moves += len(found)
        self._submit(taken)

    def _submit(self, claims: Sequence[Claim]) -> None:
        self._hand.update({claim.id: claim for claim in claims})
        if claims:
            self.engine.submit(claims)

    # -- what came of it -----------------------------------------------------------------------------

    def _settle_outcomes(self, outcomes: Sequence[Outcome], now: float) -> None:
        self.counts.moves += len(outcomes)
        # All out of the hand at once: what an error leaves unhandled is found again by `recover`.
        # An id that is not in the hand was asked twice; its first verdict counted.
        back = [(outcome, claim) for outcome in outcomes if (claim := self._hand.pop(outcome.id, None))]
        results = []
        for outcome, claim in back:
            verdict = self._judging.verdict(outcome, claim, now)
            if verdict is not None:
                results.append((claim, verdict))
        self._syncing.add(results)

    def _record(self, results: Sequence[Result]) -> None:
        records = self._recorder.record(results, self.engine.model_name)
        self.counts.add(records)
        if log.isEnabledFor(logging.DEBUG):
            for record in records:
                log.debug("%s: %s %s", readable_name(record.claim.file), *record.kind)

    def recover(self, *, restarted: bool) -> int:
        """Go on from what the ledger knows; gives how many pictures were unfinished.

        restarted: the process is new, so that whoever was being read may be the one that ended the old one.
        """
        self._syncing.forget()
        self._recalling.forget()
        claims, archived = self._recovery.run(self._hand, restarted=restarted)
        self._submit([claim for claim in claims if claim.id not in self._unsettled])
        for one in (self._care, self._hearing):
            if one:
                one.recover()
        return len(claims) + archived
