"""A standalone Spark cluster on this machine, of what the pip package brings: a master and workers, on the loopback.

It ends with whoever started it, also where that one is killed: see `Cluster`. Benchmarks start theirs here, too.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.end_to_end.process import wait_for
from tests.spark.processes import kill, kill_marked, marked, parent_of
from watcher.child import die_with_the_parent
from watcher.errors import ConfigError
from watcher.spark.readiness import java_version, pyspark_version

if TYPE_CHECKING:
    from tests.spark.machines import Machine

LOOPBACK = "127.0.0.1"
# Small and soon there: none of them computes anything.
_JVM = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData"
_MASTER, _WORKER = (f"org.apache.spark.deploy.{name}" for name in ("master.Master", "worker.Worker"))
_EXECUTOR = b"org.apache.spark.executor.CoarseGrainedExecutorBackend"
_ELECTED, _REGISTERED = "I have been elected leader", "Successfully registered with master"


def why_missing() -> str:
    """Why no cluster can be started here; "" where one can."""
    try:
        pyspark_version()
        java_version()
    except ConfigError as error:
        return f"{error}. {error.hint}"
    return ""


class Cluster:
    """A master and workers, each in a process group of its own, with their logs and scratch in a folder of its own.

    What it starts is killed when the thread ends that started it. All of it, executors and what these start too, bears
    a mark in its environment, by which `stop` finds the last of it.
    workers: how many. cores, memory: of each. user: whose processes they are, by number; None: ours. machines: the
    master's, and one for each worker; without any, all is on the loopback of this one. properties: of Spark's own.
    """

    def __init__(
        self, workers: int = 2, *, cores: int = 1, memory: str = "1g", user: int | None = None,
        machines: Sequence["Machine"] = (), properties: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.folder = Path(tempfile.mkdtemp(prefix="digit-watcher-spark-"))
        self.folder.chmod(0o755)
        write_properties(self.folder / "spark-defaults.conf", properties or {})
        self._user, self.mark = user, uuid.uuid4().hex
        self._worker = ["--cores", str(cores), "--memory", memory]
        self._port = _free_port()
        self._processes: dict[str, subprocess.Popen[bytes] | None] = dict.fromkeys(
            ["master", *(f"worker{number}" for number in range(workers))]
        )
        self._machines = dict(zip(self._processes, machines, strict=bool(machines)))
        for name in self._processes:
            (self.folder / name).mkdir()
            if user is not None:
                os.chown(self.folder / name, user, user)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def master(self) -> str:
        """As `spark.master` takes it; the same after each `start`."""
        return f"spark://{self._address('master')}:{self._port}"

    def start(self) -> Self:
        """Start what is not running, all of it or what was stopped, and wait until the workers are the master's."""
        for name, process in self._processes.items():
            if process is None or process.poll() is not None:
                self._start(name)
            if name == "master":  # a worker that comes first would wait for seconds before it tries again
                self._wait(name, lambda: _ELECTED in self.log("master"))
        for name in list(self._processes)[1:]:
            self._wait(name, lambda name=name: _REGISTERED in self.log(name))  # type: ignore[misc]
        return self

    def stop(self) -> None:
        """Kill all of it, at once: as a power cut in the machine room does."""
        for name in self._processes:
            self._kill(name)
        kill_marked(self.mark)

    def stop_worker(self, number: int) -> None:
        """Kill one worker, and with it its executors, as its machine's end does."""
        pids = self.executors(number)
        self._kill(f"worker{number}")
        for pid in pids:
            kill(pid)

    def worker_of(self, pid: int) -> int:
        """The number of the worker whose executor, or a process below it, this is."""
        workers = {p.pid: int(name[6:]) for name, p in self._processes.items() if p and name != "master"}
        while pid not in workers:
            assert pid, "it belongs to no worker"
            pid = parent_of(pid)
        return workers[pid]

    def stop_master(self) -> None:
        """Kill the master alone."""
        self._kill("master")

    def executors(self, worker: int | None = None) -> list[int]:
        """Pids of the executors' JVMs, of one worker or of all."""
        found = self.processes(_EXECUTOR)
        if worker is None:
            return found
        process = self._processes[f"worker{worker}"]
        return [pid for pid in found if process and parent_of(pid) == process.pid]

    def kill_executors(self) -> list[int]:
        """Kill those that there are, as the system does where memory runs out; gives their pids."""
        pids = self.executors()
        for pid in pids:
            kill(pid)
        return pids

    def processes(self, word: bytes = b"") -> list[int]:
        """All that were started here and live, with all that they started: those with the word in a command."""
        return marked(self.mark, word)

    def log(self, name: str) -> str:
        """What the `master`, or `worker0` and so on, has said since it was started last."""
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def logs(self) -> dict[str, str]:
        """What everybody has said, executors too, by the path of the log."""
        paths = [*self.folder.glob("*.log"), *self.folder.glob("worker*/app-*/*/stderr")]
        return {str(path.relative_to(self.folder)): path.read_text(errors="replace") for path in sorted(paths)}

    def close(self) -> None:
        """End all of it and leave nothing behind."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- inside --------------------------------------------------------------------------------------

    def _start(self, name: str) -> None:
        home = Path(str(find_spec("pyspark").origin)).parent  # type: ignore[union-attr]
        where = ["--host", self._address(name), "--webui-port", "0"]
        if name == "master":
            what = [_MASTER, *where, "--port", str(self._port)]
        else:
            what = [_WORKER, *where, *self._worker, "--work-dir", str(self.folder / name), self.master]
        ours = {key: value for key, value in os.environ.items() if not key.startswith(("SPARK_", "PYTHON", "PYSPARK_"))}
        environment = ours | {
            "SPARK_HOME": str(home), "SPARK_CONF_DIR": str(self.folder), "SPARK_LOCAL_DIRS": str(self.folder / name),
            "SPARK_LOCAL_IP": self._address(name), "SPARK_DAEMON_MEMORY": "256m", "SPARK_DAEMON_JAVA_OPTS": _JVM,
            "SPARK_MASTER_OPTS": "-Dspark.master.rest.enabled=false -Dspark.port.maxRetries=0",
            "SPARK_LAUNCHER_OPTS": _JVM,
            "HOME": str(self.folder / name), "TMPDIR": str(self.folder / name), "CLUSTER_OF_TESTS": self.mark,
        }  # fmt: skip
        with open(self.folder / f"{name}.log", "wb") as log:
            self._processes[name] = subprocess.Popen(
                [home / "bin" / "spark-class", *what], cwd=self.folder / name, env=environment, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                user=self._user, group=self._user, extra_groups=None if self._user is None else [],
                preexec_fn=partial(_begin, self._machines.get(name)),
            )  # fmt: skip

    def _address(self, name: str) -> str:
        return self._machines[name].address if self._machines else LOOPBACK

    def _wait(self, name: str, condition: Callable[[], bool]) -> None:
        process = self._processes[name]
        assert process is not None

        def there() -> bool:
            assert process.poll() is None, f"{name} ended with {process.returncode}:\n{self.log(name)}"
            return condition()

        wait_for(there, f"{name} of the cluster:\n{self.log(name)}")

    def _kill(self, name: str) -> None:
        if process := self._processes[name]:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            self._processes[name] = None


def write_properties(file: Path, properties: Mapping[str, str]) -> None:
    """Spark's own settings, as its files have them."""
    file.write_text("".join(f"{key} {value}\n" for key, value in properties.items()), encoding="utf-8")


def _free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as server:
        return int(server.getsockname()[1])


def _begin(machine: "Machine | None") -> None:
    die_with_the_parent()
    if machine:
        machine.enter()
