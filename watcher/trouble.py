"""What a failure of the surroundings means to people: what is the matter, and what to do about it."""

import errno
import os
import sqlite3
from dataclasses import dataclass

from watcher.errors import DigitWatcherError
from watcher.rows import readable_name

_BY_ITSELF = "Work goes on by itself once this is mended."
_HINTS = {
    errno.ENOSPC: "Make room on the disk: `digit-watcher check` says how much each folder has. Where that is enough, a"
    " folder of ext4 may have all the names that it holds, some 10 million.",
    errno.EDQUOT: "The daemon's user has used up its quota on that disk: free some of it, or have it raised.",
    errno.EROFS: "The disk is mounted read-only, perhaps as it is failing: see `dmesg`, then mount it for writing.",
    errno.EIO: "The disk, or the share, fails: see `dmesg`, and replace it if it fails again.",
    errno.ESTALE: "The share was replaced on its server: mount it anew.",
    errno.ENOTCONN: "The share lost its connection: mount it anew.",
    errno.ENOENT: "A folder is gone: put it back, or mount the disk that it is on.",
    errno.EACCES: "The daemon's user may not do this: `digit-watcher check` says where.",
    errno.EPERM: "The daemon's user may not do this: `digit-watcher check` says where.",
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """kind: what stays the same while one cause lasts, whichever file it shows at; the others are for people."""

    kind: str
    what: str
    hint: str


def trouble_of(error: Exception) -> Trouble:
    """Say what an error of the surroundings means."""
    if isinstance(error, DigitWatcherError):
        return Trouble(str(error), str(error), error.hint)
    if isinstance(error, OSError) and error.errno is not None:
        name = error.filename
        where = f": {readable_name(os.fsencode(name))}" if isinstance(name, str | bytes) and name else ""
        hint = " ".join(filter(None, (_HINTS.get(error.errno), _BY_ITSELF)))
        return Trouble(f"errno {error.errno}", f"{os.strerror(error.errno)}{where}", hint)
    if isinstance(error, sqlite3.Error):
        hint = f"The disk of the state folder is full, read-only or failing. {_BY_ITSELF}"
        return Trouble(f"ledger: {error}", f"the ledger cannot be used: {error}", hint)
    text = f"{type(error).__name__}: {error}"
    return Trouble(text, text, _BY_ITSELF)
