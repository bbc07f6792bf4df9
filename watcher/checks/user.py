"""Who tries all this, and which daemon runs."""

import os
import sys
from collections.abc import Iterator

from watcher.checks.findings import Finding, fail, ok, warn
from watcher.checks.scene import Scene


def check_user(scene: Scene) -> Iterator[Finding]:
    """Whether what is found here is what the daemon's user would find."""
    if scene.stranger:
        yield warn(f"tried as {scene.user}, who is not the daemon's user: some things are not known", scene.stranger)
    elif os.geteuid() == 0:
        yield warn(
            "tried as root, whom no permission stops; the folders are root's own",
            "Give inbox, outbox and state to a user of the daemon's own; `make install` does.",
        )
    else:
        yield ok(f"tried as {scene.user}")


def check_daemon(scene: Scene) -> Iterator[Finding]:
    """Whether one runs: then some tries are left out, which it makes itself all the time."""
    if scene.stranger and not scene.daemon:
        yield warn("not known: whoever has the state folder says it", "")
    else:
        yield ok(f"running, pid {scene.daemon}" if scene.daemon else "not running")


def check_encoding(_: Scene) -> Iterator[Finding]:
    """Names of files are bytes to us; to print them, they need an encoding."""
    encoding = sys.getfilesystemencoding()
    if encoding.lower() not in ("utf-8", "utf8"):
        yield fail(f"names of files are taken for {encoding}", "Set LANG=C.UTF-8, or PYTHONUTF8=1.")
    else:
        yield ok("names of files are UTF-8")
