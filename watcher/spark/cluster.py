"""The cluster, as the driver's process has it: a SparkContext, what is shipped to it, and jobs."""

import os
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import TimeoutExpired
from typing import Any, Self

from watcher.spark.code import code_name, digest, packed_code
from watcher.spark.diagnosis import no_executor, no_session
from watcher.spark.order import Order, Part
from watcher.spark.properties import defaults, environment, log_settings, musts, submit_arguments
from watcher.spark.readiness import refuse_unready
from watcher.spark.session import SessionSettings
from watcher.spark.words import in_words

_POLL_SECONDS = 0.1
_UNNAMED = "pyspark-shell"  # as spark-submit calls it
END_SECONDS = 2.0  # that the JVM has to end
LOG, STDERR = "spark.log", "driver.log"


class Cluster:
    """An open session. Raises SurroundingsError or ConfigError where none can be had; other errors are Spark's own."""

    def __init__(self, settings: SessionSettings, model: bytes) -> None:
        """Open it, and ship what executors need. model: packed."""
        self._settings, scratch = settings, Path(settings.scratch)
        refuse_unready(settings.master, settings.properties)
        _set_up(settings, scratch)
        self._log_begins = _size(scratch / LOG)
        self._is_local = settings.master.startswith("local")
        try:
            self._context = _context(settings, scratch)
            self._order, self._model = self._ship(model)
        except Exception as error:
            if known := no_session(settings.master, self._log()):
                raise known from error
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._context.stop()
        jvm = self._context._gateway.proc
        if jvm:  # whoever ends before it leaves it to be killed, which systemd says of each of its threads
            jvm.stdin.close()
            with suppress(TimeoutExpired):
                jvm.wait(END_SECONDS)

    @property
    def is_open(self) -> bool:
        """Whether Spark has not given the session up, and the JVM is there."""
        try:
            return not self._context._jsc.sc().isStopped()
        except Exception:  # noqa: BLE001  of many kinds, where nobody answers
            return False

    @property
    def executors(self) -> int:
        """How many there are that can be given something to do."""
        infos = len(self._context._jsc.sc().statusTracker().getExecutorInfos())
        listed = infos if self._is_local else infos - 1  # the driver is listed too
        # One that is not heard of any more stays listed until the master says so, who may be out of reach as well.
        return min(listed, self.slots)

    @property
    def slots(self) -> int:
        """How many tasks run at the same time."""
        spark = self._context._jsc.sc()
        return int(spark.maxNumConcurrentTasks(spark.resourceProfileManager().defaultResourceProfile()))

    @property
    def keeps_executors(self) -> bool:
        """Whether those that there are stay: else Spark takes them where they have nothing to do, as it was told to."""
        return bool(self._context.getConf().get("spark.dynamicAllocation.enabled", "false") != "true")

    def await_executors(self, seconds: float) -> None:
        """Wait until there is one. Raises SurroundingsError where none comes."""
        until = time.monotonic() + seconds
        while not self.executors:
            if time.monotonic() >= until or not self.is_open:
                master, log = self._settings.master, self._log()
                raise no_session(master, log) or no_executor(master, seconds, self._address, log)
            time.sleep(_POLL_SECONDS)

    def probe(self, mark: str) -> list[bytes]:
        """What executors say of themselves, some of them. mark: that they must find; "" where there is none yet."""
        from watcher.spark.tasks import Probe

        return self._run(Probe(self._order, self._model), [Part(mark, [])] * max(1, self.slots))

    def read(self, mark: str, parts: Sequence[list[str]]) -> list[bytes]:
        """What executors say of pictures. Raises Spark's errors where the job died."""
        from watcher.spark.tasks import Task

        return self._run(Task(self._order, self._model), [Part(mark, ids) for ids in parts])

    def _ship(self, model: bytes) -> tuple[Order, Any]:
        code = packed_code()
        archive = Path(self._settings.scratch) / code_name(code)
        archive.write_bytes(code)
        self._context.addPyFile(str(archive))
        order = Order(self._settings.work_there, digest(code), archive.name, digest(model), self._settings.terms)
        return order, self._context.broadcast(model)

    @property
    def _address(self) -> str:
        settings = self._context.getConf()
        return f"{settings.get('spark.driver.host')}:{settings.get('spark.driver.port')}"

    def _log(self) -> str:
        """What Spark has logged of this session; of one that logs a megabyte, the last of it."""
        path = Path(self._settings.scratch) / LOG
        log = path.read_bytes() if path.exists() else b""
        return log[self._log_begins if len(log) >= self._log_begins else 0 :].decode(errors="replace")

    def _run(self, task: Any, parts: Sequence[Part]) -> list[bytes]:
        lines: list[bytes] = self._context.parallelize(parts, len(parts)).mapPartitions(task).collect()
        return lines


def _set_up(settings: SessionSettings, scratch: Path) -> None:
    import pyspark

    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in scratch.iterdir():  # of a session that was killed
        if not left.name.startswith((LOG, STDERR)):
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink()
    (scratch / "log4j2.properties").write_text(log_settings(scratch / LOG), encoding="ascii")
    os.environ.update(
        environment(settings.master, scratch, settings.python),
        PYSPARK_SUBMIT_ARGS=submit_arguments(musts(settings.master, scratch), settings.properties),
        SPARK_HOME=os.path.dirname(pyspark.__file__),
    )


def _size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def _context(settings: SessionSettings, scratch: Path) -> Any:
    from pyspark import SparkConf, SparkContext

    SparkContext._ensure_initialized()  # the JVM: only then what its files say is known
    told = SparkConf()
    for key, value in defaults(settings.master, scratch).items():
        told.setIfMissing(key, value)
    if told.get("spark.app.name", _UNNAMED) == _UNNAMED:
        told.setAppName(f"digit-watcher {in_words(settings.work_there)}")
    return SparkContext(conf=told)
