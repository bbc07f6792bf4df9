"""A machine that is booted for a test and thrown away: this machine's own systemd, in namespaces of its own."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

_BOOT = Path(__file__).with_name("boot")
_ENVIRONMENT = ("PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/tmp", "LANG=C.UTF-8")


def why_not() -> str:
    """What is missing here for a machine to be booted; "" where nothing is."""
    if os.geteuid() != 0:
        return "only root may boot a systemd"
    if not Path("/lib/systemd/systemd").exists():
        return "systemd is not installed"
    missing = [name for name in ("nsenter", "unshare", "setpriv", "runuser", "make") if not shutil.which(name)]
    if missing:
        return f"not installed: {', '.join(missing)}"
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
    if not any(kind == "cgroup2" and os.access(mount, os.W_OK) for _, mount, kind, *_ in mounts):
        return "cgroup v2 is not mounted, or read-only"
    tried = subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else f"no namespaces may be made here: {tried.stderr.decode().strip()}"


class Machine:
    """It runs from the beginning, until `end`."""

    def __init__(self, shown: Mapping[Path, str], log: Path) -> None:
        """shown: folders of the host by where they are seen in it, read-only unless `:rw` stands behind it.

        log: gets console and journal.
        """
        binds = " ".join(f"{here}:{there}" for here, there in shown.items())
        self._boot = subprocess.Popen(
            [_BOOT, "--hold"], env=os.environ | {"BIND": binds, "LOG": str(log)}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert self._boot.stdout is not None
        self._init = self._boot.stdout.readline().strip()
        if not self._init:
            raise RuntimeError(self._boot.communicate()[1])

    def path(self, inside: str) -> Path:
        """A file of the machine, as the host sees it."""
        return Path(f"/proc/{self._init}/root{inside}")

    def write(self, inside: str, text: str) -> None:
        """Make a file in it, and the folders that it lies in."""
        self.path(inside).parent.mkdir(parents=True, exist_ok=True)
        self.path(inside).write_text(text, encoding="utf-8")

    def attempt(self, *command: str, user: str = "root", **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command in it as that user, whatever comes of it."""
        become = () if user == "root" else ("runuser", "-u", user, "--")
        enter = ("nsenter", "--target", self._init, "--all", "--", "env", "-i", *_ENVIRONMENT)
        given = (f"{key}={value}" for key, value in environment.items())
        return subprocess.run(
            [*enter, *given, *become, *command], capture_output=True, text=True, timeout=100, check=False
        )

    def run(self, *command: str, user: str = "root", **environment: str) -> str:
        """The output of a command, which must end well."""
        done = self.attempt(*command, user=user, **environment)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def journal(self, unit: str) -> str:
        """What a unit said, and systemd of it, from the beginning."""
        return self.run("journalctl", "--unit", unit, "--output", "cat", "--no-pager")

    def asked(self, unit: str, fact: str) -> str:
        """A fact that systemd knows of a unit, as in `systemctl show`."""
        return self.run("systemctl", "show", "--property", fact, "--value", unit).strip()

    def end(self) -> None:
        """Shut down; nothing is left of it."""
        self._boot.communicate()
