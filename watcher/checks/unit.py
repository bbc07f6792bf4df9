"""The service's unit, where systemd runs one with these settings: does it let the daemon do what it must?"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from watcher.checks.findings import Finding, fail, ok, warn
from watcher.checks.places import is_folder
from watcher.checks.scene import Scene, name_of
from watcher.config import load
from watcher.errors import ConfigError

_RUNS = Path("/run/systemd/system")  # sd_booted(3)
_ASKED = (
    "Id,User,ExecStart,Type,WatchdogUSec,ProtectSystem,ProtectHome,PrivateTmp,ReadWritePaths,StateDirectory,"
    "MemoryDenyWriteExecute,PrivateNetwork"
)
_SECONDS = 10.0
_HIDDEN = {"ProtectHome": ("/home", "/root", "/run/user"), "PrivateTmp": ("/tmp", "/var/tmp")}  # noqa: S108  not ours
Facts = dict[str, str]


def check_unit(scene: Scene) -> Iterator[Finding]:
    """What is unit and what is not: without systemd, or a unit for this inbox, there is nothing to say."""
    unit = next((facts for facts in _units() if _is_for(scene, facts)), None)
    if unit is None:
        yield ok("no systemd unit runs with these folders")
        return
    problems = [*problems_of(unit, scene)]
    yield from problems or [ok(f"{unit['Id']} lets the daemon write where it must")]


def problems_of(unit: Facts, scene: Scene) -> Iterator[Finding]:
    """unit: properties, as `systemctl show` names them."""
    name, config = unit.get("Id", "the unit"), scene.config
    named = {"inbox": config.inbox, "outbox": config.outbox, "state": config.state_folder}
    if config.metrics.textfile:
        named["metrics.textfile"] = config.metrics.textfile.parent
    for word, folder in named.items():
        if not _may_be_written(unit, os.path.realpath(folder)):
            yield fail(
                f"{name} does not let the daemon write to the {word}, {folder}",
                f"`systemctl edit {name}`, and there under [Service]: ReadWritePaths={folder}",
            )
    owner = name_of(config.state_folder.stat().st_uid) if is_folder(config.state_folder) else ""
    if owner and unit.get("User", "") not in (owner, "") and owner != "root":
        yield fail(
            f"{name} runs as {unit['User']}, and the state folder belongs to {owner}",
            f"Give it back: chown -R {unit['User']} '{config.state_folder}'",
        )
    if shut := _shut_to_spark(unit, scene):
        yield fail(
            f"{name} does not let the daemon read on a Spark cluster: {shut}=yes",
            "`sudo make install SPARK=1` writes the drop-in that does, now that `engine: spark` is set.",
        )
    if unit.get("WatchdogUSec", "0") in ("0", "infinity"):
        yield warn(f"{name} has no watchdog: a daemon that stands still is not started again", "Set WatchdogSec=60.")
    if not unit.get("Type", "").startswith("notify"):
        yield warn(f"{name} does not wait until the daemon is ready", "Set Type=notify.")


def _shut_to_spark(unit: Facts, scene: Scene) -> str:
    """What stands in the way of a JVM, and of a cluster that is not this machine alone; "" where nothing does."""
    if scene.config.engine == "local":
        return ""
    needed = ["MemoryDenyWriteExecute"] + ["PrivateNetwork"] * (not scene.config.spark.master.startswith("local"))
    return next((key for key in needed if unit.get(key) == "yes"), "")


def _may_be_written(unit: Facts, folder: str) -> bool:
    for setting, tops in _HIDDEN.items():
        if unit.get(setting, "no") not in ("no", "") and any(_is_in(folder, top) for top in tops):
            return unit[setting] == "read-only" and _is_among(folder, unit)
    if unit.get("ProtectSystem") == "strict":
        return _is_among(folder, unit)
    return True


def _is_among(folder: str, unit: Facts) -> bool:
    allowed = [path.lstrip("-+") for path in unit.get("ReadWritePaths", "").split()]
    allowed += [f"/var/lib/{name}" for name in unit.get("StateDirectory", "").split()]
    return any(_is_in(folder, os.path.realpath(path)) for path in allowed)


def _is_in(folder: str, top: str) -> bool:
    return folder == top or folder.startswith(top.rstrip("/") + "/")


def _units() -> Iterator[Facts]:
    program = shutil.which("systemctl")
    if program is None or not _RUNS.is_dir():
        return
    try:
        done = subprocess.run(  # noqa: S603  no word of it is anybody else's
            [program, "show", "--no-pager", f"--property={_ASKED}", "digit-watcher.service", "digit-watcher@*.service"],
            capture_output=True, text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return
    for part in done.stdout.split("\n\n"):
        yield dict(line.split("=", 1) for line in part.splitlines() if "=" in line)


def _is_for(scene: Scene, unit: Facts) -> bool:
    """Whether it runs with settings that name the same inbox."""
    given = re.search(r"--config[= ](\S+)", unit.get("ExecStart", ""))
    if given is None:
        return False
    try:
        return load(Path(given[1])).inbox == scene.config.inbox
    except ConfigError:
        return False
