"""An inbox, an outbox and a config.yaml of a daemon whose pictures are read on a cluster."""

import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.end_to_end.place import Place
from tests.end_to_end.process import Running, wait_for
from tests.faults.injection import gate
from tests.spark.cluster import LOOPBACK, Cluster, command_of, kill_marked, marked

_MARK = "DAEMON_OF_TESTS"
_SMALL = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
DRIVER = b"watcher.spark.driver"
JVM = b"org.apache.spark.deploy.SparkSubmit"


class Clustered(Place):
    """A place whose daemons have an empty HOME and TMPDIR, and a mark that all bear which they start.

    python: the executors' one; None: that of `spark.python`'s default.
    """

    def __init__(self, root: Path, cluster: Cluster, python: Path | None = None) -> None:
        self.cluster, self._python, self._mark = cluster, python, uuid.uuid4().hex
        self.elsewhere = root / "elsewhere"
        self.elsewhere.mkdir(parents=True)
        super().__init__(root)

    def configure(self, *, spark: Mapping[str, Any] | None = None, faulty: bool = False, **settings: Any) -> None:
        """As `Place.configure`. spark: of that group. faulty: readers heed the words of `tests.faults.injection`."""
        properties = {
            "spark.driver.host": LOOPBACK, "spark.driver.bindAddress": LOOPBACK, "spark.driver.memory": "512m",
            "spark.executor.memory": "512m", "spark.executor.extraJavaOptions": _SMALL,
            **{f"spark.executorEnv.{name}": value for name, value in gate(self.root).items() if faulty},
        }  # fmt: skip
        file = self.root / "spark.conf"
        file.write_text("".join(f"{key} {value}\n" for key, value in properties.items()), encoding="utf-8")
        group = {"master": self.cluster.master, "properties": str(file), **(spark or {})}
        if self._python:
            group.setdefault("python", str(self._python))
        super().configure(**{"engine": "spark", "spark": group, **settings})

    @property
    def environment(self) -> dict[str, str]:
        """What daemons here have in theirs."""
        return {"HOME": str(self.elsewhere), "TMPDIR": str(self.elsewhere), _MARK: self._mark}

    def command(self, *arguments: str | Path, **environment: Any) -> Any:
        """As `Place.command`, with that environment."""
        return super().command(*arguments, **{**self.environment, **environment})

    def start(self, **options: Any) -> Running:
        """As `Place.start`, with that environment."""
        return super().start(**{**self.environment, **options})

    def processes(self, word: bytes = b"") -> list[int]:
        """All that the daemons here have started and that lives, themselves too: those with the word in a command."""
        return [pid for pid in marked(self._mark) if word in command_of(pid)]

    def wait_until_held(self) -> None:
        """Until an executor is at a picture that holds its reader."""
        wait_for((self.root / "gate.reached").exists, "a reader at a picture that holds it")

    def let_go(self) -> None:
        """Readers that are held go on; so do those that come to such pictures from now on."""
        (self.root / "gate").touch()

    def assert_all_ok(self, count: int) -> None:
        """So many rows, each of a digit that was read: nothing was blamed on a picture."""
        assert ["ok"] * count == [row["status"] for row in self.rows()]

    def wait_for_pause(self) -> str:
        """Until status.json says so; gives the trouble."""
        wait_for(lambda: self.status().get("state") == "paused", "a pause")
        return str(self.status()["trouble"])

    def said(self) -> str:
        """What the daemons here have written, and Spark's driver."""
        logs = [running.log() for running in self.running]
        logs += [path.read_text(errors="replace") for path in self.state.glob("spark/**/*.log")]
        return "\n----\n".join(log[-6000:] for log in logs)

    def end(self) -> None:
        """End what runs; whatever was started must then be gone by itself, and nothing written elsewhere."""
        for running in self.running:
            running.end()
        try:
            wait_for(lambda: not self.processes(), "an end of all that the daemons started", seconds=20)
        finally:
            kill_marked(self._mark)
        assert [] == os.listdir(self.elsewhere)
