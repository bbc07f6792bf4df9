"""Who reads: with a cluster, all that a session on it needs, and a session itself where the daemon has none."""

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from watcher.checks.findings import Check, Finding, Level, fail, found_by, ok, warn
from watcher.checks.places import is_folder, is_there
from watcher.checks.scene import Scene
from watcher.engines import session_on_trial, start_patience
from watcher.errors import SurroundingsError
from watcher.files import Files
from watcher.held_model import HeldModel
from watcher.reload import refuse_misreading
from watcher.reporting.facts import Facts
from watcher.reporting.published import read_status
from watcher.spark.properties import LONGEST_SCRATCH, musts
from watcher.spark.readiness import (
    is_secret,
    java_version,
    pyspark_version,
    refuse_nameless,
    refuse_unreachable,
    settings_in,
)

_JVM_SECONDS, _LOOK_SECONDS = 10.0, 0.1
_AWAY = "The master's page shows which workers there are; docs/operations.md says what each trouble means."


def check_engine(scene: Scene) -> Iterator[Finding]:
    """Each thing that a session needs; then one is opened, where nothing stands in the way and no daemon has one."""
    if scene.config.engine == "local":
        yield ok("pictures are read on this machine")
        return
    steps: list[Check] = [_programs, _settings, _scratch, _inbox, _master]
    found = [finding for step in steps for finding in found_by(step, scene)]
    yield from found
    if scene.daemon:
        yield from _of_the_daemon(scene)
    elif scene.stranger:
        yield warn("not tried: the session is the daemon's user's to open", "")
    elif not any(finding.level is Level.FAIL for finding in found):
        yield from _session(scene)


def _programs(_: Scene) -> Iterator[Finding]:
    pyspark = pyspark_version()
    yield ok(f"pyspark {pyspark}".rstrip() + f", Java {java_version()}")
    refuse_nameless()


def _settings(scene: Scene) -> Iterator[Finding]:
    file = scene.config.spark.properties
    if file is None:
        return
    keys = settings_in(str(file))
    secrets, mode = [key for key in keys if is_secret(key)], stat.S_IMODE(file.stat().st_mode)
    ignored = sorted(set(keys) & musts("", Path()).keys())
    if secrets and mode & stat.S_IROTH:
        yield warn(f"everybody can read {file}, which has {secrets[0]}: mode {mode:04o}", f"chmod o-r '{file}'")
    if ignored:
        yield warn(f"{', '.join(ignored)} in {file} is without effect", "It is the engine's to say; take it out there.")
    yield ok(f"{file}: {len(keys)} settings of Spark's own")


def _scratch(scene: Scene) -> Iterator[Finding]:
    folder = os.fsencode(scene.config.state_folder / "spark")
    if len(folder) > LONGEST_SCRATCH:
        yield warn(
            f"the state folder's path is {len(folder) - LONGEST_SCRATCH} bytes too long for Unix sockets: each task"
            " waits 40 ms longer",
            f"Nothing else comes of it. A `state` of {LONGEST_SCRATCH - len('/spark')} bytes at most would do.",
        )


def _inbox(scene: Scene) -> Iterator[Finding]:
    config = scene.config
    there = config.spark.inbox or config.inbox
    if not config.spark.master.startswith("local"):
        yield ok(f"executors look for pictures in {there}, which they must share with this machine")
    elif not is_folder(there):
        yield fail(
            f"there is no folder {there}, and the executors of {config.spark.master} are on this machine",
            "Take `spark.inbox` out of config.yaml.",
        )
    elif is_folder(config.inbox) and not os.path.samefile(there, config.inbox):
        yield fail(f"{there} is another folder than the inbox", "Take `spark.inbox` out of config.yaml.")


def _master(scene: Scene) -> Iterator[Finding]:
    master = scene.config.spark.master
    refuse_unreachable(master)
    if master.startswith("spark://"):
        yield ok(f"{master} answers")


def _of_the_daemon(scene: Scene) -> Iterator[Finding]:
    """It has a session; another one would take cores from it, or none would be left for another."""
    facts = Facts(read_status(scene.config))
    engine, trouble = facts.part("engine"), facts.text("trouble")
    if facts.text("state") == "starting":
        yield ok("not tried beside the daemon, which is about to open a session")
    elif engine.text("kind") != "spark":
        yield warn("the daemon reads on this machine", "Start it anew: a change of the engine needs that.")
    elif executors := engine.number("executors"):
        yield ok(f"the daemon has a session: {_size(executors, engine.number('slots'))}")
    else:
        yield warn(f"the daemon has no executor{f': {trouble}' if trouble else ''}", facts.text("hint") or _AWAY)


def _session(scene: Scene) -> Iterator[Finding]:
    config = scene.config
    model = HeldModel(config.model_path)
    try:
        with _folder(scene) as scratch:
            engine = session_on_trial(config, Files(config.inbox), model, scratch)
            try:
                engine.await_ready(start_patience(config))
                refuse_misreading(engine)
                size, differing = _size(engine.executors, engine.slots), engine.differing
            finally:
                engine.close()
    finally:
        model.close()
    yield ok(f"a session reads the built-in digits: {size}")
    if differing:
        yield warn(
            f"executors have other versions than this machine: {differing}",
            "A confidence may differ in its last digits. Install what requirements/daemon.txt names in their Python.",
        )
    if not is_there(scene.work / "identity"):
        yield warn("not known: whether executors see the work folder, which is made at the first start", "")


@contextmanager
def _folder(scene: Scene) -> Iterator[Path]:
    """Where the session may write; what it leaves goes with it. Where it fails, its logs stay, as the error names them.

    Raises SurroundingsError where the state folder may not be written.
    """
    state = scene.config.state_folder
    if not is_folder(state):  # the daemon makes it, at its first start
        folder = Path(tempfile.mkdtemp(prefix="digit-watcher-"))
    else:
        folder = state / "spark-check"
        try:
            folder.mkdir(0o700, exist_ok=True)
        except OSError as error:
            raise SurroundingsError(
                f"cannot make {folder}: {error.strerror}", hint="Mend first what is said of the state folder."
            ) from error
    yield folder
    _remove(folder)


def _remove(folder: Path) -> None:
    """All of it, although a JVM that is about to end may still write there."""
    until = time.monotonic() + _JVM_SECONDS
    while folder.exists() and time.monotonic() < until:
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            time.sleep(_LOOK_SECONDS)


def _size(executors: int, slots: int) -> str:
    return f"{executors:,} executor{'s' * (executors != 1)}, {slots:,} picture{'s' * (slots != 1)} at a time"
