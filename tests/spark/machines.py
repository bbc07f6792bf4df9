"""Several machines in one: each has a network card, a name and mounts of its own, and a cable to the same switch.

They are namespaces of the kernel's, each held by a process, and end with whoever made them, also where that one is
killed. The file system is the same for all, but for what is mounted on one of them.
"""

import ctypes
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from tests.end_to_end.process import wait_for
from tests.faults.mounts import run
from watcher.child import die_with_the_parent

_SUBNET = "10.77.0"
_SPACES = {"net": 0x40000000, "mnt": 0x00020000, "uts": 0x04000000}  # as /proc and setns(2) call them
_OPTIONS = ("--net", "--mount", "--uts")


class Machine:
    """One of them, without a cable."""

    def __init__(self, name: str, address: str = "") -> None:
        self.name, self.address = name, address
        self._holder = subprocess.Popen(["unshare", *_OPTIONS, "sleep", "infinity"], preexec_fn=die_with_the_parent)
        wait_for(self._is_apart, f"machine {name}")
        self.run("sh", "-c", f"echo {name} > /proc/sys/kernel/hostname")

    def run(self, *command: str | Path) -> str:
        """Run a command there, to its end, which must be well; gives what it said."""
        enter = ["nsenter", "--target", str(self.pid), *_OPTIONS]
        return subprocess.run([*enter, *map(str, command)], stdout=subprocess.PIPE, text=True, check=True).stdout

    def enter(self) -> None:
        """As preexec_fn: the process is one of this machine's, in the folder that has the same path there."""
        folder = os.getcwd()
        if ctypes.CDLL(None, use_errno=True).setns(os.pidfd_open(self.pid), sum(_SPACES.values())):
            raise OSError(ctypes.get_errno(), f"cannot enter {self.name}")
        os.chdir(folder)

    def share(self, folder: Path, there: Path) -> None:
        """Show a folder at another place, and not at its own, as a share of another machine's that is mounted."""
        self.run("mkdir", "-p", there)
        self.run("mount", "--bind", folder, there)
        self.run("mount", "-t", "tmpfs", "digit-watcher-test", folder)

    @property
    def pid(self) -> int:
        """Of the process that holds it."""
        return self._holder.pid

    def end(self) -> None:
        """Switch it off. Processes there end by other hands."""
        self._holder.kill()
        self._holder.wait()

    def _is_apart(self) -> bool:
        assert self._holder.poll() is None, "its holder has ended"
        return all(_space("self", name) != _space(str(self.pid), name) for name in _SPACES)


class Network:
    """A switch, and machines on it that know each other by name, in /etc/hosts.

    The test is skipped, by the system's words, where there can be none.
    """

    def __init__(self, *names: str) -> None:
        for kind in (["bridge"], ["veth", "peer", "name", "other"]):
            run("unshare", *_OPTIONS, "ip", "link", "add", "one", "type", *kind)
        self._folder = Path(tempfile.mkdtemp(prefix="digit-watcher-network-"))
        self._switch = Machine("switch")
        self._switch.run("ip", "link", "add", "switch", "type", "bridge")
        self._switch.run("ip", "link", "set", "switch", "up")
        self.machines = [Machine(name, f"{_SUBNET}.{number}") for number, name in enumerate(names, start=1)]
        hosts = self._folder / "hosts"
        hosts.write_text("".join(f"{one.address} {one.name}\n" for one in self.machines) + "127.0.0.1 localhost\n")
        for machine in self.machines:
            machine.run("mount", "--bind", hosts, "/etc/hosts")
            self._connect(machine)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for machine in (self._switch, *self.machines):
            machine.end()
        shutil.rmtree(self._folder)

    def pull(self, machine: Machine) -> None:
        """Take its cable off: whatever is sent goes nowhere, and nobody is told."""
        self._switch.run("ip", "link", "set", _port(machine), "nomaster")

    def plug_in(self, machine: Machine) -> None:
        """Put it back."""
        self._switch.run("ip", "link", "set", _port(machine), "master", "switch")

    def _connect(self, machine: Machine) -> None:
        ends = ["name", _port(machine), "type", "veth", "peer", "name", "eth0", "netns", str(machine.pid)]
        self._switch.run("ip", "link", "add", *ends)
        self._switch.run("ip", "link", "set", _port(machine), "up")
        self.plug_in(machine)
        machine.run("ip", "addr", "add", f"{machine.address}/24", "dev", "eth0")
        for card in ("lo", "eth0"):
            machine.run("ip", "link", "set", card, "up")


def _port(machine: Machine) -> str:
    return f"to-{machine.name}"


def _space(pid: str, name: str) -> str:
    return os.readlink(f"/proc/{pid}/ns/{name}")
