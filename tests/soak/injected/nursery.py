"""Daemons under test by the dozen: what `run` imports is imported once, and each daemon is a fork from there.

Each line of standard input is an order: {"folder", "environment"}; each is answered with the process's pid and
exit code (negative: the signal that ended it) once it has ended.
"""

import json
import os
import sys
from typing import Any, NoReturn

import boundaries

import watcher.cli
import watcher.config
import watcher.opening
import watcher.run


def main() -> None:
    """Serve until standard input ends."""
    assert watcher.opening
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            live(json.loads(line))
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(child, code, flush=True)  # noqa: T201  this is the answer


def live(order: dict[str, Any]) -> NoReturn:
    """Be `python -m watcher run --once` in that folder, in a group of its own."""
    os.setsid()
    os.chdir(order["folder"])
    os.environ.update(order["environment"])
    log = os.open("log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for source, target in ((os.open(os.devnull, os.O_RDONLY), 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    sys.argv[1:] = ["run", "--once"]
    if os.environ.get("SOAK_KILL"):
        boundaries.install(os.environ)
    code: Any = 1
    try:
        watcher.cli.main()
    except SystemExit as end:
        code = end.code
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
