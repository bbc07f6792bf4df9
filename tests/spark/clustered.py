"""An inbox, an outbox and a config.yaml of a daemon whose pictures are read on a cluster."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import Running, wait_for
from tests.faults.injection import HOLD, gate
from tests.spark.cluster import LOOPBACK, Cluster, write_properties
from tests.spark.machines import Machine
from tests.spark.processes import kill_marked, marked

_MARK = "DAEMON_OF_TESTS"
_SMALL = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
_ON_THE_LOOPBACK = {"spark.driver.host": LOOPBACK, "spark.driver.bindAddress": LOOPBACK}
_PROPERTIES = {
    "spark.driver.memory": "512m", "spark.driver.extraJavaOptions": _SMALL,
    "spark.executor.memory": "512m", "spark.executor.extraJavaOptions": _SMALL,
}  # fmt: skip
LONG = 150.0  # seconds: executors are JVMs, and several may have to start, one after the other
DRIVER, READER = b"watcher.spark.driver", b"watcher.reader"
JVM = b"org.apache.spark.deploy.SparkSubmit"


class Clustered(Place):
    """A place whose daemons have an empty HOME and TMPDIR, no language, and a mark that all bear which they start.

    python: the executors' one; None: that of `spark.python`'s default. machine: where daemons run; None: here.
    """

    def __init__(
        self, root: Path, cluster: Cluster, python: Path | None = None, machine: Machine | None = None
    ) -> None:
        self.cluster, self._python, self._mark = cluster, python, uuid.uuid4().hex
        self._machine = machine
        self.elsewhere = root / "elsewhere"
        self.elsewhere.mkdir(parents=True)
        self.dropped: list[str] = []
        super().__init__(root)

    # -- config.yaml and daemons ---------------------------------------------------------------------

    def configure(
        self, *, spark: Mapping[str, Any] | None = None, properties: Mapping[str, str] | None = None,
        faulty: bool = False, **settings: Any,
    ) -> None:  # fmt: skip
        """As `Place.configure`. spark: of that group. properties: more of Spark's own.

        faulty: readers heed the words of `tests.faults.injection`.
        """
        faults = {f"spark.executorEnv.{name}": value for name, value in gate(self.root).items() if faulty}
        where = {} if self._machine else _ON_THE_LOOPBACK
        values = _PROPERTIES | where | faults | dict(properties or {})
        file = self.root / "spark.conf"
        write_properties(file, values)
        group = {"master": self.cluster.master, "properties": str(file), **(spark or {})}
        if self._python:
            group.setdefault("python", str(self._python))
        super().configure(**{"engine": "spark", "spark": group, **settings})

    @property
    def environment(self) -> dict[str, str]:
        """What daemons here have in theirs."""
        return {"HOME": str(self.elsewhere), "TMPDIR": str(self.elsewhere), "LC_ALL": "C", _MARK: self._mark}

    def command(self, *arguments: str | Path, **environment: Any) -> Any:
        """As `Place.command`, there, with that environment."""
        return super().command(*arguments, **{**self._there, **self.environment, **environment})

    def start(self, **options: Any) -> Running:
        """As `Place.start`, there, with that environment."""
        self.running.append(Running(self.root, **{**self._there, **self.environment, **options}))
        wait_for(self.running[-1].is_ready, "READY=1", LONG)
        return self.running[-1]

    @property
    def _there(self) -> dict[str, Any]:
        return {"before": self._machine.enter} if self._machine else {}

    @property
    def daemon(self) -> Running:
        """The one that was started last; it must not have ended."""
        assert self.running[-1].process.poll() is None, self.running[-1].log()
        return self.running[-1]

    def processes(self, word: bytes = b"") -> list[int]:
        """All that the daemons here have started and that lives, themselves too: those with the word in a command."""
        return marked(self._mark, word)

    def logs(self) -> dict[str, str]:
        """What the daemons here have written, and Spark's driver."""
        logs = {f"daemon {number}": running.log() for number, running in enumerate(self.running)}
        return logs | {path.name: path.read_text(errors="replace") for path in self.state.glob("spark/*.log")}

    # -- pictures ------------------------------------------------------------------------------------

    def drop(self, name: str | bytes, data: bytes) -> str:
        """As `Place.drop`, and remembered."""
        self.dropped.append(super().drop(name, data))
        return self.dropped[-1]

    def drop_some(self, name: str, count: int) -> list[str]:
        """So many digits; gives their names, which begin with this one."""
        names = [f"{name}-{number}.png" for number in range(count)]
        for number, one in enumerate(names):
            self.drop(one, png(number % 10, one))
        return names

    def drop_held(self, name: str, count: int) -> list[str]:
        """The same, with one among them that holds its reader until it may go on; back when an executor is at it."""
        for file in (self.root / "gate", self.root / "gate.reached"):
            file.unlink(missing_ok=True)
        held = f"{name}-held.png"
        self.drop(held, png(0, f"{HOLD} {name}"))
        names = [held, *self.drop_some(name, count - 1)]
        self.holder()
        return names

    def holder(self) -> int:
        """The pid of the reader that is held, once there is one."""
        reached = self.root / "gate.reached"
        return int(wait_for(lambda: reached.exists() and reached.read_text(), "a reader at a picture that holds it"))

    def let_go(self) -> None:
        """Readers that are held go on; so do those that come to such pictures from now on."""
        (self.root / "gate").touch()

    def assert_read(self, names: Sequence[str]) -> None:
        """Each of these is read, none blamed for anything; all that was ever dropped here is where it belongs."""
        wanted = set(names)
        wait_for(lambda: wanted <= {row["file"] for row in self.rows()}, f"rows for {len(wanted)} pictures", LONG)
        assert dict.fromkeys(names, "ok") == {
            row["file"]: row["status"] for row in self.rows() if row["file"] in set(names)
        }
        self.assert_conserved(self.dropped)

    # -- pauses --------------------------------------------------------------------------------------

    def wait_for_pause(self) -> str:
        """Until status.json says so, with what to do; gives the trouble."""
        wait_for(lambda: self.status().get("state") == "paused", "a pause")
        status = self.status()
        assert status["trouble"]
        assert status["hint"]
        return str(status["trouble"])

    def wait_for_end_of_pause(self) -> None:
        """Until it goes on by itself."""
        wait_for(lambda: self.status().get("state") == "running", "running")
        assert "" == self.status()["trouble"]

    def end(self) -> None:
        """End what runs; whatever was started must then be gone by itself, and nothing written elsewhere."""
        for running in self.running:
            running.end()
        try:
            wait_for(lambda: not self.processes(), "an end of all that the daemons started", seconds=20)
        finally:
            kill_marked(self._mark)
        assert [] == os.listdir(self.elsewhere)


@contextmanager
def clustered(cluster: Cluster, python: Path | None = None, machine: Machine | None = None) -> Iterator[Clustered]:
    """A fresh place, whose daemons end with it."""
    folder = Path(tempfile.mkdtemp(prefix="dw"))  # short: Spark's sockets lie in the state folder
    folder.chmod(0o755)
    try:
        place = Clustered(folder / "ein Plätzchen", cluster, python, machine)
        try:
            yield place
        finally:
            place.end()
        assert [place.root] == list(folder.iterdir())  # and nothing of another name beside it
    finally:
        shutil.rmtree(folder)
