"""What comes before whom: the pictures that wait for a person's word, the oldest first.

Oldest first, because all of them need a look: so none waits for ever, the order stands still while new ones come, and
the next one is found without sorting what may be many.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from watcher.review.browsing import Browsing, Result
from watcher.review.leases import Leases
from watcher.review.sessions import Session

_AT_ONCE = 50


@dataclass(slots=True)
class Queue:
    """Hands out open reviews to several people, who may ask in any thread.

    leases: who has what. unwritten: pictures of which somebody said something that the ledger does not show yet.
    """

    leases: Leases
    unwritten: Callable[[Browsing], set[str]]
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hand_out(
        self, browsing: Browsing, session: Session, holder: str, shown: Sequence[str], count: int
    ) -> list[Result]:
        """Up to so many that the holder does not have; what they have is theirs for longer, and nothing else is.

        What the session skipped comes last, in the order of skipping.
        """
        with self._lock:
            self.leases.tidy()
            self.leases.keep_only(shown, holder)
            return self._found(browsing, session, holder, set(shown) | self.unwritten(browsing), count)

    def _found(self, browsing: Browsing, session: Session, holder: str, without: set[str], count: int) -> list[Result]:
        found, skipped, at = list[Result](), dict[str, Result](), 0
        while len(found) < count and (some := browsing.open_reviews(at, _AT_ONCE)):
            for result in some:
                id_ = result.record.claim.id
                if id_ in without:
                    continue
                if id_ in session.put_off:
                    skipped[id_] = result
                elif len(found) < count and self.leases.take(id_, holder):
                    found.append(result)
            at = some[-1].record.seq
        for id_ in [id_ for id_ in session.put_off if id_ in skipped]:
            if len(found) < count and self.leases.take(id_, holder):
                found.append(skipped[id_])
        return found

    def hold(self, shown: Sequence[str], holder: str) -> list[str]:
        """These stay the holder's for longer, and nothing else does; gives those that another one has by now."""
        with self._lock:
            kept = self.leases.keep_only(shown, holder)
        return [id_ for id_ in shown if id_ not in kept]
