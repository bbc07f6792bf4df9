"""The ledger: whole, of this version or one that can be brought to it, and the one of these folders."""

import os
from collections.abc import Iterator
from contextlib import closing

from watcher.backup import checked, tried
from watcher.checks.findings import Finding, ok, warn
from watcher.checks.places import is_folder
from watcher.checks.scene import Scene
from watcher.identity import Marked
from watcher.requests import FOLDER

_LATER = "not known before the ledger can be used"


def check_ledger(scene: Scene) -> Iterator[Finding]:
    """Every page of it; an older one is brought to this version, as a copy."""
    path = scene.config.ledger_path
    if not scene.has_ledger:
        yield ok("none yet")
        return
    upgrade = tried(path)
    results = checked(path)
    sound = f"{results:,} {'result' if results == 1 else 'results'}, every page is sound"
    yield ok(f"{sound}; {upgrade}" if upgrade else sound)


def check_marks(scene: Scene) -> Iterator[Finding]:
    """Inbox and outbox are the ones that the ledger knows: a share that is not mounted looks like an empty folder."""
    config = scene.config
    marks = [Marked.inbox(config.inbox), Marked.outbox(config.outbox)]
    if not scene.has_ledger:
        for marked in marks:
            marked.check_not_orphaned(config.ledger_path)
        yield ok("inbox and outbox belong to nobody yet")
        return
    if (ledger := scene.open_ledger()) is None:
        yield ok(_LATER)
        return
    with closing(ledger):
        new = [marked for marked in marks if not marked.fits(ledger)]
    for marked in new:
        yield warn(
            f"the {marked.what} {marked.folder} was made anew, and will be taken on",
            "If it is not meant, mount the right one before the daemon starts.",
        )
    if not new:
        yield ok("inbox and outbox are those of the ledger")


def check_leftovers(scene: Scene) -> Iterator[Finding]:
    """What waits for a person: strangers in quarantine, and wishes that the daemon cannot read."""
    aside, state = scene.work / "quarantine", scene.config.state_folder
    quarantined = len(os.listdir(aside)) if is_folder(aside) else 0
    if quarantined:
        noun = "thing lies" if quarantined == 1 else "things lie"
        yield warn(
            f"{quarantined:,} {noun} in {aside}: claimed, and no regular file after all",
            "Look at them, and delete them or move them away.",
        )
    wishes = [path for path in (state / FOLDER).glob("*.json") if not os.access(path, os.R_OK, effective_ids=True)]
    for path in wishes:
        yield warn(f"{scene.user} may not read the wish {path}", f"Give it to that user: chown {scene.user} '{path}'")
    if not quarantined and not wishes:
        yield ok("nothing waits for a person")
