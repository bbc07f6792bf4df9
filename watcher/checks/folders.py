"""Inbox, outbox and state: may the daemon do there what it has to do?"""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from watcher.checks.findings import Finding, fail, ok, warn
from watcher.checks.places import existing, is_folder, is_there
from watcher.checks.probes import probe_file, probe_folder, there_and_back
from watcher.checks.scene import Scene, name_of
from watcher.errors import SurroundingsError

_GIVE = "Give it to the daemon's user: `ls -ld` shows whose it is, and `getfacl` who else may what."


def check_inbox(scene: Scene) -> Iterator[Finding]:
    """Listed, written to, and nobody else may move the work folder out of it."""
    inbox = scene.config.inbox
    _require(inbox, "the inbox")
    try:
        os.scandir(inbox).close()
    except PermissionError as error:
        raise SurroundingsError(f"cannot list the inbox {inbox}: {error.strerror}", hint=_GIVE) from error
    _try_to_write(inbox, "the inbox")
    yield ok(str(inbox))
    found = inbox.stat()
    sticky, open_to_others = found.st_mode & stat.S_ISVTX, found.st_mode & 0o022
    if sticky and not scene.stranger and os.geteuid() not in (0, found.st_uid):
        yield fail(
            f"{inbox} is sticky and belongs to {name_of(found.st_uid)}: {scene.user} may not take other people's files",
            f"Give it to the daemon's user: chown {scene.user} '{inbox}'",
        )
    if open_to_others and not sticky:
        yield warn(
            f"whoever may write to {inbox} may also move the daemon's work folder, and other people's files",
            f"Make it sticky: chmod +t '{inbox}'",
        )


def check_work(scene: Scene) -> Iterator[Finding]:
    """The work folder can be made, or files can be moved into it, by one rename."""
    inbox, work = scene.config.inbox, scene.work
    if not is_folder(inbox):
        return
    if not is_there(work):
        with probe_folder(inbox):
            yield ok("not there yet, and can be made")
        return
    found = work.lstat()
    if not stat.S_ISDIR(found.st_mode):
        yield fail(f"{work} is no folder", "Move it out of the inbox.")
        return
    with probe_folder(inbox) as probe:  # no file: one that a kill left there would be read
        try:
            there_and_back(probe, work)
        except OSError as error:
            yield _not_taken(work, error, scene)
            return
    yield ok("files are taken by one rename")


def _not_taken(work: Path, error: OSError, scene: Scene) -> Finding:
    if scene.stranger and isinstance(error, PermissionError):
        return warn(f"not known: nobody but the daemon may look into {work}", "")
    if error.errno == errno.EXDEV:
        return fail(
            f"{work} is on another file system than the inbox: no file can be taken",
            "Unmount what is mounted there, or move the link away: the daemon makes the folder itself.",
        )
    return fail(f"cannot move files into {work}: {error.strerror}", _GIVE)


def check_outbox(scene: Scene) -> Iterator[Finding]:
    """Written to, or can be made; so are archive/ and rejected/."""
    outbox = scene.config.outbox
    if not is_folder(outbox):
        yield _to_be_made(outbox, "the outbox")
        return
    _try_to_write(outbox, "the outbox")
    yield ok(str(outbox))
    for name in ("archive", "rejected"):
        if is_there(outbox / name):
            _require(outbox / name, f"{name}/")
            _try_to_write(outbox / name, f"{name}/")


def check_state(scene: Scene) -> Iterator[Finding]:
    """Written to, or can be made, and closed to others: what lies there is the truth about everything."""
    state = scene.config.state_folder
    if not is_folder(state):
        if state.parent == scene.config.outbox and not is_there(state.parent):
            yield ok(f"{state}, to be made with the outbox")
        else:
            yield _to_be_made(state, "the state folder")
        return
    _try_to_write(state, "the state folder")
    found = state.stat()
    if found.st_mode & 0o077 and scene.daemon is None:
        yield ok(f"{state}, open to others until the daemon starts, which closes it")
    else:
        yield ok(str(state))


def _to_be_made(folder: Path, what: str) -> Finding:
    if is_there(folder):
        return fail(f"{what} {folder} is no folder", "Name another one, or move it.")
    _try_to_write(existing(folder), f"the folder for {what},")
    if existing(folder) != folder.parent:
        return fail(f"there is no folder {folder.parent} for {what}", f"Make it: mkdir -p '{folder.parent}'")
    return ok(f"{folder}, not there yet, and can be made")


def _require(folder: Path, what: str) -> None:
    if not is_folder(folder):
        problem = "is no folder" if is_there(folder) else "is not there"
        raise SurroundingsError(f"{what} {folder} {problem}", hint=f"Make it: mkdir -p '{folder}'")


def _try_to_write(folder: Path, what: str) -> None:
    """Make a file, give it another name, remove it. Raises SurroundingsError where one of these is refused."""
    try:
        with probe_file(folder) as path:
            there_and_back(path, folder)
    except OSError as error:
        raise SurroundingsError(f"cannot write in {what} {folder}: {error.strerror}", hint=_GIVE) from error
