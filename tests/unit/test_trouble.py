"""watcher.trouble: what failed, where, and what to do, in words."""

import errno
import sqlite3

import pytest

from watcher.errors import ModelError
from watcher.trouble import trouble_of


@pytest.mark.parametrize(
    ("error", "what", "hint"),
    [
        (OSError(errno.ENOSPC, "full"), "No space left on device", "Make room"),
        (OSError(errno.EDQUOT, "over"), "Disk quota exceeded", "quota"),
        (OSError(errno.EROFS, "ro", "/out/results.csv"), "Read-only file system: /out/results.csv", "mount it for"),
        (OSError(errno.EIO, "broken", b"/out/\xff"), "Input/output error: /out/\\xff", "dmesg"),
        (OSError(errno.ENOTCONN, "lost"), "Transport endpoint is not connected", "mount it anew"),
        (sqlite3.OperationalError("disk I/O error"), "the ledger cannot be used: disk I/O error", "state folder"),
        (ModelError("no model", hint="Name one."), "no model", "Name one."),
        (OSError("without a number"), "OSError: without a number", "by itself"),
    ],
)
def test_each_says_what_and_what_to_do(error: Exception, what: str, hint: str) -> None:
    """The system's own words, the path where it is known, and the next step."""
    trouble = trouble_of(error)
    assert what == trouble.what
    assert hint in trouble.hint


def test_one_cause_is_one_kind_whichever_file_it_shows_at() -> None:
    """So that a full disk is said once; two causes are two."""
    first, second = (OSError(errno.ENOSPC, "full", name) for name in ("a", "b"))
    assert trouble_of(first).kind == trouble_of(second).kind
    assert trouble_of(first).kind != trouble_of(OSError(errno.EIO, "broken", "a")).kind


def test_a_name_can_forge_no_line_of_the_log() -> None:
    """Line breaks and escapes in a path are shown, not written."""
    assert "a\\x0ab\\x1b" in trouble_of(OSError(errno.EIO, "broken", "a\nb\x1b")).what
