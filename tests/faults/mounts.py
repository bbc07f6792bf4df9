"""File systems of their own, for tests that need one to be full, read-only, failing, gone, or just another one."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def run(*command: str | Path) -> str:
    """Run a command of the system; skips the test, by its words, where that is not possible here."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    try:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip(f"{command[0]} is not installed")
    if done.returncode != 0:
        pytest.skip(f"cannot {command[0]} here: {done.stderr.strip()}")
    return done.stdout


def mount_tmpfs(folder: Path, size: str = "8m") -> None:
    """A tmpfs over what lies at the folder. Somebody else unmounts it."""
    folder.mkdir(exist_ok=True)
    run("mount", "-t", "tmpfs", "-o", f"size={size}", "digit-watcher-test", folder)


def unmount(folder: Path) -> None:
    """Take it away at once, also under a process that uses it, as a cable that is pulled does."""
    subprocess.run(["umount", "-l", str(folder)], check=True)


def remount(folder: Path, options: str) -> None:
    """Mount it with other options under whoever uses it: `ro`, `rw`."""
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A tmpfs of that size at the folder; skips the test where mounting is not allowed."""
    mount_tmpfs(folder, size)
    try:
        yield folder
    finally:
        _unmount_all(folder.parent)  # also what a test that failed has mounted from it at other places


@contextmanager
def ext4_disk(folder: Path, image: Path, *features: str, options: str = "loop") -> Iterator[Path]:
    """An ext4 of 16 MB at the folder, in a file, made with features as mkfs.ext4 takes them."""
    folder.mkdir(exist_ok=True)
    with open(image, "wb") as file:
        file.truncate(16 << 20)
    run("mkfs.ext4", "-q", "-F", *features, image)
    run("mount", "-o", options, image, folder)
    try:
        (folder / "lost+found").rmdir()
        yield folder
    finally:
        unmount(folder)


def _unmount_all(place: Path) -> None:
    mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
    for mount in reversed([mount for mount in mounts if mount.startswith(f"{place}/")]):
        subprocess.run(["umount", "-l", mount], check=False, capture_output=True)


class FaultyMount:
    """A file system that shows `behind` and fails by rules: see faulty_disk.py."""

    def __init__(self, folder: Path, behind: Path) -> None:
        self.folder, self.behind = folder, behind
        self._rules = behind.with_name(behind.name + ".rules")
        for made in (folder, behind):
            made.mkdir(exist_ok=True)
        self._start()

    def _start(self) -> None:
        program = Path(__file__).with_name("faulty_disk.py")
        self._server = subprocess.Popen(
            [sys.executable, str(program), str(self.folder), str(self.behind), str(self._rules)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._server.stdout is not None
        if self._server.stdout.readline() != "mounted\n":
            _, why = self._server.communicate()
            pytest.skip(f"cannot mount a FUSE file system here: {why.strip().splitlines()[-1]}")

    def fail(self, **rules: object) -> None:
        """From now on, until it is called again: request → error, as in fail(write="EIO"), or rules={...}."""
        given = rules.pop("rules", {})
        assert isinstance(given, dict)
        new = self._rules.with_suffix(".new")
        new.write_text(json.dumps(rules | given), encoding="utf-8")
        new.rename(self._rules)

    def lose(self) -> None:
        """Its server dies: every request is answered with ENOTCONN."""
        self._end_server()

    def hang(self) -> None:
        """Its server answers nothing any more, until `answer` is called: every request waits."""
        self._server.send_signal(signal.SIGSTOP)

    def answer(self) -> None:
        """It goes on, with what waits first."""
        self._server.send_signal(signal.SIGCONT)

    def come_back(self) -> None:
        """Unmounted and mounted anew."""
        unmount(self.folder)
        self._start()

    def _end_server(self) -> None:
        self._server.kill()
        self._server.communicate()

    def end(self) -> None:
        """Leave nothing mounted."""
        subprocess.run(["umount", "-l", str(self.folder)], check=False, capture_output=True)
        self._end_server()


@contextmanager
def faulty_disk(folder: Path, behind: Path) -> Iterator[FaultyMount]:
    """A file system at the folder that fails on demand; skips the test where mounting is not allowed."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    if not Path("/dev/fuse").exists():
        pytest.skip("there is no /dev/fuse")
    mount = FaultyMount(folder, behind)
    try:
        yield mount
    finally:
        mount.end()
