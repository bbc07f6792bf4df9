"""What the file systems below the folders can do, and what they cannot."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from watcher.checks.findings import Finding, fail, ok, warn
from watcher.checks.mounts import REMOTE, VOLATILE
from watcher.checks.places import existing, is_folder
from watcher.checks.probes import PREFIX, fresh, probe_file, there_and_back
from watcher.checks.scene import Scene
from watcher.durable import rename_new, sync_filesystem

_ODD_NAMES = {"signs that others forbid": b':?*"<>|', "bytes that are no UTF-8": b"\xff", "a space at the end": b" "}


def check_filesystems(scene: Scene) -> Iterator[Finding]:
    """Which they are; the state is not on a share, where SQLite's WAL is not safe."""
    kinds = {word: scene.mounts.of(folder) for word, folder in scene.folders.items()}
    for word, mount in kinds.items():
        if "ro" in mount.options:
            yield fail(
                f"the {word} is on a file system that is mounted read-only, at {os.fsdecode(mount.place)}",
                "Mount it for writing: `mount -o remount,rw`. If it was mounted so after an error, see `dmesg` first.",
            )
        if mount.kind in VOLATILE and word != "inbox":
            yield warn(
                f"the {word} is on {mount.kind}: it may be gone after a restart of the machine or container",
                "Name a folder on a disk.",
            )
    if kinds["state"].kind in REMOTE:
        yield fail(
            f"the state folder {scene.config.state_folder} is on a remote file system ({kinds['state'].kind}),"
            " where SQLite's WAL is not safe",
            "Set `state` in config.yaml to a folder on a local disk.",
        )
    yield ok(", ".join(f"{word} on {mount.kind or 'an unknown one'}" for word, mount in kinds.items()))
    yield from _ways(scene)


def _ways(scene: Scene) -> Iterator[Finding]:
    """Whether pictures go to the archive by a rename, or are copied."""
    inbox, outbox = scene.config.inbox, scene.config.outbox
    if not is_folder(inbox):
        return
    places = {"outbox": existing(outbox)}
    places |= {f"{name}/": outbox / name for name in ("archive", "rejected") if is_folder(outbox / name)}
    copied = [word for word, place in places.items() if _is_another(inbox, place, scene)]
    if copied:
        where = " and ".join(copied)
        yield ok(f"{where} on another file system than the inbox: pictures are copied, verified and then removed")
    else:
        yield ok("pictures are moved by one rename")


def _is_another(inbox: Path, place: Path, scene: Scene) -> bool:
    try:
        with probe_file(inbox) as probe:
            there_and_back(probe, place)
    except OSError as error:
        if error.errno == errno.EXDEV:
            return True
        # What is refused here, the checks of the folders say.
        return scene.mounts.of(inbox).place != scene.mounts.of(place).place
    return False


def check_renames(scene: Scene) -> Iterator[Finding]:
    """A rename never replaces, and what was written can be put on disk: what every promise rests on."""
    if not is_folder(scene.config.inbox):
        return
    for word, folder in scene.folders.items():
        with probe_file(folder) as one, probe_file(folder) as other:
            try:
                rename_new(os.fsencode(one), os.fsencode(other))
            except FileExistsError:
                pass
            else:
                yield fail(
                    f"on the file system of the {word}, a rename replaces what is there",
                    "Name a folder on another one.",
                )
                return
        if scene.daemon is None:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                sync_filesystem(descriptor)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
    yield ok("no rename replaces what is there" + ("" if scene.daemon else ", and what is written can be put on disk"))


def check_names(scene: Scene) -> Iterator[Finding]:
    """Which names the outbox takes that an inbox may have."""
    outbox = scene.folders["outbox"]
    refused = [what for what, odd in _ODD_NAMES.items() if not _takes(os.fsencode(fresh(outbox)) + odd)]
    if not _takes(os.fsencode(outbox) + b"/" + PREFIX.encode().ljust(255, b"x")):
        refused.append("255 bytes")
    if refused:
        yield warn(
            f"the file system of the outbox refuses names with {', '.join(refused)}: such pictures get their rows, and"
            " stay in the work folder",
            "Name an outbox on a file system of Linux's own, or have them called otherwise.",
        )
    folds = _folds(outbox)
    yield ok(
        "upper and lower case are the same there: 7.PNG beside 7.png becomes 7~2.PNG" if folds else "all are taken"
    )


def _takes(path: bytes) -> bool:
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.EILSEQ, errno.ENAMETOOLONG, errno.ENOENT, errno.EPROTO):
            return False
        raise
    os.unlink(path)
    return True


def _folds(folder: Path) -> bool:
    with probe_file(folder) as probe:
        return os.path.lexists(probe.with_name(probe.name.upper()))
