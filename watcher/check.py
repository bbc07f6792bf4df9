"""The `check` command: try everything that could fail later, and say each thing in one line."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from watcher.config import Config
from watcher.confinement import landlock_version
from watcher.errors import DigitWatcherError, SurroundingsError
from watcher.ownership import holder

LEAST_FREE_BYTES = 100 * 1024 * 1024
_REMOTE = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "ceph", "glusterfs"}


def check_command(config: Config) -> int:
    """Print what was found; gives the exit code of the worst of it."""
    worst = 0
    for name, test in _tests(config):
        try:
            click.echo(f"ok    {name}: {test()}")
        except DigitWatcherError as error:
            click.echo(f"FAIL  {name}: {error}\n      {error.hint}")
            worst = max(worst, error.exit_code)
    return worst


def _tests(config: Config) -> Iterator[tuple[str, Callable[[], str]]]:
    yield "inbox", lambda: _writable(config.inbox, "the inbox", must_exist=True)
    yield "outbox", lambda: _writable(config.outbox, "the outbox", must_exist=False)
    yield "state", lambda: _state(config)
    yield "archive", lambda: _same_filesystem(config)
    yield "space", lambda: _space(config)
    yield "events", lambda: _events(config)
    yield "model", lambda: _model(config)
    yield "readers", lambda: _readers(config)
    yield "daemon", lambda: _daemon(config)


def _writable(folder: Path, what: str, *, must_exist: bool) -> str:
    if not folder.is_dir():
        if folder.exists() or must_exist:
            problem = "is no folder" if folder.exists() else "is not there"
            raise SurroundingsError(f"{what} {folder} {problem}", hint=f"Make it: mkdir -p '{folder}'")
        return f"{folder} is not there yet; " + _writable(folder.parent, f"the folder for {what},", must_exist=True)
    try:
        with tempfile.NamedTemporaryFile(prefix=".check-", dir=folder):
            pass
    except OSError as error:
        raise SurroundingsError(
            f"cannot write in {what} {folder}: {error.strerror}", hint="Give it to the daemon's user: see `ls -ld`."
        ) from error
    return str(folder)


def _state(config: Config) -> str:
    folder = config.state_folder
    kind = filesystem_of(folder)
    if kind in _REMOTE:
        raise SurroundingsError(
            f"the state folder {folder} is on a remote filesystem ({kind}), where SQLite's WAL is not safe",
            hint="Set `state` in config.yaml to a folder on a local disk.",
        )
    if folder.exists():
        _writable(folder, "the state folder", must_exist=True)
    path = config.ledger_path
    if path.is_file():
        from watcher.backup import checked, tried

        upgrade = tried(path)
        return f"{path}, {checked(path):,} results, every page is sound" + (f"; {upgrade}" if upgrade else "")
    return f"{folder}, no ledger yet" + (f", on {kind}" if kind else "")


def _same_filesystem(config: Config) -> str:
    inbox, outbox = (_existing(folder) for folder in (config.inbox, config.outbox))
    if inbox.stat().st_dev == outbox.stat().st_dev:
        return "pictures are moved by one rename"
    return "inbox and outbox are on different filesystems: pictures are copied, verified and then removed"


def _space(config: Config) -> str:
    free = shutil.disk_usage(_existing(config.outbox)).free
    if free < LEAST_FREE_BYTES:
        raise SurroundingsError(
            f"only {free / 1e6:.0f} MB are free for {config.outbox}",
            hint="Free some: work pauses when the disk is full.",
        )
    return f"{free / 1e9:.1f} GB free"


def _events(config: Config) -> str:
    kind = filesystem_of(config.inbox)
    if kind in _REMOTE:
        return f"the inbox is on {kind}, which tells of no events: folders are looked at every " + (
            f"{config.watch.rescan_seconds:g} s"
        )
    from watcher.observer import MOST_WATCHED, FolderObserver

    folders = [*_folders(config)]
    observer = FolderObserver(lambda _: None)
    try:
        heard = sum(observer.watch(folder) for folder in folders)
    finally:
        observer.stop()
    every = f"looked at every {config.watch.rescan_seconds:g} s"
    raising = "to have more, raise fs.inotify.max_user_instances and fs.inotify.max_user_watches"
    if folders and not heard:
        return f"not available (inotify limits?): folders are {every}; {raising}"
    if heard < len(folders):
        why = f"more are not watched ({MOST_WATCHED})" if heard >= MOST_WATCHED else raising
        return f"they come for {heard} of {len(folders)} folders; the others are {every}; {why}"
    return "file system events come"


def _folders(config: Config) -> Iterator[bytes]:
    """The folders of the inbox that are watched."""
    for folder, inside, _ in os.walk(os.fsencode(config.inbox)):
        inside[:] = [name for name in inside if config.watch.recursive and not name.startswith(b".")]
        yield folder


def _model(config: Config) -> str:
    import numpy as np

    from watcher.recognition.model import InputConvention, load_model

    convention = InputConvention.named(config.input.scale, config.input.shape)
    model = load_model(config.model_path, convention).accepting(config.reading.accepted_error)
    model.logits(np.zeros((1, 28, 28), np.uint8))
    return f"{model.name} loads and answers"


def _readers(config: Config) -> str:
    from watcher.recognition.decode import Limits

    reading, version = config.reading, landlock_version()
    most = Limits(reading.max_pixels, reading.max_bytes).memory
    confined = f"confined by Landlock {version}" if version else "not confined: this kernel has no Landlock"
    return f"{reading.worker_count}, each with at most {most / 1e6:,.0f} MB for a picture; {confined}"


def _daemon(config: Config) -> str:
    pid = holder(config.state_folder)
    return f"running, pid {pid}" if pid else "not running"


def _existing(folder: Path) -> Path:
    return folder if folder.exists() or folder == folder.parent else _existing(folder.parent)


def filesystem_of(folder: Path) -> str:
    """The type of the filesystem that a folder is on, as the kernel names it; "" where that is not known."""
    path, best, kind = os.path.realpath(_existing(folder)), "", ""
    try:
        lines = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    for line in lines:
        _, mount, found, *_ = line.split(" ")
        mount = mount.encode("latin-1", "replace").decode("unicode_escape")
        if (path == mount or path.startswith(mount.rstrip("/") + "/")) and len(mount) >= len(best):
            best, kind = mount, found
    return kind
