"""Claiming a batch: announced in the ledger first, then one rename each, then what became of it."""

import logging
from collections.abc import Sequence

from watcher.files import Taken
from watcher.parts import Parts
from watcher.records import Claim, Found
from watcher.rows import about, readable_name

log = logging.getLogger(__name__)


def claim_batch(parts: Parts, found: Sequence[Found], now: float) -> tuple[list[Claim], list[Claim]]:
    """Take ready files into the work folder.

    Gives the claims that are as they were found, and those whose files were replaced or written on between the
    look and the rename: these must be judged anew before they are read. Files that may not be moved are left
    to the inbox, for later. Raises OSError where the surroundings fail.
    """
    arrived = parts.timestamp()
    claims = [Claim(parts.ids.new(), file.file, file.identity, arrived) for file in found]
    parts.ledger.intend(claims)
    taken, changed = list[Claim](), list[Claim]()
    left, off = list[str](), {"cancelled": list[str](), "quarantined": list[str]()}
    for file, claim, (how, ours, why) in zip(found, claims, parts.files.claim(claims), strict=True):
        if how is Taken.YES:
            (taken if ours.identity == claim.identity else changed).append(ours)
            continue
        if how is Taken.LEFT:
            left.append(claim.id)
            parts.inbox.leave(file, why, now)
            continue
        off["quarantined" if how is Taken.STRANGE else "cancelled"].append(claim.id)
        if how is Taken.STRANGE:
            said = readable_name(claim.file)
            log.warning("%s is no regular file; it lies in quarantine as %s", said, claim.id, extra=about(claim))
    if left:
        parts.ledger.withdraw(left)
    for state, ids in off.items():
        if ids:
            parts.ledger.set_state(ids, state)
    if changed:
        parts.ledger.update_claims(changed)
    return taken, changed
