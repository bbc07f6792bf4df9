"""digit-watcher as `make install` puts it on a machine, with the people who use it."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.end_to_end.place import FAST, Place, sha256
from tests.end_to_end.process import wait_for
from tests.systemd.machine import Machine

REPOSITORY = Path(__file__).parents[2]
WHEELS = Path(sys.prefix) / "wheels"
_BOUND = "/opt/python/bin/python3"  # where this Python is seen in the machine, if it must be
_SOURCE = (
    "Makefile",
    "README.md",
    "LICENSE",
    "config.yaml",
    "deploy",
    "pyproject.toml",
    "requirements",
    "train",
    "watcher",
)
# Two members of the group, and somebody who is none.
_PEOPLE = "u alice -\nu bob -\nu stranger -\nm alice digit-watcher\nm bob digit-watcher\n"
_IMPATIENT = "[Service]\nWatchdogSec=3\nRestartSec=300ms\nTimeoutAbortSec=5\n"


def copy_source(folder: Path) -> Path:
    """What of the repository is needed to install it."""
    for name in _SOURCE:
        if (REPOSITORY / name).is_dir():
            shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(REPOSITORY / name, folder / name)
    return folder


def boot(source: Path, disk: Path, small: Path, also: Mapping[Path, str] | None = None) -> Machine:
    """A machine that sees the source in /srv/source, wheels and pictures, and this Python where services reach it.

    disk, small: folders of the host that are its /var/lib and its /mnt/small, so that tests may look at ledgers there:
    SQLite follows links, and finds nothing by /proc/PID/root. also: what else is seen in it, and where.
    """
    shown = {**(also or {})} | {Path(__file__).parent: "/srv/tests", disk: "/var/lib:rw", small: "/mnt/small:rw"}
    shown |= {source: "/srv/source", WHEELS: "/srv/wheels", REPOSITORY / "docs" / "pictures": "/srv/pictures"}
    if python_inside() == _BOUND:
        shown[Path(sys.base_prefix)] = "/opt/python"
    return Machine(shown, disk.with_name("console.log"))


def python_inside() -> str:
    """The Python that installs it there: one of this version, for which the wheels are, that a service can reach."""
    mine = os.path.realpath(sys._base_executable)  # type: ignore[attr-defined]  # venv asks it too
    if not mine.startswith(("/root/", "/home/", "/tmp/")):
        return mine
    asked = "import ensurepip, sys, venv; print(sys.version_info[:2])"
    systems = subprocess.run(["/usr/bin/python3", "-c", asked], capture_output=True, text=True, check=False)
    return "/usr/bin/python3" if systems.stdout.strip() == str(sys.version_info[:2]) else _BOUND


def why_not_installed() -> str:
    """Why there is nothing to install from, or with; "" where there is."""
    if not WHEELS.is_dir() or not os.listdir(WHEELS):
        return f"no wheels in {WHEELS}: make test gets them"
    if python_inside() == _BOUND and sysconfig.get_config_var("Py_ENABLE_SHARED"):
        return f"services cannot reach this Python's library below {sys.base_prefix}"
    return ""


class Installed(Place):
    """One inbox's service on a machine, looked at as the host's root."""

    def __init__(self, machine: Machine, root: Path, *, unit: str = "digit-watcher", folders: str) -> None:
        """root: what is `folders` in the machine, as the host sees it."""
        self.machine, self.root, self.unit, self.folders = machine, root, unit, folders
        self.inbox, self.outbox, self.state = self.root / "inbox", self.root / "outbox", self.root / "state"
        name = unit.partition("@")[2] or "config"
        self.config_file = machine.path(f"/etc/digit-watcher/{name}.yaml")
        self.running = []
        self.dropped: list[str] = []

    def install(self, target: str = "install", **variables: str) -> str:
        """`make install`, from the wheels alone; its output, and what it said to be wrong. Fails where it does."""
        instance = self.unit.partition("@")[2]
        return self.machine.run(
            "make", "-C", "/srv/source", target, f"PYTHON={python_inside()}", f"INSTANCE={instance}",
            *(f"{name}={value}" for name, value in variables.items()),
            PIP_NO_INDEX="1", PIP_FIND_LINKS="/srv/wheels",
        )  # fmt: skip

    def install_by_way_of(self, image: str) -> str:
        """As an image of a machine is made: first into a folder, whose files then come to lie where they belong."""
        self.install(DESTDIR=image)
        self.machine.run("cp", "-a", f"{image}/etc/.", "/etc/")
        self.machine.run("mv", f"{image}/opt/digit-watcher", "/opt/digit-watcher")
        return self.install()

    def let_people_in(self) -> None:
        """Make users of the machine, and let the service be quicker to lose patience than people want it."""
        self.machine.write("/etc/sysusers.d/people.conf", _PEOPLE)
        self.machine.run("systemd-sysusers")
        self.machine.write(f"/etc/systemd/system/{self.unit}.service.d/20-impatient.conf", _IMPATIENT)
        self.machine.run("systemctl", "daemon-reload")

    def configure(self, **settings: Any) -> None:
        """Write config.yaml with fast timers and two readers; a group given here is laid over that."""
        fast = FAST | {"reading": {"workers": 2}}
        values = {"digit_watcher": 1} | {key: f"{self.folders}/{key}" for key in ("inbox", "outbox", "state")} | fast
        for key, value in settings.items():
            values[key] = {**fast.get(key, {}), **value} if isinstance(value, dict) else value
        self.config_file.parent.mkdir(parents=True, exist_ok=True)
        self.config_file.write_text(json.dumps(values), encoding="utf-8")  # JSON is YAML

    def systemctl(self, *words: str) -> str:
        """`systemctl start`, say, of this unit; must end well."""
        return self.machine.run("systemctl", *words, self.unit)

    def asked(self, fact: str) -> str:
        """As `Machine.asked`, of this unit."""
        return self.machine.asked(self.unit, fact)

    def says(self) -> str:
        """STATUS= as systemd has it."""
        return self.asked("StatusText")

    def journal(self) -> str:
        """As `Machine.journal`, of this unit."""
        return self.machine.journal(self.unit)

    def pids(self) -> tuple[int, list[int]]:
        """The daemon's pid and its readers', as the host counts them."""
        group = self.machine.path("/sys/fs/cgroup" + self.asked("ControlGroup")) / "cgroup.procs"
        inside = int(self.asked("MainPID"))
        found = [int(line) for line in group.read_text(encoding="ascii").split()]
        main = [pid for pid in found if _pid_inside(pid) == inside]
        return main[0], sorted({*found} - {*main})

    def give(self, name: str, data: bytes, *, user: str = "alice", how: str = "cat > {}") -> str:
        """A member drops a file by a shell's command, in which {} is its path; it is to be read. Gives its sha256."""
        self.machine.path("/tmp/given").write_bytes(data)
        path = f"{self.folders}/inbox/{name}"
        self.machine.run("sh", "-c", how.format(f"'{path}'") + " < /tmp/given", user=user)
        self.dropped.append(sha256(data))
        return path

    def note(self, pictures: Iterable[bytes]) -> None:
        """These were dropped without `give`; they are to be read too."""
        self.dropped += map(sha256, pictures)

    def wait_until_active(self) -> None:
        """Until systemd has heard READY=1."""
        wait_for(lambda: self.asked("ActiveState") == "active", f"{self.unit} active:\n{self.journal()[-2000:]}")

    def assert_all_is_read(self) -> None:
        """Every picture that was given is one record, one row, one line and one copy."""
        self.assert_conserved(self.dropped, ignored=("status.json.new",))


def _pid_inside(pid: int) -> int:
    """The pid that a process has in the innermost namespace."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[-1]) for line in file if line.startswith("NSpid:"))
