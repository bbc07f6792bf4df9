"""Pictures back into work, as people asked: a few in each turn, so that no new picture waits for a million old ones."""

import logging
from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path

from watcher.durable import concerns_all
from watcher.parts import Parts
from watcher.records import Claim, Record
from watcher.rows import about, readable_name

log = logging.getLogger(__name__)
AT_ONCE = 64  # pictures; some milliseconds
_BYTES_AT_ONCE = 32 << 20  # between file systems they are copied
_LOOKED_AT = 1000  # ids; after a kill, most of a wish may be done


class Recalling:
    """Serves wishes one after the other. A wish is taken off the list when all of it is in the ledger."""

    def __init__(self, parts: Parts) -> None:
        self._p = parts
        self.due = False  # whether there may be something to do
        self._forget_wish()

    def _forget_wish(self) -> None:
        self._wish: Path | None = None
        self._left = deque[str]()
        self._gone: list[str] = []

    def forget(self) -> None:
        """After a failure: begin the wish again. What was taken of it is known to the ledger."""
        self._forget_wish()

    def begun(self) -> bool:
        """Whether there is a wish to serve; where one may be, look."""
        if self._wish is None and self.due:
            self.due = self._next_wish()
        return self._wish is not None

    def some(self, most: int) -> list[Claim]:
        """Take at most `most` pictures back into work; gives their claims, which are to be read.

        Raises OSError or SurroundingsError where the surroundings fail: then `recall` ends it, by the ledger.
        """
        if not self.begun():
            return []
        claims = []
        if pairs := [(self._claim(record), record) for record in self._found(most)]:
            self._p.ledger.intend([claim for claim, _ in pairs])
            claims = recall(self._p, pairs)
        if not self._left:
            self._end_wish()
        return claims

    def _next_wish(self) -> bool:
        for path, ids in self._p.requests.pending():
            self._wish, self._left = path, deque(dict.fromkeys(ids))
            return True
        return False

    def _found(self, most: int) -> list[Record]:
        """The next records whose pictures lie at their places."""
        found, size, gone = list[Record](), 0, list[str]()
        for _ in range(min(len(self._left), _LOOKED_AT)):
            if len(found) >= most or size >= _BYTES_AT_ONCE:
                break
            id_ = self._left.popleft()
            record = self._p.ledger.find(id_)
            if record is not None and self._holds(record):
                found.append(record)
                size += record.claim.identity.size
            elif record is not None or not self._p.ledger.was_read_again(id_):  # else: before a kill, as asked now
                gone.append(id_)
        if gone:
            self._p.check()  # an empty folder where a disk was mounted makes no error by itself
            self._gone += gone
        return found

    def _holds(self, record: Record) -> bool:
        try:
            return self._p.archive.holds(record)
        except OSError as error:
            if concerns_all(error):
                raise
            return False  # somebody closed a folder of the archive to us

    def _claim(self, record: Record) -> Claim:
        old = record.claim
        return Claim(self._p.ids.new(), old.file, old.identity, self._p.timestamp(), 1, old.id)

    def _end_wish(self) -> None:
        if self._gone:
            log.warning(
                "cannot read again what lies no more in archive/ or rejected/: %d of the pictures asked for, %s ...",
                len(self._gone),
                self._gone[0],
            )
        if self._wish is not None:
            self._p.requests.done(self._wish)
        self._forget_wish()


def recall(parts: Parts, pairs: Sequence[tuple[Claim, Record]]) -> list[Claim]:
    """Bring the files of older records into work for new claims, where they are not; gives the claims to read.

    Raises OSError where the surroundings fail; called again, it goes on.
    """
    ours, missing, refused, touched = list[Claim](), list[str](), list[str](), set[bytes]()
    for claim, record in pairs:
        try:
            recalled = parts.archive.recall(record, claim.id, touched)
        except OSError as error:
            recalled = parts.files.identity_in_work(claim.id) is not None
            if concerns_all(error):
                raise
            if not recalled:
                said, extra = readable_name(record.archived_to), about(record.claim) | {"REASON": error.strerror}
                log.warning(
                    "%s cannot be read again: %s; the daemon's user must own it", said, error.strerror, extra=extra
                )
                refused.append(claim.id)
                continue
        if recalled:
            ours.append(claim._replace(identity=parts.files.identity_in_work(claim.id) or claim.identity))
        else:
            missing.append(claim.id)
    parts.archive.sync_recalled(touched)
    _tell(parts, ours, missing, refused)
    return ours


def _tell(parts: Parts, ours: Iterable[Claim], missing: Sequence[str], refused: Sequence[str]) -> None:
    parts.ledger.update_claims(ours)
    if missing:
        parts.ledger.set_state(missing, "missing")
    if refused:
        parts.ledger.withdraw(refused)
