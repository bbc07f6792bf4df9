"""digit-watcher as people run it: a real process, to its end or as a daemon."""

import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

Found = TypeVar("Found")
LISTEN_SECONDS = 0.5


def wait_for(condition: Callable[[], Found], what: str = "", seconds: float = 60.0) -> Found:
    """Look again and again until the condition holds; gives its value. Fails after the deadline."""
    until = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < until, f"not within {seconds:.0f} s: {what or condition}"
        time.sleep(0.02)
    return value


def without_roots_powers() -> None:
    """As preexec_fn: root itself is then refused by permissions, as everybody else is."""
    libc, drop_from_bounding_set = ctypes.CDLL(None), 24
    for dac_override_or_read_search in (1, 2):
        libc.prctl(drop_from_bounding_set, dac_override_or_read_search, 0, 0, 0)


def run_program(
    *arguments: str | Path, cwd: Path, before: Callable[[], None] | None = None, program: str = sys.executable,
    seconds: float = 100, **environment: str,
) -> subprocess.CompletedProcess[str]:  # fmt: skip
    """Run a command of digit-watcher to its end. program: the Python that runs it. seconds: the longest."""
    return subprocess.run(
        [program, "-m", "watcher", *map(str, arguments)], cwd=cwd, env=os.environ | environment,
        preexec_fn=before,
        capture_output=True, text=True, errors="surrogateescape", timeout=seconds, check=False,
    )  # fmt: skip


_IN_ONE = """
import contextlib, importlib, io, json, sys
module, commands = json.load(sys.stdin)
main = importlib.import_module(module).main
for arguments in commands:
    sys.argv, code = [module, *arguments], 0
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="", write_through=True) for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            code = end.code
    print(json.dumps([code or 0, *(one.buffer.getvalue().decode() for one in (out, err))]))
"""


def run_in_one(
    module: str, commands: Sequence[Sequence[str | Path]], *, cwd: Path, seconds: float = 300
) -> list[subprocess.CompletedProcess[str]]:
    """Commands one after the other in one process: to import TensorFlow for each takes most of their time.

    module: the one with their `main`. Fails where one ends with a traceback.
    """
    plain = [[str(part) for part in command] for command in commands]
    done = subprocess.run(
        [sys.executable, "-c", _IN_ONE], input=json.dumps([module, plain]), cwd=cwd,
        capture_output=True, text=True, timeout=seconds, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    ends = map(json.loads, done.stdout.splitlines())
    return [subprocess.CompletedProcess(given, *end) for given, end in zip(plain, ends, strict=True)]


class Running:
    """A daemon in a process group of its own, with the socket that systemd would give it."""

    def __init__(
        self, folder: Path, *, before: Callable[[], None] | None = None, program: str = sys.executable,
        **environment: str,
    ) -> None:  # fmt: skip
        self._sockets = tempfile.mkdtemp(prefix="dw")  # the path of a socket must be short
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notify.bind(f"{self._sockets}/notify")
        self._notify.setblocking(False)
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  closed by `end`
        self.notices: list[str] = []
        self._hearing, self._ended = threading.Lock(), threading.Event()
        # Always somebody's ear, as systemd's: the system keeps ten words that nobody took, and the next one waits.
        threading.Thread(target=self._listen, daemon=True).start()
        self.process = subprocess.Popen(
            [program, "-m", "watcher", "run"], cwd=folder, start_new_session=True, preexec_fn=before,
            env=os.environ | {"NOTIFY_SOCKET": f"{self._sockets}/notify"} | environment,
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
        )  # fmt: skip

    def heard(self, word: str) -> int:
        """How often systemd was told this."""
        self._hear()
        return sum(word in notice for notice in self.notices)

    def _listen(self) -> None:
        while not self._ended.wait(LISTEN_SECONDS):
            self._hear()

    def _hear(self) -> None:
        with self._hearing, suppress(BlockingIOError):
            while not self._ended.is_set():
                self.notices += self._notify.recv(4096).decode().split("\n")

    def is_ready(self) -> bool:
        """Whether it said READY=1. Fails where it has ended instead."""
        assert self.process.poll() is None, self.log()
        return self.heard("READY=1") > 0

    def log(self) -> str:
        """What it wrote so far to its standard output and error."""
        length = os.fstat(self._log.fileno()).st_size
        return os.pread(self._log.fileno(), length, 0).decode(errors="surrogateescape")

    def readers(self) -> list[int]:
        """The pids of its reader processes."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def stop(self) -> int:
        """Ask it to end, as systemd does; gives its exit code."""
        self.process.terminate()
        return self.process.wait(60)

    def kill(self) -> None:
        """End the whole group in the middle of whatever it does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(60)

    def end(self) -> None:
        """Leave nothing of it behind."""
        if self.process.poll() is None:
            self.kill()
        with self._hearing:
            self._ended.set()
            self._notify.close()
        self._log.close()
        shutil.rmtree(self._sockets, ignore_errors=True)
