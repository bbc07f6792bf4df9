"""What lies in the inbox already: folders and files that the daemon could not take."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from watcher.checks.findings import Finding, ok, warn
from watcher.checks.places import is_folder
from watcher.checks.scene import Scene
from watcher.rows import readable_name

MOST_LOOKED_AT = 50_000  # entries: some seconds
_NAMED = 3


@dataclass
class Seen:
    """Of a look at the inbox. refused: path in it → why nothing can be taken from there."""

    folders: int = 0
    files: int = 0
    all: bool = True
    refused: dict[bytes, str] = field(default_factory=dict)
    unreadable: list[bytes] = field(default_factory=list)


def check_subfolders(scene: Scene) -> Iterator[Finding]:
    """By their owners and modes: a file of somebody else's cannot be moved to try it."""
    if not is_folder(scene.config.inbox):
        return
    if scene.stranger:
        yield warn("not known: what may be taken is the daemon's user's affair", "")
        return
    seen = look(scene)
    if seen.refused:
        first = [f"{readable_name(path)} ({why})" for path, why in list(seen.refused.items())[:_NAMED]]
        yield warn(
            f"files in {_counted(len(seen.refused), 'folder')} of the inbox cannot be taken: {', '.join(first)}",
            f"Let their owners open them, or move what lies in them into a folder that {scene.user} may empty.",
        )
    if seen.unreadable:
        names = ", ".join(map(readable_name, seen.unreadable[:_NAMED]))
        yield warn(
            f"{scene.user} may not read {_counted(len(seen.unreadable), 'file')} in the inbox: {names}",
            "Let their owners make them readable: chmod g+r. With default ACLs on the inbox, new files are so.",
        )
    if not seen.refused and not seen.unreadable:
        beginning = "" if seen.all else f"of the first {MOST_LOOKED_AT:,} entries, "
        folders, files = _counted(seen.folders - 1, "folder"), _counted(seen.files, "file")
        yield ok(f"{beginning}{folders} and {files} in the inbox, and all can be taken")


def look(scene: Scene) -> Seen:
    """Go through the inbox, as far as it is watched."""
    top, seen = os.fsencode(scene.config.inbox), Seen()
    mounted = {os.path.join(top, place) for place in scene.mounts.below(scene.config.inbox)}
    for folder, names in walked(scene, lambda error: _refuse(seen, top, error)):
        seen.folders += 1
        if folder != top and (why := _why_not(folder, folder in mounted)):
            seen.refused[os.path.relpath(folder, top)] = why
        for name in names:
            path = os.path.join(folder, name)
            if not name.startswith(b".") and _is_file(path):
                seen.files += 1
                if not os.access(path, os.R_OK, effective_ids=True):
                    seen.unreadable.append(os.path.relpath(path, top))
        if seen.files + seen.folders > MOST_LOOKED_AT:
            seen.all = False
            break
    return seen


def walked(scene: Scene, refuse: Callable[[OSError], None] = lambda _: None) -> Iterator[tuple[bytes, list[bytes]]]:
    """The folders of the inbox that are watched, absolute, with the names of what else lies in them."""
    for folder, inside, names in os.walk(os.fsencode(scene.config.inbox), onerror=refuse):
        inside[:] = [name for name in inside if scene.config.watch.recursive and not name.startswith(b".")]
        yield folder, names


def _refuse(seen: Seen, top: bytes, error: OSError) -> None:
    path = os.path.relpath(os.fsencode(error.filename), top)
    if path != b".":
        seen.refused[path] = f"cannot be listed: {error.strerror}"


def _why_not(folder: bytes, mounted: bool) -> str:
    found = os.lstat(folder)
    if mounted:
        return "a file system of its own"
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK, effective_ids=True):
        return "closed to the daemon's user"
    if found.st_mode & stat.S_ISVTX and os.geteuid() not in (0, found.st_uid):
        return "sticky, and somebody else's"
    return ""


def _is_file(path: bytes) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False  # it is gone


def _counted(many: int, what: str) -> str:
    return f"{many:,} {what}" if many == 1 else f"{many:,} {what}s"
