"""What an outcome means for its picture: a verdict for its row, or that it is read again, at once or later."""

import errno
import logging
import os
from collections.abc import Callable, Sequence

from watcher.durable import concerns_all
from watcher.engine import Outcome, Trouble
from watcher.parts import Parts
from watcher.recognition.verdict import Reason, Status, Verdict
from watcher.records import Claim
from watcher.rows import about, readable_name
from watcher.unsettled import Unsettled

log = logging.getLogger(__name__)


class Judging:
    """Looks at what readers said, and at the file once more. All methods raise OSError where the surroundings fail."""

    def __init__(
        self, parts: Parts, unsettled: Unsettled, *, max_attempts: int, read_again: Callable[[Sequence[Claim]], None]
    ) -> None:
        """read_again: hands claims over to be read at once."""
        self._p, self._unsettled = parts, unsettled
        self._max_attempts, self._read_again = max_attempts, read_again

    def verdict(self, outcome: Outcome, claim: Claim, now: float) -> Verdict | None:
        """What the outcome means for the row; None where the picture is to be read again."""
        if outcome.trouble is Trouble.UNREAD:
            self._unread(outcome, claim, now)
            return None
        self._unsettled.was_read(claim.id)
        if outcome.trouble is not None:
            return self._lost_reader(outcome.trouble, claim)
        present = self._p.files.identity_in_work(claim.id)
        if present is None and self._p.files.set_aside(claim.id):
            said = readable_name(claim.file)
            log.warning("%s is no regular file; it lies in quarantine as %s", said, claim.id, extra=about(claim))
            self._p.ledger.set_state([claim.id], "quarantined")
            return None
        if present is not None and not (outcome.identity == claim.identity == present):
            self._wait_for_writer(claim._replace(identity=present), now)
            return None
        return outcome.verdict

    def _unread(self, outcome: Outcome, claim: Claim, now: float) -> None:
        if outcome.errno == errno.ENOENT:
            self._p.check()  # an inbox that is gone is no single picture's trouble
            if self._p.files.identity_in_work(claim.id):
                self._wait_for_writer(claim, now)
                return
            said = readable_name(claim.file)
            log.error("%s is missing: it vanished from the work folder (id %s)", said, claim.id, extra=about(claim))
            self._p.ledger.set_state([claim.id], "missing")
            return
        problem = OSError(outcome.errno, outcome.message, os.fsdecode(claim.file))
        if concerns_all(problem) and outcome.errno != errno.EIO:  # a bad sector is one picture's trouble
            raise problem
        why = f"cannot be read: {outcome.message}"
        if self._unsettled.put_off(claim, now, why):
            extra = about(claim) | {"REASON": why}
            log.warning("%s: %s; it is tried again", readable_name(claim.file), why, extra=extra)

    def _lost_reader(self, trouble: Trouble, claim: Claim) -> Verdict | None:
        if claim.attempt < self._max_attempts:
            again = claim._replace(attempt=claim.attempt + 1)
            self._p.ledger.update_claims([again])
            self._read_again([again])
            return None
        reason = Reason.TIMED_OUT if trouble is Trouble.TIMED_OUT else Reason.CRASHED_READER
        attempts = "1 attempt" if claim.attempt == 1 else f"{claim.attempt} attempts"
        detail = f"the reader {trouble} over this picture in {attempts}"
        return Verdict.of(Status.UNREADABLE, reason, self._p.files.sha256_in_work(claim.id), detail=detail)

    def _wait_for_writer(self, claim: Claim, now: float) -> None:
        self._p.ledger.update_claims([claim])
        self._unsettled.wait(claim, now)
