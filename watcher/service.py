"""The loop: wake → claim → recognise → record → archive; and recovery, by the ledger, at start and after a pause."""

import errno
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from watcher.durable import concerns_all, sync_filesystem
from watcher.engine import Engine, Outcome, Trouble
from watcher.files import Files, Taken
from watcher.ids import IdSource
from watcher.inbox import Inbox, is_whole
from watcher.ledger import Ledger
from watcher.places import Places
from watcher.recognition.verdict import Reason, Status, Verdict
from watcher.records import Claim, Record
from watcher.requests import Requests
from watcher.results import Results
from watcher.rows import readable_name

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the loop works with, each made and closed by somebody else."""

    inbox: Inbox
    files: Files
    ledger: Ledger
    places: Places
    results: Results
    requests: Requests
    check_identity: Callable[[], None]


@dataclass(slots=True)
class Counts:
    """What was done since the start, for progress and summaries. by: (status, reason) → pictures."""

    claimed: int = 0
    recorded: int = 0
    by: dict[tuple[str, str], int] = field(default_factory=dict)


@dataclass(slots=True)
class _Unsettled:
    """A claimed file that its writer goes on with. due: monotonic time of the next look."""

    claim: Claim
    due: float


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
        ids: IdSource | None = None,
        utc_now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._p, self.engine = parts, engine
        self._batch_size, self._max_attempts = batch_size, max_attempts
        self._settle, self._rescan = settle_seconds, rescan_seconds
        self._ids, self._utc_now = ids or IdSource(), utc_now
        self._hand: dict[str, Claim] = {}
        self._unsettled: dict[str, _Unsettled] = {}
        self._next_requests = 0.0
        self.counts = Counts()

    # -- the loop's turn -----------------------------------------------------------------------------

    def turn(self, now: float, *, take: bool = True) -> float:
        """Do what can be done now; gives the seconds until something is due without an event.

        Raises OSError, SurroundingsError or ModelError where the surroundings fail: then `recover` goes on.
        """
        if outcomes := self.engine.collect():
            self._settle_outcomes(outcomes, now)
        self._look_at_unsettled(now)
        if not take:
            return 1.0 if self._unsettled else float("inf")
        if self._p.requests.expected or now >= self._next_requests:
            self._next_requests = now + self._rescan
            self.serve_requests()
        room = min(self.engine.room, self._batch_size)
        if room:
            self._take(now, room)
        return self._patience(now)

    def replace_engine(self, engine: Engine) -> None:
        """Go on with another engine; what the old one had in its hands, `recover` hands over again."""
        self.engine = engine
        self._hand.clear()

    @property
    def idle(self) -> bool:
        """Whether nothing is in hand."""
        return not self._hand and not self._unsettled

    @property
    def in_hand(self) -> int:
        """Pictures claimed and not recorded yet."""
        return len(self._hand) + len(self._unsettled)

    @property
    def drained(self) -> bool:
        """Whether everything that can be read has been read; what could not be taken is left aside."""
        settling = any(not waiting.failures for waiting in self._p.inbox.waiting.values())
        return self.idle and self._p.inbox.drained and not settling

    def _patience(self, now: float) -> float:
        due = [self.engine.patience(now), self._next_requests - now]
        if self.engine.room:
            due.append(self._p.inbox.patience(now))
        due += [unsettled.due - now for unsettled in self._unsettled.values()]
        return max(0.0, min(due))

    # -- claim ---------------------------------------------------------------------------------------

    def _take(self, now: float, most: int) -> None:
        found = self._p.inbox.ready(now, most)
        if not found:
            return
        arrived = _timestamp(self._utc_now())
        claims = [Claim(self._ids.new(), f.file, f.identity, arrived) for f in found]
        self._p.ledger.intend(claims)
        taken, changed = list[Claim](), list[Claim]()
        off = {"cancelled": list[str](), "quarantined": list[str]()}
        for file, claim in zip(found, claims, strict=True):
            how, ours, why = self._p.files.claim(claim)
            if how is Taken.YES:
                (taken if ours.identity == claim.identity else changed).append(ours)
                continue
            off["quarantined" if how is Taken.STRANGE else "cancelled"].append(claim.id)
            if how is Taken.LEFT:
                self._p.inbox.leave(file, why, now)
            if how is not Taken.GONE:
                log.warning("%s %s", readable_name(claim.file), why)
        for state, ids in off.items():
            if ids:
                self._p.ledger.set_state(ids, state)
        if changed:  # replaced or written on between the look and the rename
            self._p.ledger.update_claims(changed)
            due = {c.id: now if self._whole(c) else now + self._settle for c in changed}
            self._unsettled.update({c.id: _Unsettled(c, due[c.id]) for c in changed})
        self.counts.claimed += len(taken) + len(changed)
        self._submit(taken)

    def _submit(self, claims: Sequence[Claim]) -> None:
        self._hand.update({claim.id: claim for claim in claims})
        if fresh := [claim.id for claim in claims if claim.attempt == 1]:
            self.engine.submit(fresh)
        for claim in claims:
            if claim.attempt > 1:  # somebody died over it, or we did: alone
                self.engine.submit([claim.id])

    def serve_requests(self) -> None:
        """Take back into work what people asked to be read again."""
        for path, ids in self._p.requests.pending():
            claims = []
            for id_ in ids:
                record = self._p.ledger.find(id_)
                if record is not None and self._p.files.at_place(record):
                    arrived = _timestamp(self._utc_now())
                    claim = Claim(self._ids.new(), record.claim.file, record.claim.identity, arrived, 1, id_)
                    self._p.ledger.intend([claim])
                    claims.append(self._recalled(claim, record))
                else:
                    log.warning("cannot requeue %s: no such picture in archive/ or rejected/", id_)
            self._submit([claim for claim in claims if claim is not None])
            self._p.requests.done(path)

    def _recalled(self, claim: Claim, record: Record) -> Claim | None:
        if not self._p.files.recall(record, claim.id):
            self._p.ledger.set_state([claim.id], "missing")
            return None
        found = self._p.files.identity_in_work(claim.id)
        ours = replace(claim, identity=found or claim.identity)
        self._p.ledger.update_claims([ours])
        return ours

    # -- record and archive --------------------------------------------------------------------------

    def _settle_outcomes(self, outcomes: Iterable[Outcome], now: float) -> None:
        # All out of the hand at once: what an error leaves unhandled is found again by `recover`.
        # An id that is not in the hand was asked twice; its first verdict counted.
        back = [(outcome, claim) for outcome in outcomes if (claim := self._hand.pop(outcome.id, None))]
        results = []
        for outcome, claim in back:
            verdict = self._verdict(outcome, claim, now)
            if verdict is not None:
                results.append((claim, verdict))
        if results:
            self._record(results)

    def _verdict(self, outcome: Outcome, claim: Claim, now: float) -> Verdict | None:
        """What the outcome means for the row; None where the picture is to be read again."""
        if outcome.trouble is Trouble.UNREAD:
            self._unread(outcome, claim, now)
            return None
        if outcome.trouble is not None:
            return self._lost_reader(outcome.trouble, claim)
        present = self._p.files.identity_in_work(claim.id)
        if present is not None and not (outcome.identity == claim.identity == present):
            self._wait_for_writer(replace(claim, identity=present), now)
            return None
        return outcome.verdict

    def _unread(self, outcome: Outcome, claim: Claim, now: float) -> None:
        if outcome.errno == errno.ENOENT:
            self._p.check_identity()  # an inbox that is gone is no single picture's trouble
            if self._p.files.identity_in_work(claim.id):
                self._wait_for_writer(claim, now)
                return
            log.error("%s vanished from the work folder (id %s)", readable_name(claim.file), claim.id)
            self._p.ledger.set_state([claim.id], "missing")
            return
        problem = OSError(outcome.errno, outcome.message, os.fsdecode(claim.file))
        if concerns_all(problem):
            raise problem
        log.warning("%s cannot be read: %s; it is tried again", readable_name(claim.file), outcome.message)
        self._unsettled[claim.id] = _Unsettled(claim, now + 30.0)

    def _lost_reader(self, trouble: Trouble, claim: Claim) -> Verdict | None:
        if claim.attempt < self._max_attempts:
            again = replace(claim, attempt=claim.attempt + 1)
            self._p.ledger.update_claims([again])
            self._submit([again])
            return None
        reason = Reason.TIMED_OUT if trouble is Trouble.TIMED_OUT else Reason.CRASHED_READER
        detail = f"the reader {trouble} over this picture in {claim.attempt} attempts"
        return Verdict(Status.UNREADABLE, self._p.files.sha256_in_work(claim.id), reason, detail=detail)

    def _wait_for_writer(self, claim: Claim, now: float) -> None:
        self._p.ledger.update_claims([claim])
        self._unsettled[claim.id] = _Unsettled(claim, now + self._settle)

    def _look_at_unsettled(self, now: float) -> None:
        for id_, unsettled in list(self._unsettled.items()):
            if now < unsettled.due:
                continue
            before, present = unsettled.claim, self._p.files.identity_in_work(id_)
            claim = replace(before, identity=present or before.identity)
            if claim == before or self._whole(claim):
                del self._unsettled[id_]
                self._p.ledger.update_claims([claim])
                self._submit([claim])
            else:
                self._wait_for_writer(claim, now)

    def _whole(self, claim: Claim) -> bool:
        try:
            return is_whole(self._p.files.in_work(claim.id), claim.identity)
        except OSError as error:
            if concerns_all(error):
                raise
            return True  # reading it will say what is wrong with it

    def _record(self, results: Sequence[tuple[Claim, Verdict]]) -> None:
        self._sync_inbox()
        now = _timestamp(self._utc_now())
        records = self._p.ledger.record(results, self.engine.model_name, now, self._p.places)
        self._p.results.append(records)
        self._archive(records)
        self.counts.recorded += len(records)
        for record in records:
            key = (str(record.verdict.status), str(record.verdict.reason or ""))
            self.counts.by[key] = self.counts.by.get(key, 0) + 1
            log.debug("%s: %s %s", readable_name(record.claim.file), *key)

    def _sync_inbox(self) -> None:
        # Programs that copy do not fsync; what we promise to keep must be on disk first.
        descriptor = os.open(self._p.files.work, os.O_RDONLY | os.O_DIRECTORY)
        try:
            sync_filesystem(descriptor)
        finally:
            os.close(descriptor)

    def _archive(self, records: Sequence[Record]) -> None:
        done = self._p.files.archive(records)
        lost = {record.claim.id for record in records}.difference(done)
        self._p.ledger.finish(done, self._p.results.positions())
        if lost:
            log.error(
                "%d pictures are neither in the work folder nor at their place: %s", len(lost), ", ".join(sorted(lost))
            )
            self._p.ledger.set_state(sorted(lost), "missing")

    # -- recovery ------------------------------------------------------------------------------------

    def recover(self, *, restarted: bool) -> int:
        """Go on from what the ledger knows; gives how many pictures were unfinished.

        restarted: the process is new, so that whoever was being read may be the one that ended the old one.
        """
        self._p.check_identity()
        rows = self._p.results.catch_up()
        self._adopt_strays()
        unarchived = self._p.ledger.to_archive()
        self._archive(unarchived)
        claims = [claim for claim in self._p.ledger.in_work() if claim.id not in self._hand]
        resumed = [ours for claim in claims if (ours := self._resumed(claim, restarted)) is not None]
        self._p.ledger.update_claims(resumed)
        self._submit([claim for claim in resumed if claim.id not in self._unsettled])
        if rows or unarchived or resumed:
            log.info("recovered: %d rows, %d to archive, %d to read", rows, len(unarchived), len(resumed))
        return len(unarchived) + len(resumed)

    def _resumed(self, claim: Claim, restarted: bool) -> Claim | None:
        present = self._p.files.identity_in_work(claim.id)
        if present is None and claim.requeued_from:
            record = self._p.ledger.place_of(claim.requeued_from)
            return self._recalled(claim, record) if record else None
        if present is None:
            state = "cancelled" if self._p.files.at_origin(claim) else "missing"
            if state == "missing":
                log.error("%s (id %s) is in neither inbox nor work folder", readable_name(claim.file), claim.id)
            self._p.ledger.set_state([claim.id], state)
            return None
        return replace(claim, identity=present, attempt=claim.attempt + restarted)

    def _adopt_strays(self) -> None:
        """Files in the work folder that the ledger does not expect there."""
        expected = {claim.id for claim in self._p.ledger.in_work()} | {r.claim.id for r in self._p.ledger.to_archive()}
        arrived = _timestamp(self._utc_now())
        for name in self._p.files.strays(expected):
            if self._p.ledger.knows(name):
                # Its rename out of here was lost with the power, or it was believed missing.
                self._p.ledger.set_state([name], "recorded" if self._p.ledger.place_of(name) else "intent")
                continue
            identity = self._p.files.identity_in_work(name)
            if identity is None:
                continue
            claim = Claim(self._ids.new(), os.fsencode(name), identity, arrived)
            log.warning("%s in the work folder is not in the ledger; it is read as id %s", name, claim.id)
            self._p.ledger.intend([claim])
            os.rename(self._p.files.in_work(name), self._p.files.in_work(claim.id))


def _timestamp(when: datetime) -> str:
    """RFC 3339, UTC, milliseconds."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
