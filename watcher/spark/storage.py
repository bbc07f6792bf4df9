"""Whether an executor sees the work folder: the inbox's own mark lies there, and is readable, and is that one."""

import os
from pathlib import Path
from threading import Thread

SECONDS = 10.0  # in which storage must answer; a share whose server is gone hangs for ever
_MARK = "identity"
_last_look = dict[str, Thread]()  # at each folder: while it hangs, there is no other one


def why_away(work: str, mark: str, seconds: float = SECONDS) -> str:
    """Why pictures cannot be read there; "" where they can. mark: what the daemon sees in that file."""
    found = list[str]()
    if before := _last_look.get(work):
        before.join(seconds)
    if not (before and before.is_alive()):
        # A thread that hangs over a share stays behind; the task must not.
        _last_look[work] = Thread(target=lambda: found.append(_look(Path(work) / _MARK, mark)), daemon=True)
        _last_look[work].start()
        _last_look[work].join(seconds)
    return found[0] if found else f"{work} does not answer within {seconds:.0f} s"


def read_mark(work: bytes) -> str:
    """The mark that the daemon sees; "" where there is none yet. Raises OSError."""
    try:
        return (Path(os.fsdecode(work)) / _MARK).read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return ""


def _look(file: Path, mark: str) -> str:
    try:
        found = file.read_text(encoding="ascii", errors="replace").strip()
    except PermissionError as error:
        return f"{file}: {error.strerror} for user {os.getuid()}; the work folder is open to the daemon's user alone"
    except OSError as error:
        return f"{file}: {error.strerror}"
    return "" if found == mark else f"{file} is not the mark of this inbox: another folder is mounted there"
