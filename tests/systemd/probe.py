"""Run in the service's place, under the service's own settings: tries what it must not be able to do, and says how it
went, as JSON: what → the error's name, or "allowed" (or, of what it may see, what it sees)."""

import ctypes
import json
import mmap
import os
import resource
import socket
import sys
from collections.abc import Callable


def connect() -> None:
    """To the loopback, where sshd might listen."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.connect(("127.0.0.1", 22))


def unshare() -> None:
    """A user namespace of its own."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(0x10000000) != 0:
        raise OSError(ctypes.get_errno(), "unshare")


def execute(path: str = "/var/lib/digit-watcher/state/program") -> None:
    """A program that somebody dropped into the inbox, or a reader was talked into writing there."""
    with open(path, "w", encoding="ascii") as file:
        file.write("#!/bin/sh\n")
    os.chmod(path, 0o700)
    try:
        os.posix_spawn(path, [path], {})
    finally:
        os.unlink(path)


def write(path: str) -> Callable[[], None]:
    """Make a file there."""
    return lambda: os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600))


def read(path: str) -> Callable[[], None]:
    """Open a file that is there."""
    return lambda: os.close(os.open(path, os.O_RDONLY))


TRIED: dict[str, Callable[[], object]] = {
    "connect": connect,
    "udp": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close(),
    "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close(),
    "namespace": unshare,
    "program": execute,
    "memory that is written and run": lambda: mmap.mmap(-1, 4096, prot=7).close(),
    "setgid": lambda: os.chmod("/var/lib/digit-watcher/state", 0o2700),
    "nice": lambda: os.nice(-1),
    "real time": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
    "chown": lambda: os.chown("/var/lib/digit-watcher/state", 0, 0),
    "host's name": lambda: socket.sethostname("other"),
    "device": lambda: os.mknod("/var/lib/digit-watcher/state/null", 0o20666, os.makedev(1, 3)),
    "kernel setting": lambda: os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY),
    "systemd's own": lambda: os.kill(1, 0),
    "home": lambda: os.listdir("/home") or os.listdir("/root"),
    "write in etc": write("/etc/probe"),
    "write in opt": write("/opt/digit-watcher/probe"),
    "write in usr": write("/usr/local/probe"),
    "write in var": write("/var/lib/probe"),
    "write in another's": write("/srv/probe"),
    "read shadow": read("/etc/shadow"),
    "read a disk": read("/dev/vda"),
    "write in shared memory": write("/dev/shm/probe"),
    "write in run": write("/run/lock/probe"),
    "program in tmp": lambda: execute("/tmp/program"),
    "write in tmp": write("/tmp/of-the-probe"),
    "write in state": write("/var/lib/digit-watcher/state/of-the-probe"),
}


def tried(what: Callable[[], object]) -> str:
    """How it went."""
    try:
        found = what()
    except OSError as error:
        return type(error).__name__
    return str(found) if found else "allowed"


if __name__ == "__main__":
    seen = {name: tried(what) for name, what in TRIED.items()}
    seen["processes"] = " ".join(sorted(name for name in os.listdir("/proc") if name == "1"))
    seen["files"], seen["core"] = (str(resource.getrlimit(which)[0]) for which in (7, 4))
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(seen, file)
