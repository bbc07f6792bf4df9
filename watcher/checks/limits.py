"""Limits of the system: events, open files, memory."""

import resource
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from watcher.checks.findings import Finding, fail, ok, warn
from watcher.checks.mounts import REMOTE
from watcher.checks.places import is_folder
from watcher.checks.scene import Scene
from watcher.checks.subfolders import MOST_LOOKED_AT, walked
from watcher.config import Config
from watcher.observer import MOST_WATCHED, FolderObserver
from watcher.recognition.decode import Limits
from watcher.reporting.diagnosis import size

LEAST_FILES, ENOUGH_FILES = 256, 512
_RAISE = "raise fs.inotify.max_user_instances and fs.inotify.max_user_watches (sysctl)"
_OF_THE_DAEMON, _OF_A_READER = 300e6, 150e6  # bytes, beside what a picture needs
_OF_A_DRIVER = 1.6e9  # bytes: the heap that Spark gives it, 1 GiB, and what a JVM and a Python have beside it


def check_events(scene: Scene) -> Iterator[Finding]:
    """Whether files are heard of at once. Where they are not, folders are looked at regularly."""
    config = scene.config
    if not is_folder(config.inbox):
        return
    every = f"looked at every {config.watch.rescan_seconds:g} s"
    kind = scene.mounts.of(config.inbox).kind
    if kind in REMOTE:
        yield ok(f"the inbox is on {kind}, which tells of no changes that others make: folders are {every}")
        return
    folders = [folder for folder, _ in islice(walked(scene), MOST_LOOKED_AT)]
    observer = FolderObserver(lambda _: None)
    try:
        heard = sum(observer.watch(folder) for folder in folders)
    finally:
        observer.stop()
    if folders and not heard:
        yield warn(f"file system events do not come: folders are {every}", f"If that is too late, {_RAISE}.")
    elif heard < min(len(folders), MOST_WATCHED):
        text = f"events come for {heard:,} of {len(folders):,} folders; the others are {every}"
        yield warn(text, f"If that is too late, {_RAISE}.")
    elif heard < len(folders):
        yield ok(
            f"events come for {heard:,} folders, which is the most; the other {len(folders) - heard:,} are {every}"
        )
    else:
        yield ok(f"file system events come{_queue()}")


def _queue() -> str:
    try:
        most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return ""
    return f"; of more than {most:,} at once the rest is found by a look at the folders"


def check_files(_: Scene) -> Iterator[Finding]:
    """How many the daemon may have open: one for each folder between it and a picture, 64 pictures, its own."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = soft == resource.RLIM_INFINITY
    if not unlimited and soft < LEAST_FILES:
        yield fail(f"only {soft} files may be open at a time", f"Raise it: ulimit -n {ENOUGH_FILES}, or LimitNOFILE=.")
    elif not unlimited and soft < ENOUGH_FILES:
        yield warn(
            f"only {soft} files may be open at a time: few for deep folders",
            f"Raise it: ulimit -n {ENOUGH_FILES}; at most {hard} are allowed here.",
        )
    else:
        yield ok("as many as there are may be open" if unlimited else f"{soft:,} may be open at a time")


def check_memory(scene: Scene) -> Iterator[Finding]:
    """What all that is started here needs at most, and what there is."""
    most, text, hint = _needed(scene.config)
    there = min(filter(None, (_available(), _allowed())), default=0)
    if there and there < most:
        yield warn(f"{text}; {size(there)} are there", hint)
    else:
        yield ok(f"{text}; {size(there)} are there" if there else text)


def _needed(config: Config) -> tuple[float, str, str]:
    """Bytes, the same in words, and what to do where they are not there."""
    if config.engine == "spark":
        most = _OF_THE_DAEMON + _OF_A_DRIVER
        hint = "Usually it is enough. Else set spark.driver.memory lower, in the file that `spark.properties` names."
        return most, f"the daemon and Spark's driver need {size(most)} at most", hint
    readers, pixels = config.reading.worker_count, config.reading.max_pixels
    each = _OF_A_READER + Limits(pixels, config.reading.max_bytes).memory  # over the largest picture
    most = _OF_THE_DAEMON + readers * each
    hint = "With pictures as small as usual it is enough. Else set reading.workers or reading.max_pixels lower."
    return most, f"{readers} readers need {size(most)} at most, over pictures of {pixels:,} pixels", hint


def _available() -> int:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), 0)


def _allowed() -> int:
    """What the control group of this process allows, or the tightest above it; 0 where none does."""
    try:
        groups = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
        group = next(line.removeprefix("0::/") for line in groups if line.startswith("0::/"))
    except (OSError, StopIteration):
        return 0
    top, found = Path("/sys/fs/cgroup"), list[int]()
    for place in (top / group, *(top / group).parents):
        try:
            found.append(int((place / "memory.max").read_text(encoding="ascii")))
        except (OSError, ValueError):
            continue  # the topmost has none, others have "max"
        if place == top:
            break
    return min(found, default=0)
