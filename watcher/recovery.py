"""Recovery, by the ledger: at start and after a pause the same, whatever came between two steps."""

import logging
import os
from collections.abc import Callable, Container, Sequence

from watcher.parts import Parts
from watcher.recalling import recall
from watcher.records import Claim, Record
from watcher.rows import about, readable_name

log = logging.getLogger(__name__)


class Recovery:
    """Finds what is unfinished, finishes what needs no reading, and gives the rest."""

    def __init__(self, parts: Parts, archive: Callable[[Sequence[Record]], None]) -> None:
        """archive: how the loop archives records whose rows are on disk."""
        self._p, self._archive = parts, archive

    def run(self, in_hand: Container[str], *, restarted: bool) -> tuple[list[Claim], int]:
        """Bring results and archive to where the ledger is; gives the claims to read, and how much was archived.

        in_hand: ids that are being read. restarted: the process is new, so that whoever was being read may be
        the one that ended the old one. Raises OSError or SurroundingsError where the surroundings fail.
        """
        self._p.check()
        rows = self._p.results.catch_up()
        self._adopt_strays()
        unarchived = self._p.ledger.to_archive()
        self._archive(unarchived)
        claims = [claim for claim in self._p.ledger.in_work() if claim.id not in in_hand]
        resumed = [ours for claim in claims if (ours := self._resumed(claim, restarted)) is not None]
        self._p.ledger.update_claims(resumed)
        if rows or unarchived or resumed:
            log.info("recovered: %d rows, %d to archive, %d to read", rows, len(unarchived), len(resumed))
        return resumed, len(unarchived)

    def _resumed(self, claim: Claim, restarted: bool) -> Claim | None:
        claim = claim._replace(attempt=claim.attempt + restarted)
        if claim.requeued_from and (record := self._p.ledger.place_of(claim.requeued_from)):
            return next(iter(recall(self._p, [(claim, record)])), None)
        present = self._p.files.identity_in_work(claim.id)
        if present is None:
            if self._p.files.at_origin(claim):
                self._p.ledger.withdraw([claim.id])
            else:
                self._p.ledger.set_state([claim.id], self._state_without_file(claim))
            return None
        return claim._replace(identity=present)

    def _state_without_file(self, claim: Claim) -> str:
        """What became of a claim for which no regular file lies in the work folder, nor at its old place."""
        said = readable_name(claim.file)
        if self._p.files.set_aside(claim.id):
            log.warning("%s is no regular file; it lies in quarantine as %s", said, claim.id, extra=about(claim))
            return "quarantined"
        log.error("%s is missing: neither in the inbox nor in work (id %s)", said, claim.id, extra=about(claim))
        return "missing"

    def _adopt_strays(self) -> None:
        """Files in the work folder that the ledger does not expect there."""
        claims = self._p.ledger.in_work()
        expected = {claim.id for claim in claims} | {r.claim.id for r in self._p.ledger.to_archive()}
        arrived = self._p.timestamp()
        for name in self._p.files.strays(expected):
            if name.isascii() and self._p.ledger.knows(name):  # ids are; SQLite takes no text that is no Unicode
                # Its rename out of here was lost with the power, or it was believed missing.
                self._p.ledger.set_state([name], "recorded" if self._p.ledger.place_of(name) else "intent")
                continue
            identity = self._p.files.identity_in_work(name)
            if identity is None:
                continue
            file = os.fsencode(name)
            # Announced already where the last start was killed between the two.
            claim = next((c for c in claims if c.file == file and c.identity.same_file(identity)), None)
            if claim is None:
                claim = Claim(self._p.ids.new(), file, identity, arrived)
                log.warning(
                    "%s lies in the work folder, but not in the ledger; it is read as id %s",
                    readable_name(file), claim.id, extra=about(claim),
                )  # fmt: skip
                self._p.ledger.intend([claim])
            os.rename(self._p.files.in_work(name), self._p.files.in_work(claim.id))
